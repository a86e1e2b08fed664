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
    /// How far back the first look goes, nanoseconds: what just happened is why somebody looks.
    private static let firstLook: Int64 = 10_000_000_000

    static let command = Command(
        "queue tail", "Show packets as they move, until it is stopped",
        discussion:
            "Reads the store beside the running relay, once a second. One line a packet\n"
            + "that has moved since, also when it ended. With --json one object a line.",
        options: QueueFilters.conditions + [rounds] + [StoreAccess.config, StoreAccess.store]
    ) { arguments, console in
        let limit = try arguments.number(rounds, in: 1...1_000_000)
        let query = try QueueFilters.conditions(arguments, console.now)
        let access = try OperationsAccess(arguments, console)
        let reader = try JournalReader(path: access.storePath)
        var tail = try PacketTail(
            query, reader, since: console.now.adding(nanoseconds: -firstLook))
        var round = 0
        while true {
            for row in try tail.look(reader) {
                console.stream(arguments.isJSON ? json(row) : line(row))
            }
            round += 1
            if let limit, round >= limit { return .success }
            sleep(1)
        }
    }

    private static func line(_ row: PacketRow) -> String {
        let reason = row.reasonCode.isEmpty ? "" : "  \(row.reasonCode)"
        return "\(row.lastChanged.utcText.prefix(19))Z  \(row.id)  \(row.state.name)" + reason
    }

    private static func json(_ row: PacketRow) -> String {
        JSONText.object([
            ("at", .string(row.lastChanged.utcText)), ("packet", .string("\(row.id)")),
            ("chain", .string(row.counterpartyChain)), ("state", .string(row.state.name)),
            ("attempts", .integer(Int64(row.attempts))), ("reasonCode", .string(row.reasonCode)),
        ]).line
    }
}
