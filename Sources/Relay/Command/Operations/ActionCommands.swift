// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayStore

/// Commands that do something by hand. Each needs a reason, is kept with operator and time, and
/// says how it is taken back.
enum ActionCommands {
    static let queue = [
        packet("queue retry", .retry, "Try a packet now instead of at its next attempt"),
        packet("queue park", .park, "Take a packet out of the flow until it is released"),
        packet("queue release", .release, "Let a parked packet go on where it stopped"),
        route("queue pause", .pauseQueue, "Hand over no more packets of ours to a peer"),
        route("queue resume", .resumeQueue, "Go on handing over after `queue pause`"),
        route("queue retry-all", .retryRoute, "Try everything of a route now"),
        list, undo,
    ]
    static let peer = [
        route("peer pause", .pausePeer, "Exchange nothing with a peer, in either direction"),
        route("peer resume", .resumePeer, "Go on after `peer pause`"),
    ]
    static let client = [
        route("client refresh", .refreshClient, "Fetch the newest header for our client now")
    ]
    static let dead = [
        packet("dead replay", .replay, "Let a parked packet go on, with a fresh look at the chain"),
        packet(
            "dead discard", .discard,
            "Put a packet aside that needs nobody (administrator)",
            "Nothing is deleted, and nothing that holds money can be put aside: only what\n"
                + "has ended refused, timed out or expired, and what a peer brought and its\n"
                + "source will refund."),
        packet("dead restore", .restore, "Take a packet back that was put aside (administrator)"),
    ]

    private static let chain = CommandOperand("CHAIN", "Chain id of the other chain.")

    private static func packet(
        _ name: String, _ kind: OperatorAction.Kind, _ summary: String, _ discussion: String = ""
    ) -> Command {
        Command(
            name, summary, discussion: discussion, operands: [PacketName.operand],
            options: OperationsAccess.actingOptions
        ) { arguments, console in
            let id = try PacketName.read(arguments)
            return try act(
                ActionOrder(
                    action: kind.rawValue, packet: id.description,
                    reason: arguments.value(OperationsAccess.reason)), arguments, &console)
        }
    }

    private static func route(
        _ name: String, _ kind: OperatorAction.Kind, _ summary: String
    ) -> Command {
        Command(
            name, summary, operands: [chain], options: OperationsAccess.actingOptions
        ) { arguments, console in
            try act(
                ActionOrder(
                    action: kind.rawValue, chain: arguments.operands.first,
                    reason: arguments.value(OperationsAccess.reason)), arguments, &console)
        }
    }

    private static func act(
        _ order: ActionOrder, _ arguments: Arguments, _ console: inout Console
    ) throws -> ExitStatus {
        try OperationsAccess.run(arguments, &console) { access, console in
            tell(try access.act(order), arguments, &console)
        }
    }

    private static func tell(
        _ report: ActionReport, _ arguments: Arguments, _ console: inout Console
    ) -> ExitStatus {
        if arguments.isJSON {
            console.print(json: report)
            return .success
        }
        let count = report.packets.map { $0 > 1 ? ", \($0) packets" : "" } ?? ""
        console.print(
            "#\(report.number) \(report.action) \(report.subject)\(count), by \(report.who)")
        if report.canBeUndone {
            console.print("   undo: cityrelay queue undo \(report.number) --reason …")
        }
        return .success
    }

    private static let number = CommandOperand("NUMBER", "As `queue actions` shows it.")

    private static let undo = Command(
        "queue undo", "Take back something that was done by hand", operands: [number],
        options: OperationsAccess.actingOptions
    ) { arguments, console in
        let text = arguments.operands.first ?? ""
        guard let number = UInt64(text.drop { $0 == "#" }) else {
            throw ArgumentError.badValue(
                option: "NUMBER", value: text, expected: "the number of an action")
        }
        return try OperationsAccess.run(arguments, &console) { access, console in
            var body: [String: String] = [:]
            body["reason"] = arguments.value(OperationsAccess.reason)
            let report: ActionReport = try access.running().post(
                "/v1/operations/actions/\(number)/undo", body)
            return tell(report, arguments, &console)
        }
    }

    private static let subject = CommandOption(
        "subject", value: "NAME", "Only what was done to this packet or chain.")

    private static let list = Command(
        "queue actions", "List what people did by hand: who, why, when",
        options: [subject]
            + OperationsAccess.options
    ) { arguments, console in
        try OperationsAccess.run(arguments, &console) { access, console in
            let name = arguments.value(subject)
            let query = name.map { "?subject=\(QueueFilters.encoded($0))" } ?? ""
            let (list, _) = try access.read("/v1/operations/actions\(query)") { reader in
                try ActionList(subject: name, limit: 100, reader)
            }
            if arguments.isJSON {
                console.print(json: list)
                return .success
            }
            for action in list.actions {
                let undone = action.undoneBy.map { " (undone by #\($0))" } ?? ""
                let undoes = action.undoes.map { " (undoes #\($0))" } ?? ""
                console.print(
                    "#\(action.number) \(action.at.prefix(19))Z \(action.action) \(action.subject)")
                for line in Screen.wrap(
                    "\(action.who): \(action.reason)\(undone)\(undoes)", first: "   ", rest: "   ")
                {
                    console.print(line)
                }
            }
            return .success
        }
    }
}
