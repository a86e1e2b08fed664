// SPDX-License-Identifier: Apache-2.0

import Federation
import RelayAPI
import RelayStore

/// `packet trace`: every step of a packet on both sides, from both relays' words.
enum PacketTraceCommand {
    static let command = Command(
        "packet trace", "Show a packet's timeline, from both relays' words",
        discussion:
            "The other city's relay is asked for its part; where it cannot be reached, ours\n"
            + "alone is shown and it is said why.",
        operands: [PacketName.operand], options: OperationsAccess.options
    ) { arguments, console in
        let id = try PacketName.read(arguments)
        let name = PathSegment.encode(id)
        return try OperationsAccess.run(arguments, &console) { access, console in
            let (report, _) = try access.read("/v1/operations/packets/\(name)/trace") { reader in
                guard let record = try reader.packet(id) else {
                    throw PacketName.unknown(id, reader)
                }
                var report = TraceReport(
                    packet: id.description, chain: record.counterpartyChain,
                    steps: try TraceStep.ours(record, reader, chain: access.ownChainID))
                report.peerCode = "relay/not-running"
                report.peerSentence = "Our relay does not run, so nobody could ask the other one."
                return report
            }
            if arguments.isJSON {
                console.print(json: report)
                return .success
            }
            console.print("\(report.packet)  \(report.chain)")
            for line in TraceScreen.lines(report.steps) { console.print(line) }
            if let state = report.peerState {
                console.print("The other relay answered: \(state) there.")
            } else if let sentence = report.peerSentence {
                for line in Screen.wrap("\(sentence) (\(report.peerCode ?? ""))") {
                    console.print(line)
                }
            }
            if let difference = report.difference {
                for line in Screen.wrap(difference, first: "note   ", rest: "       ") {
                    console.print(line)
                }
            }
            return .success
        }
    }
}
