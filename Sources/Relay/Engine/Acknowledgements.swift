// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Acknowledgements: ours to the peer, and the peer's to our chain.
extension RelayEngine {
    mutating func startAcknowledgement(_ route: Int, _ slots: [Int]) {
        let job = startJob(.acknowledge, route: route, slots)
        let items = slots.map { slot in
            let record = packets[slot].record
            return AcknowledgementDelivery.Item(
                id: record.id, packet: record.packet, acknowledgement: record.acknowledgement,
                proof: record.proof)
        }
        effects.append(
            .acknowledge(
                job,
                AcknowledgementDelivery(
                    peerChain: routes[route].chainID,
                    trustedHeight: routes[route].peer.trustedHeight,
                    proofHeight: packets[slots[0]].record.proofHeight, items: items)))
    }

    /// The peer judged acknowledgements of ours.
    mutating func acknowledgementsTaken(
        _ id: JobID, _ outcomes: [PeerOutcome], _ trustedHeight: Height
    ) {
        guard let job = finish(id, .acknowledge) else { return }
        peerAnswered(job.route, trustedHeight)
        guard outcomes.count == job.slots.count else {
            badAnswer(id, job, .acknowledge)
            return
        }
        for (slot, outcome) in zip(job.slots, outcomes) where isIn(slot, .acknowledge, id) {
            guard packets[slot].record.id.sequence == outcome.sequence else {
                fail(
                    slot, .acknowledge, code: "peer/bad-answer", detail: "outcomes in another order"
                )
                continue
            }
            switch outcome.outcome {
            case .accepted, .alreadyKnown:
                advance(slot, to: .acknowledgementDelivered) { $0.proof = [] }
            case .retry where isPassedOver(slot, job.route, outcome.code):
                unprove(slot)
                fail(slot, .proveAcknowledgement, code: outcome.code, detail: outcome.detail)
            case .retry:
                fail(
                    slot, .acknowledge, code: outcome.code, detail: outcome.detail,
                    retryAfterMilliseconds: outcome.retryAfterMilliseconds)
            case .refused:
                if RetryPolicy.action(forRefusal: outcome.code) == .reprove,
                    packets[slot].record.attempts < configuration.limits.attemptsBeforeParking
                {
                    unprove(slot)
                    fail(
                        slot, .proveAcknowledgement, code: outcome.code, detail: outcome.detail)
                } else {
                    stop(slot, code: outcome.code, detail: outcome.detail)
                }
            }
        }
    }

    /// A verifier is through with a peer's acknowledgements of our packets.
    mutating func acknowledgementsVerified(
        _ token: AnswerToken, _ verified: VerifiedAcknowledgements
    ) {
        guard let route = routeOfChain[verified.chainID] else {
            effects.append(
                .answer(
                    token,
                    outcomes: verified.items.map {
                        outcome($0.packet, .refused, "peer/unknown-chain", "no route to this chain")
                    }, trustedHeight: .zero))
            return
        }
        let trouble =
            staleVerdict(verified.revisionCounter, route)
            ?? admit(verified.headers, route: route) ?? standing(route)
        var outcomes: [PeerOutcome] = []
        for item in verified.items {
            if let trouble {
                outcomes.append(
                    outcome(item.packet, .retry, trouble.code, trouble.detail, after: 30_000))
            } else {
                outcomes.append(judge(item, verified.proofHeight, route))
            }
        }
        effects.append(
            .answer(token, outcomes: outcomes, trustedHeight: routes[route].trustedHeight))
    }

    private mutating func judge(
        _ item: VerifiedAcknowledgements.Item, _ proofHeight: Height, _ route: Int
    ) -> PeerOutcome {
        let packet = item.packet
        switch item.verdict {
        case .refused(let code, let detail): return outcome(packet, .refused, code, detail)
        case .undecided(let code, let detail):
            return outcome(packet, .retry, code, detail, after: 1_000)
        case .proven: break
        }
        guard packet.sourceClient == routes[route].link.localClient,
            packet.destinationClient == routes[route].remoteClient
        else {
            return outcome(packet, .refused, "packet/wrong-client", "not a packet of this link")
        }
        guard let slot = packets.slot(of: packet.outgoingID) else {
            return routes[route].sent.contains(packet.sequence)
                ? outcome(packet, .alreadyKnown)
                : outcome(
                    packet, .retry, "packet/not-seen-yet",
                    "our chain's send has not been read yet", after: 1_000)
        }
        guard packets[slot].record.packet == packet.encoded else {
            return outcome(packet, .refused, "packet/different", "our chain sent another packet")
        }
        guard routes[route].header(at: proofHeight) != nil else {
            return outcome(
                packet, .retry, "client/header-unknown", "no trusted header at \(proofHeight)",
                after: 1_000)
        }
        if takeAcknowledgement(slot, item.acknowledgement, item.proof, proofHeight) {
            return outcome(packet, .accepted)
        }
        return outcome(packet, .alreadyKnown)
    }

    /// Takes a proven acknowledgement of a packet of ours; false when it is of no use any more.
    mutating func takeAcknowledgement(
        _ slot: Int, _ acknowledgement: [UInt8], _ proof: [UInt8], _ proofHeight: Height
    ) -> Bool {
        switch effectiveState(slot) {
        case .observed, .proven, .forwarded: break
        case .absenceVerified:
            // Proven absent after the deadline, and acknowledged: both cannot be.
            note(
                .alarm, "peer/contradicting-proofs", route: packets[slot].route,
                packet: packets[slot].record.id,
                "its chain proved the receipt absent, and now an acknowledgement")
            return false
        default: return false
        }
        advance(slot, to: .acknowledgementVerified) { record in
            record.acknowledgement = acknowledgement
            record.proof = proof
            record.proofHeight = proofHeight
        }
        enqueue(slot, .submit)
        return true
    }

    /// Our chain's block says that an acknowledgement was taken.
    mutating func acknowledgeSeen(_ packet: PacketSummary, route: Int) {
        guard let slot = packets.slot(of: packet.outgoingID),
            !packets[slot].record.state.isTerminal
        else { return }
        let acknowledgement = packets[slot].record.acknowledgement
        if acknowledgement.isEmpty {
            // Another relayer brought it: which one it was, our chain's index tells.
            enqueue(slot, .lookUp)
        } else {
            endAcknowledged(slot, acknowledgement)
        }
    }

    mutating func endAcknowledged(_ slot: Int, _ acknowledgement: [UInt8]) {
        let isRefusal = acknowledgement == UniversalError.encoded
        advance(slot, to: isRefusal ? .refused : .acknowledged) { record in
            record.acknowledgement = acknowledgement
            record.proof = []
            record.transaction = []
        }
        packets.setPhase(slot, .waiting)
    }
}
