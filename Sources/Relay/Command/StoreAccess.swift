// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// How the commands that look into a store find it. They only read: beside a running relay, or
/// without.
enum StoreAccess {
    static let config = CommandOption(
        "config", short: "c", value: "FILE",
        "The relay's own file; its data directory holds the store. relay.yaml where none is given.")
    static let store = CommandOption(
        "store", value: "FILE", "The store itself, where there is no configuration at hand.")
    static let options = [config, store]

    struct NoStore: Error, CustomStringConvertible {
        let path: String
        let finding: Finding?

        var description: String {
            let reason = finding.map { "\($0)" } ?? "\(path) does not say where the store is"
            return "config/unreadable: \(reason); give --store FILE, or correct it"
        }
    }

    static func open(
        _ arguments: Arguments, _ console: Console
    ) throws -> (reader: JournalReader, configuration: LoadedConfiguration?) {
        if let path = arguments.value(store) { return (try JournalReader(path: path), nil) }
        let path = arguments.value(config) ?? "relay.yaml"
        let loaded = ConfigurationLoader.load(relay: path, files: console.files)
        guard let relay = loaded.relay else {
            throw NoStore(path: path, finding: loaded.findings.first { !$0.isWarning })
        }
        return (try JournalReader(path: relay.storeFile), loaded)
    }

    /// How long ago, in the unit that fits it.
    static func age(_ moment: Timestamp, _ now: Timestamp) -> String {
        let seconds = max(0, now.nanoseconds(since: moment) / 1_000_000_000)
        return switch seconds {
        case ..<120: "\(seconds)s"
        case ..<7_200: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }

    /// Null for "never" and for the beginning of time.
    static func json(_ moment: Timestamp) -> JSONText {
        moment == .latest || moment == .unixEpoch ? .null : .string(moment.utcText)
    }
}
