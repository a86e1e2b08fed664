// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// Why a packet stands where it stands, for people and for programs.
package struct Explanation: Hashable, Sendable {
    package enum Turn: String, Hashable, Sendable {
        case us
        case ourChain = "our chain"
        case peer
        case peerChain = "the peer's chain"
        case application
        case operators = "operator"
        case nobody
    }

    /// Stable code.
    package let code: String
    /// What is known.
    package let sentence: String
    /// What happens next, or what to do.
    package let nextAction: String
    package let turn: Turn
    /// Facts that show it, one a line.
    package var evidence: [String] = []
    /// Whose word it is, where it is neither proven nor our own: "Loudi's relay"; else empty.
    package var saidBy = ""

    package init(code: String, sentence: String, nextAction: String, turn: Turn) {
        self.code = code
        self.sentence = sentence
        self.nextAction = nextAction
        self.turn = turn
    }

    /// Where to look first.
    package var cause: Cause { Advice(code: code)?.cause ?? .us }

    init(_ code: String, _ sentence: String, _ nextAction: String, _ turn: Turn) {
        self.init(code: code, sentence: sentence, nextAction: nextAction, turn: turn)
    }

    /// Explains a record by itself: a packet that ended or is parked.
    package init(of record: PacketRecord) {
        switch record.state {
        case .acknowledged:
            self.init(
                "ended/acknowledged",
                "The destination took it and our chain took its acknowledgement.",
                "Nothing.", .nobody)
        case .refused:
            self.init(
                "ended/refused",
                "The destination's application refused it; the sender was refunded.",
                "Read the application's reason on the destination, then send anew.", .nobody)
        case .timedOut:
            self.init(
                "ended/timed-out", "It was not taken before its deadline; the sender was refunded.",
                "Send anew if it is still wanted.", .nobody)
        case .acknowledgementDelivered:
            self.init(
                "ended/delivered",
                "Our chain took it, and the source's relay has the acknowledgement.",
                "Nothing.", .nobody)
        case .expired:
            self.init(
                "ended/expired",
                "Its deadline passed before our chain took it; the source refunds.",
                "Nothing here; look at our chain if many expire.", .nobody)
        case .parked:
            let advice = Advice(code: record.reasonCode)
            let known = advice.map { " \($0.sentence)" } ?? ""
            let detail = record.reasonDetail.isEmpty ? "" : " (\(record.reasonDetail))"
            self.init(
                record.reasonCode, "Parked.\(known)\(detail)",
                "\(advice?.next ?? "Mend the cause.") Then: "
                    + "`cityrelay queue release \(record.id) --reason …`.", .operators)
        default: self.init(open: record)
        }
    }

    /// What the record alone says of a packet that is under way.
    private init(open record: PacketRecord) {
        let detail = record.reasonDetail.isEmpty ? "" : ": \(record.reasonDetail)"
        if record.attempts > 0, !record.reasonCode.isEmpty {
            let advice = Advice(code: record.reasonCode)
            self.init(
                record.reasonCode,
                "\(record.attempts) attempts at this step have failed. "
                    + "\(advice?.sentence ?? "")\(detail)",
                advice?.next ?? CodeBook.nothing, advice?.turn ?? .us)
            return
        }
        let (sentence, turn): (String, Turn) =
            switch record.state {
            case .observed: ("Our chain sent it; a header behind it and its proof come next.", .us)
            case .proven: ("Its proof is made; the peer has not taken it yet.", .peer)
            case .forwarded: ("The peer journaled it; its chain must take it.", .peerChain)
            case .acknowledgementVerified:
                ("The acknowledgement is verified; our chain must take it.", .ourChain)
            case .absenceVerified:
                (
                    "It is proven that nobody received it; our chain must take the timeout.",
                    .ourChain
                )
            case .verified: ("It is verified; our chain must take it.", .ourChain)
            case .received:
                ("Our chain received it; its application has not answered.", .application)
            case .acknowledgementWritten:
                ("Our chain answered it; the answer's proof comes next.", .us)
            case .acknowledgementProven:
                ("The answer's proof is made; the peer has not taken it yet.", .peer)
            default: ("It is under way.", .us)
            }
        self.init("open/\(record.state.name)", sentence, CodeBook.nothing, turn)
    }
}
