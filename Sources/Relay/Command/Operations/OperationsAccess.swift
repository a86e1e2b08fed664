// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayAPI
import RelayStore

/// How a command looks into the queues: the running relay knows most; without it the store tells
/// what it holds.
struct OperationsAccess {
    static let options = [
        StoreAccess.config, StoreAccess.store, RelayCaller.certificate, RelayCaller.key,
    ]
    static let actingOptions = [
        StoreAccess.config, RelayCaller.certificate, RelayCaller.key, reason,
    ]
    static let reason = CommandOption(
        "reason", value: "TEXT", "Why; it is kept with your name and the time. Required.")

    let loaded: LoadedConfiguration?
    let storePath: String
    let caller: RelayCaller?
    let now: Timestamp

    init(_ arguments: Arguments, _ console: Console) throws {
        now = console.now
        if let path = arguments.value(StoreAccess.store) {
            (loaded, storePath, caller) = (nil, path, nil)
            return
        }
        let path = arguments.value(StoreAccess.config) ?? "relay.yaml"
        let loaded = ConfigurationLoader.load(relay: path, files: console.files)
        guard let relay = loaded.relay else {
            throw StoreAccess.NoStore(path: path, finding: loaded.findings.first { !$0.isWarning })
        }
        self.loaded = loaded
        storePath = relay.storeFile
        caller = try RelayCaller(arguments, relay)
    }

    /// From the running relay, else from the store.
    func read<Value: Decodable>(
        _ path: String, orStore offline: (JournalReader) throws -> Value
    ) throws -> (value: Value, isLive: Bool) {
        if let caller {
            do {
                return (try caller.get(path), true)
            } catch is RelayCaller.Unreachable {
                // Nobody is there: the store is still true.
            }
        }
        return (try offline(try JournalReader(path: storePath)), false)
    }

    /// The running relay: orders and traces need one.
    func running() throws -> RelayCaller {
        guard let caller else {
            throw RelayCaller.Problem(
                code: "api/not-configured",
                message: "the relay's configuration has no `api` section",
                next: "Add one (see CONFIGURATION.md) and start the relay again.")
        }
        return caller
    }

    func act(_ order: ActionOrder) throws -> ActionReport {
        try running().post("/v1/operations/actions", order)
    }

    /// Runs a command's body; what the relay refuses is said with its code and next step.
    static func run(
        _ arguments: Arguments, _ console: inout Console,
        _ body: (OperationsAccess, inout Console) throws -> ExitStatus
    ) throws -> ExitStatus {
        do {
            return try body(try OperationsAccess(arguments, console), &console)
        } catch let problem as RelayCaller.Problem {
            if arguments.isJSON {
                console.print(
                    .object([
                        ("code", .string(problem.code)),
                        ("message", .string(PlainText.line(problem.message))),
                        ("next", .string(problem.next)),
                    ]))
            }
            console.report("cityrelay: \(problem.code): \(problem.message)")
            console.report("  next: \(problem.next)")
            if problem.code == "access/wrong-kind" {
                console.report("        Name it with --certificate and --key; `--help` says more.")
            }
            return .negative
        }
    }
}

extension Console {
    /// A report as the API answers it, indented.
    mutating func print(json value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return }
        print(String(decoding: data, as: UTF8.self))
    }
}

/// Text for a terminal of 80 columns.
enum Screen {
    static let width = 80

    static func wrap(_ text: String, first: String = "", rest: String = "") -> [String] {
        var lines: [String] = []
        var line = first
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = rest
                isEmpty = true
            }
            line += isEmpty ? String(word) : " \(word)"
            isEmpty = false
        }
        return lines + [line]
    }

    /// Text from outside, without what a terminal would obey.
    static func safe(_ text: String) -> String {
        String(JSONText.string(text).line.dropFirst().dropLast())
    }

    static func span(_ seconds: Int64?) -> String {
        guard let seconds else { return "-" }
        return switch seconds {
        case ..<120: "\(seconds)s"
        case ..<7_200: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }

    static func bytes(_ count: Int64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = count
        var rest: Int64 = 0
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            rest = value % 1024
            value /= 1024
            unit += 1
        }
        return unit < 2 ? "\(value) \(units[unit])" : "\(value).\(rest * 10 / 1024) \(units[unit])"
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    static func left(_ text: String, _ width: Int) -> String {
        let cut = text.count > width ? String(text.prefix(width - 1)) + "…" : text
        return cut + String(repeating: " ", count: max(0, width - cut.count))
    }
}
