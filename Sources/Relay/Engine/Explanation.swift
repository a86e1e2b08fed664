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

extension RelayEngine {
    /// Nil when the packet is not open here; `Explanation(of:)` explains a record from the store.
    package func explain(_ id: PacketID) -> Explanation? {
        guard let slot = packets.slot(of: id) else { return nil }
        let packet = packets[slot]
        if let unproven = explainUnproven(packet) { return unproven }
        if packet.record.state == .parked { return Explanation(of: packet.record) }
        if let explanation = explainMembership(packet) { return explanation }
        if routes[packet.route].client.isFrozen, packet.phase != .inTransaction,
            let frozen = explainClient(packet.route)
        {
            return frozen
        }
        switch packet.phase {
        case .queued(let stage): return explainQueued(stage, packet)
        case .inFlight(let stage, _): return explainInFlight(stage)
        case .backoff(let stage):
            let seconds = max(0, packet.record.notBefore.nanoseconds(since: now) / 1_000_000_000)
            return Explanation(
                packet.record.reasonCode,
                "Step \(stage.name) failed \(packet.record.attempts) times. "
                    + "\(Advice(code: packet.record.reasonCode)?.sentence ?? "") "
                    + "(\(packet.record.reasonDetail))",
                "Tried again in \(seconds) s. "
                    + (Advice(code: packet.record.reasonCode)?.next ?? ""),
                Advice(code: packet.record.reasonCode)?.turn ?? .us)
        case .awaitingTip:
            return Explanation(
                "chain/header-awaited",
                "Its proof needs the header after \(packet.record.committedHeight) of our chain.",
                "Our chain must make a block; its tip is \(chain.tip).", .ourChain)
        case .awaitingHeader:
            return Explanation(
                "hosted-client/header-awaited",
                "The client on our chain needs header \(packet.record.proofHeight) first.",
                "The header is being fetched from the peer.", .peer)
        case .inTransaction:
            return Explanation(
                "transaction/pending", "It rides in a transaction whose outcome is not known yet.",
                "The outcome is read from the next blocks; nothing is sent twice before.", .ourChain
            )
        case .waiting, .parked: return explainWaiting(packet)
        }
    }

    private func explainQueued(_ stage: Stage, _ packet: OpenPacket) -> Explanation {
        let facts = routes[packet.route]
        if let trouble = explainClient(packet.route) { return trouble }
        switch stage {
        case .submit: return explainSubmission(packet)
        case .lookUp:
            return Explanation(
                "chain/look-up", "Our chain is about to be asked how it stands.", "Wait.", .us)
        default: break
        }
        if !facts.peer.isConnected {
            return Explanation(
                facts.peer.lastCode, "The relay of \(facts.chainID) is not connected.",
                "We keep trying; ask its operators if it lasts.", .peer)
        }
        if !facts.peer.blockedCode.isEmpty {
            return Explanation(
                facts.peer.blockedCode, "Nothing is exchanged with the relay of \(facts.chainID).",
                "Settle the difference with its operators.", .operators)
        }
        if facts.isPaused {
            return Explanation(
                "route/paused",
                "The exchange with \(facts.chainID) is paused: \(facts.pauseReason)",
                "Resume it: `cityrelay peer resume \(facts.chainID) --reason …`.", .operators)
        }
        if !facts.queuePauseReason.isEmpty && stage == .deliver {
            return Explanation(
                "queue/paused",
                "Our queue towards \(facts.chainID) is paused: \(facts.queuePauseReason)",
                "Resume it: `cityrelay queue resume \(facts.chainID) --reason …`.", .operators)
        }
        if facts.peer.pausedUntil > clock {
            return Explanation(
                facts.peer.lastCode,
                "Calls to \(facts.chainID) failed \(facts.peer.failures) times.",
                "Tried again within a minute.", .peer)
        }
        return Explanation(
            "queue/\(stage.name)",
            "It waits in a queue of \(packets.queuedCount(stage, route: packet.route)).",
            "It goes with one of the next batches.", .us)
    }

    private func explainSubmission(_ packet: OpenPacket) -> Explanation {
        let facts = routes[packet.route]
        if !chain.unreachableCode.isEmpty {
            return Explanation(
                chain.unreachableCode, "No node of our chain answers.", "Look at the nodes.",
                .ourChain)
        }
        switch facts.hosted.status {
        case .expired, .frozen, .unknown:
            return Explanation(
                "hosted-client/not-active",
                "The client \(facts.link.localClient) on our chain is not active.",
                "Recover it by our chain's governance (MsgRecoverClient).", .operators)
        case nil:
            return Explanation(
                "hosted-client/unread", "The client on our chain is being read.", "Wait.", .us)
        case .active: break
        }
        if submitter.isSettling {
            return Explanation(
                "account/settling", "Our account's sequence did not fit.",
                "Pending transactions are decided first.", .ourChain)
        }
        return Explanation(
            "queue/submit",
            "\(packets.queuedCount(.submit, route: packet.route)) packets wait for a transaction.",
            "It goes with one of the next transactions.", .us)
    }

    private func explainInFlight(_ stage: Stage) -> Explanation {
        switch stage {
        case .prove, .proveAcknowledgement:
            Explanation("job/proof", "Our chain is making its proof.", "Wait.", .ourChain)
        case .deliver, .acknowledge:
            Explanation(
                "job/call", "It is on its way to the peer.", "Wait for the peer's answer.", .peer)
        case .ask:
            Explanation(
                "job/question", "The peer is asked for a proof.", "Wait for its answer.", .peer)
        case .lookUp, .submit:
            Explanation("job/look-up", "Our chain is asked how it stands.", "Wait.", .ourChain)
        }
    }

    private func explainWaiting(_ packet: OpenPacket) -> Explanation {
        switch packet.record.state {
        case .forwarded where packet.receiptSeen:
            Explanation(
                "peer/acknowledgement-awaited",
                "The destination has the receipt, so it cannot time out any more.",
                "Its application must write the acknowledgement.", .application)
        case .forwarded:
            Explanation(
                "peer/acknowledgement-awaited", "The peer journaled it; its chain must take it.",
                "Acknowledgement, or timeout after \(packet.record.timeoutSeconds) (Unix seconds).",
                .peer)
        case .received:
            Explanation(
                "application/acknowledgement-awaited", "Our chain has the receipt.",
                "The application must write the acknowledgement; there is no deadline for that.",
                .application)
        case .verified:
            Explanation(
                packet.record.reasonCode.isEmpty ? "packet/elapsed" : packet.record.reasonCode,
                "Too late for our chain.", "It ends when our chain's time passes its deadline.",
                .ourChain)
        default:
            Explanation("open/waiting", "It waits (\(packet.record.state)).", "Wait.", .us)
        }
    }
}
