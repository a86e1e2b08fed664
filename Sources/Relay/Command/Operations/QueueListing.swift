// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayStore

/// `queue list|show` and `dead list|show`, which differ only in what they find.
enum QueueListing {
    static func list(_ group: String, isDead: Bool) -> Command {
        Command(
            "\(group) list",
            isDead
                ? "List packets that will not go on by themselves, oldest first"
                : "List packets that are not finished, oldest first",
            discussion: isDead
                ? "Parked packets, and those that ended refused, timed out or expired. What was\n"
                    + "put aside with `dead discard` is left out. Contents are never shown."
                : "All conditions hold together. Contents are never shown.",
            options: QueueFilters.options + (isDead ? [] : [QueueFilters.all])
                + OperationsAccess.options
        ) { arguments, console in
            let query = try QueueFilters.query(arguments, console.now, isDead: isDead)
            return try OperationsAccess.run(arguments, &console) { access, console in
                let path = "/v1/operations/queue?\(QueueFilters.text(query, access.now))"
                let (page, _) = try access.read(path) { reader in
                    try QueueReport(query, reader, now: access.now)
                }
                if arguments.isJSON {
                    console.print(json: page)
                    return .success
                }
                for line in lines(page) { console.print(line) }
                if page.packets.isEmpty { console.report("no packet is like that") }
                let end = page.offset + page.packets.count
                if end < page.total {
                    console.report(
                        "\(page.packets.count) of \(page.total); the next ones: --offset \(end)")
                }
                return .success
            }
        }
    }

    private static func lines(_ page: QueueReport) -> [String] {
        var table = TextTable(["PACKET", "STATE", "TRY", "AGE", "IDLE", "DUE", "REASON"])
        for row in page.packets {
            let due = row.secondsToDeadline
            table.add([
                row.packet, row.parkedFrom.map { "parked<\($0)" } ?? row.state,
                String(row.attempts), Screen.span(row.ageSeconds), Screen.span(row.idleSeconds),
                due < 0 ? "past" : Screen.span(due), row.reasonCode,
            ])
        }
        return table.lines.map { String($0.prefix(Screen.width)) }
    }

    static func show(_ group: String) -> Command {
        Command(
            "\(group) show", "Show one packet: where it stands, why, and what was done",
            operands: [PacketName.operand], options: OperationsAccess.options
        ) { arguments, console in
            let id = try PacketName.read(arguments)
            let name = PathSegment.encode(id)
            return try OperationsAccess.run(arguments, &console) { access, console in
                let (report, _) = try access.read("/v1/operations/packets/\(name)") { reader in
                    guard
                        let report = try PacketReport(
                            id, reader, live: nil, ownChainID: access.ownChainID, now: access.now)
                    else { throw PacketName.unknown(id, reader) }
                    return report
                }
                if arguments.isJSON {
                    console.print(json: report)
                } else {
                    for line in lines(report) { console.print(line) }
                }
                return .success
            }
        }
    }

    private static func lines(_ report: PacketReport) -> [String] {
        var lines = ["\(report.packet)  \(report.state)  \(report.chain)", ""]
        lines += Screen.wrap(report.why.sentence)
        lines += Screen.wrap(report.why.next, first: "next      ", rest: "          ")
        lines += [
            "turn      \(report.why.turn)", "look      \(report.why.cause)",
            "code      \(report.why.code)",
            "first     \(report.firstSeen), \(Screen.span(report.ageSeconds)) ago",
            "deadline  \(report.deadline)",
            "tries     \(report.attempts) at this step",
        ]
        if report.isDiscarded { lines.append("aside     put aside by a person") }
        for payload in report.payloads {
            lines += Screen.wrap(
                "\(payload.sourcePort) to \(payload.destinationPort), \(payload.encoding), "
                    + "\(payload.bytes) bytes (never shown)", first: "payload   ",
                rest: "          ")
        }
        lines.append("")
        return lines + TraceScreen.lines(report.steps)
    }
}

/// Steps as lines.
enum TraceScreen {
    static func lines(_ steps: [TraceStep]) -> [String] {
        var lines: [String] = []
        for step in steps {
            let code = step.code == "ok" ? "" : " \(step.code)"
            let detail = step.detail.isEmpty ? "" : " \(Screen.safe(step.detail))"
            lines += Screen.wrap(
                "\(step.city) \(step.step)\(code)\(detail)",
                first: "\(step.at.prefix(23))Z ", rest: "                         ")
        }
        return lines
    }
}

extension OperationsAccess {
    var ownChainID: String {
        guard let relay = loaded?.relay else { return "this relay" }
        return loaded?.topology?.member(relay.member)?.chain.id.description ?? "this relay"
    }
}
