// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

enum PacketListCommand {
    private static let direction = CommandOption(
        "direction", value: "WAY", choices: ["out", "in"], "Only packets that leave, or arrive.")
    private static let client = CommandOption(
        "client", value: "ID", "Only packets of this client on our own chain.")
    private static let chain = CommandOption(
        "chain", value: "CHAIN", "Only packets to or from this other chain.")
    private static let state = CommandOption(
        "state", value: "STATE", isRepeatable: true, choices: PacketState.allCases.map(\.name),
        "Only packets in this state.")
    private static let open = CommandOption("open", "Only packets that are not finished.")
    private static let olderThan = CommandOption(
        "older-than", value: "TIME", "Only packets first seen that long ago: 90s, 10m, 24h, 14d.")
    private static let reason = CommandOption(
        "reason", value: "CODE", "Only packets whose reason begins with this code.")
    private static let limit = CommandOption("limit", value: "N", "At most N packets; 100.")
    private static let offset = CommandOption("offset", value: "N", "Leave out the first N; 0.")

    static let command = Command(
        "packet list", "List packets, oldest first",
        discussion: "All conditions hold together. What is stuck, oldest first:\n"
            + "  cityrelay packet list --open --older-than 10m\n"
            + "What waits for a person:\n  cityrelay packet list --state parked",
        options: [direction, client, chain, state, open, olderThan, reason, limit, offset]
            + StoreAccess.options
    ) { arguments, console in
        let query = try query(arguments, console.now)
        let (reader, _) = try StoreAccess.open(arguments, console)
        let total = try reader.count(query)
        let rows = try reader.packets(query)
        if arguments.isJSON {
            console.print(
                .object([
                    ("total", .integer(Int64(total))), ("offset", .integer(Int64(query.offset))),
                    ("packets", .array(rows.map { json($0) })),
                ]))
            return .success
        }
        var table = TextTable(["PACKET", "CHAIN", "STATE", "TRIES", "AGE", "REASON"])
        for row in rows {
            let from = row.parkedFrom.map { " (\($0.name))" } ?? ""
            table.add([
                row.id.description, row.counterpartyChain, row.state.name + from,
                String(row.attempts), StoreAccess.age(row.firstSeen, console.now), row.reasonCode,
            ])
        }
        for line in table.lines { console.print(line) }
        let end = query.offset + rows.count
        if end < total {
            console.report("\(rows.count) of \(total); the next ones: --offset \(end)")
        }
        return .success
    }

    private static func query(
        _ arguments: Arguments, _ now: Timestamp
    ) throws(ArgumentError) -> PacketQuery {
        var query = PacketQuery()
        query.direction = arguments.value(direction).map { $0 == "out" ? .outgoing : .incoming }
        query.client = arguments.value(client)
        query.counterpartyChain = arguments.value(chain)
        query.states = arguments.values(state).compactMap { PacketState(name: $0) }
        query.isOpen = arguments.has(open)
        query.reason = arguments.value(reason)
        query.limit = try arguments.number(limit, in: 1...PacketQuery.maxLimit) ?? 100
        query.offset = try arguments.number(offset, in: 0...Int(Int32.max)) ?? 0
        if let text = arguments.value(olderThan) {
            let scalar = YAMLScalar(text: text, isPlain: true, mark: .start)
            guard let time = try? ScalarParser.duration(scalar) else {
                throw .badValue(
                    option: "--older-than", value: text, expected: "a time such as 90s, 10m or 24h")
            }
            query.seenBefore = now.adding(nanoseconds: -time)
        }
        return query
    }

    private static func json(_ row: PacketRow) -> JSONText {
        .object([
            ("packet", .string(row.id.description)),
            ("counterparty_chain", .string(row.counterpartyChain)),
            ("state", .string(row.state.name)), ("parked_from", .optional(row.parkedFrom?.name)),
            ("attempts", .integer(Int64(row.attempts))), ("reason", .string(row.reasonCode)),
            ("not_before", StoreAccess.json(row.notBefore)),
            ("deadline_unix_seconds", .unsigned(row.timeoutSeconds)),
            ("first_seen", StoreAccess.json(row.firstSeen)),
            ("last_changed", StoreAccess.json(row.lastChanged)),
        ])
    }
}
