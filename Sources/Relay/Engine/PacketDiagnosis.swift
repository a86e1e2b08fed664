// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// Why an open packet stands where it stands: the condition that blocks it, and what shows it.
extension RelayEngine {
    /// Nil when the packet is not open here; `Explanation(of:)` explains a record from the store.
    package func explain(_ id: PacketID) -> Explanation? {
        packets.slot(of: id).map { explain(packets[$0]) }
    }

    /// What is said of a packet that stands so, towards this chain; nil: there is no such route.
    package func explain(
        _ record: PacketRecord, _ phase: Phase, towards chainID: String
    ) -> Explanation? {
        routeOfChain[chainID].map { route in
            explain(
                OpenPacket(
                    record: record, route: route, phase: phase, stamp: 0, timerStamp: 0,
                    generation: 0, isDirty: false, isOpen: true))
        }
    }

    private func explain(_ packet: OpenPacket) -> Explanation {
        var answer = condition(packet)
        answer.evidence += RelayEngine.evidence(packet.record)
        return answer
    }

    private static func evidence(_ record: PacketRecord) -> [String] {
        var lines = ["\(record.state.name); last change \(record.lastChanged.utcText)"]
        if !record.committedHeight.isZero {
            lines.append("committed at height \(record.committedHeight) of our chain")
        }
        if record.attempts > 0 {
            lines.append("failed attempts at this step: \(record.attempts)")
        }
        lines.append("deadline \(deadlineText(record))")
        return lines
    }

    private static func deadlineText(_ record: PacketRecord) -> String {
        Int64(exactly: record.timeoutSeconds).flatMap { Timestamp(seconds: $0) }?.utcText
            ?? "never"
    }

    private func condition(_ packet: OpenPacket) -> Explanation {
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
        case .backoff(let stage): return explainBackoff(stage, packet.record)
        case .awaitingTip:
            return explainOwnChain()
                ?? Explanation(
                    "chain/header-awaited",
                    "Its proof needs the header after \(packet.record.committedHeight) of our "
                        + "chain.",
                    "Our chain must make a block; its tip is \(chain.tip).", .ourChain)
        case .awaitingHeader:
            return explainSilence(packet.route)
                ?? Explanation(
                    "hosted-client/header-awaited",
                    "The client on our chain needs header \(packet.record.proofHeight) first.",
                    "The header is being fetched from the peer.", .peer)
        case .inTransaction:
            return explainOwnChain()
                ?? Explanation(
                    "transaction/pending",
                    "It rides in a transaction whose outcome is not known yet.",
                    "The outcome is read from the next blocks; nothing is sent twice before.",
                    .ourChain)
        case .waiting, .parked: return explainWaiting(packet)
        }
    }

    private func explainBackoff(_ stage: Stage, _ record: PacketRecord) -> Explanation {
        let seconds = max(0, record.notBefore.nanoseconds(since: now) / EngineTiming.second)
        let advice = Advice(code: record.reasonCode)
        let detail = record.reasonDetail.isEmpty ? "" : " (\(record.reasonDetail))"
        return Explanation(
            record.reasonCode,
            "Step \(stage.name) failed \(record.attempts) times. "
                + "\(advice?.sentence ?? "")\(detail)",
            "Tried again in \(seconds) s. \(advice?.next ?? "")", advice?.turn ?? .us)
    }

    // MARK: In a queue

    private func explainQueued(_ stage: Stage, _ packet: OpenPacket) -> Explanation {
        if let trouble = explainClient(packet.route) { return trouble }
        if stage.needsOurChain, let trouble = explainOwnChain() { return trouble }
        switch stage {
        case .submit: return explainSubmission(packet)
        case .lookUp:
            return Explanation(
                "chain/look-up", "Our chain is about to be asked how it stands.", "Wait.", .us)
        case .prove, .deliver, .ask, .proveAcknowledgement, .acknowledge: break
        }
        if let trouble = explainSilence(packet.route) { return trouble }
        let facts = routes[packet.route]
        if stage == .deliver, let pause = explainQueuePause(packet.route) { return pause }
        if stage == .deliver || stage == .acknowledge, facts.peer.trustedHeight.isZero {
            return Explanation(
                "link/not-ready",
                "The relay of \(facts.chainID) trusts no header of our chain yet: it could verify "
                    + "nothing.", "It fetches the first one; ask its operators if it lasts.", .peer)
        }
        return Explanation(
            "queue/\(stage.name)",
            "It waits in a queue of \(packets.queuedCount(stage, route: packet.route)).",
            "It goes with one of the next batches.", .us)
    }

    /// Why nothing is exchanged with the peer now; nil: it is.
    private func explainSilence(_ route: Int) -> Explanation? {
        explainUnreached(route) ?? explainPeerPause(route)
    }

    private func explainSubmission(_ packet: OpenPacket) -> Explanation {
        let facts = routes[packet.route]
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

    // MARK: Under way

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
            explainSilence(packet.route)
                ?? Explanation(
                    "peer/acknowledgement-awaited",
                    "The peer journaled it; its chain must take it.",
                    "Acknowledgement, or timeout after "
                        + "\(RelayEngine.deadlineText(packet.record)).", .peer)
        case .received:
            Explanation(
                "application/acknowledgement-awaited", "Our chain has the receipt.",
                "The application must write the acknowledgement; there is no deadline for that.",
                .application)
        case .verified:
            Explanation(
                packet.record.reasonCode.isEmpty ? "packet/elapsed" : packet.record.reasonCode,
                "Too late for our chain.",
                "It ends when our chain's time passes its deadline, "
                    + "\(RelayEngine.deadlineText(packet.record)).", .ourChain)
        default: Explanation(of: packet.record)
        }
    }
}
