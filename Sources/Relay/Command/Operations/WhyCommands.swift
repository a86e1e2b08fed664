// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayEngine
import RelayStore

/// `why packet|client|route|peer`: the blocking condition, its evidence, whose turn it is, and the
/// next action.
enum WhyCommands {
    static let all = [packet] + ["client", "route", "peer"].map(about)

    private static let packet = Command(
        "why packet", "Say why a packet is where it is, and what to do",
        operands: [PacketName.operand], options: OperationsAccess.options
    ) { arguments, console in
        let id = try PacketName.read(arguments)
        let name = PathSegment.encode(id)
        return try OperationsAccess.run(arguments, &console) { access, console in
            let (report, _) = try access.read("/v1/operations/why/packet/\(name)") { reader in
                guard let record = try reader.packet(id) else {
                    throw PacketName.unknown(id, reader)
                }
                return WhyReport(
                    kind: "packet", subject: id.description, isLive: false,
                    [Explanation(of: record)])
            }
            return show(report, arguments, &console)
        }
    }

    private static let chain = CommandOperand("CHAIN", "Chain id of the other chain.")

    private static func about(_ kind: String) -> Command {
        let what =
            switch kind {
            case "client": "our client of a chain"
            case "peer": "the relay of a chain"
            default: "the route to a chain"
            }
        return Command(
            "why \(kind)", "Say what holds up \(what), and what to do",
            operands: [chain], options: OperationsAccess.options
        ) { arguments, console in
            let name = arguments.operands.first ?? ""
            return try OperationsAccess.run(arguments, &console) { access, console in
                guard !name.isEmpty else { throw nameless }
                let (report, _) = try access.read(
                    "/v1/operations/why/\(kind)/\(PathSegment.encode(name))"
                ) { reader in
                    try offline(kind, name, access, reader)
                }
                return show(report, arguments, &console)
            }
        }
    }

    /// An empty word is no part of a path: the relay would see another one.
    private static let nameless = RelayCaller.Problem(
        code: "route/unknown", message: "no chain is named",
        next: "Name a chain as `cityrelay status` lists it.")

    /// Characters of an unknown name that are repeated.
    private static let nameShown = 100

    /// What the store and the files tell without a running relay.
    private static func offline(
        _ kind: String, _ name: String, _ access: OperationsAccess, _ reader: JournalReader
    ) throws -> WhyReport {
        let status = StatusReport(try access.sources(reader))
        guard let route = status.routes.first(where: { $0.chain == name }) else {
            let shown = PlainText.line(String(name.prefix(nameShown)))
            throw RelayCaller.Problem(
                code: "route/unknown", message: "there is no \(kind) \(shown)",
                next: "Name one of: \(status.routes.map(\.chain).joined(separator: ", ")).")
        }
        var explanations: [Explanation] = []
        if ["frozen", "expired"].contains(route.client), kind != "peer",
            let advice = Advice(code: "client/\(route.client)")
        {
            explanations.append(
                Explanation(
                    code: "client/\(route.client)", sentence: advice.sentence,
                    nextAction: advice.next, turn: advice.turn))
        }
        explanations.append(
            Explanation(
                code: route.code, sentence: route.sentence, nextAction: route.next,
                turn: .operators))
        return WhyReport(kind: kind, subject: name, isLive: false, explanations)
    }

    static func show(
        _ report: WhyReport, _ arguments: Arguments, _ console: inout Console
    ) -> ExitStatus {
        if arguments.isJSON {
            console.print(json: report)
            return .success
        }
        for line in lines(report) { console.print(line) }
        return .success
    }

    static func lines(_ report: WhyReport) -> [String] {
        var lines = Screen.wrap(report.reason.sentence)
        lines += Screen.wrap(report.reason.next, first: "next   ", rest: "       ")
        lines += [
            "turn   \(report.reason.turn)", "look   \(report.reason.cause)",
            "code   \(report.reason.code)",
        ]
        if let saidBy = report.reason.saidBy {
            lines += Screen.wrap("\(saidBy); not proven", first: "word   ", rest: "       ")
        }
        for fact in report.reason.evidence {
            lines += Screen.wrap(fact, first: "fact   ", rest: "       ")
        }
        for other in report.also {
            lines += Screen.wrap(
                "\(other.sentence) \(other.next)", first: "also   ", rest: "       ")
        }
        if !report.isLive {
            lines += Screen.wrap(
                "The relay was not asked: this is from the store alone.", first: "note   ",
                rest: "       ")
        }
        return lines
    }
}

/// A packet's name on the command line.
enum PacketName {
    static let operand = CommandOperand(
        "PACKET", "As listings show it: out/07-tendermint-0/17, or in/07-tendermint-0/17.")

    static func read(_ arguments: Arguments) throws(ArgumentError) -> PacketID {
        let name = arguments.operands.first ?? ""
        guard let id = PacketID(name) else {
            throw .badValue(
                option: "PACKET", value: name, expected: "a packet's name, such as out/CLIENT/17")
        }
        return id
    }

    static func unknown(_ id: PacketID, _ reader: JournalReader) -> RelayCaller.Problem {
        RelayCaller.Problem(
            code: "packet/unknown", message: "there is no packet \(id) in \(reader.path)",
            next: "List packets: `cityrelay queue list`; or ask the other city's relay.")
    }
}
