// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayAPI
import RelayStore

/// `queue tail`: packets as they move, until it is stopped.
enum QueueTailCommand {
    private static let rounds = CommandOption(
        "rounds", value: "N", "Look N times, a second apart, then end; else until it is stopped.")
    /// Packets shown a look: more scroll away unread.
    private static let rows = 200

    static let command = Command(
        "queue tail", "Show packets as they move, until it is stopped",
        discussion: "Reads the store beside the running relay. One line a packet that has moved.",
        options: [QueueFilters.chain, rounds] + [StoreAccess.config, StoreAccess.store]
    ) { arguments, console in
        let limit = try arguments.number(rounds, in: 1...1_000_000)
        let access = try OperationsAccess(arguments, console)
        let reader = try JournalReader(path: access.storePath)
        var since = console.now.adding(nanoseconds: -10_000_000_000)
        var round = 0
        while true {
            let moved = try reader.moved(
                since: since, chain: arguments.value(QueueFilters.chain), limit: rows)
            for row in moved {
                let reason = row.reasonCode.isEmpty ? "" : "  \(row.reasonCode)"
                let line = "\(row.lastChanged.utcText.prefix(19))Z  \(row.id)  \(row.state.name)"
                console.stream(line + reason)
                since = max(since, row.lastChanged)
            }
            round += 1
            if let limit, round >= limit { return .success }
            sleep(1)
        }
    }
}
