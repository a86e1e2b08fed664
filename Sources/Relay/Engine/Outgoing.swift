// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Packets that our chain sent, from their observation to the peer's word that it has them.
extension RelayEngine {
    /// Our chain's block says that it sent a packet.
    mutating func sendSeen(_ packet: PacketSummary, route: Int, at height: Height) {
        guard !routes[route].sent.contains(packet.sequence),
            packets.slot(of: packet.outgoingID) == nil
        else { return }
        observe(packet, route: route, at: height)
    }

    mutating func observe(_ packet: PacketSummary, route: Int, at height: Height) {
        routes[route].sent.insert(packet.sequence)
        var record = PacketRecord(
            id: packet.outgoingID, counterpartyChain: routes[route].chainID, packet: packet.encoded,
            state: .observed, timeoutSeconds: packet.timeoutSeconds, committedHeight: height,
            now: now)
        // A block that is read late was made before: whether a packet is new work goes by that.
        if chain.time > .unixEpoch { record.firstSeen = min(now, chain.time) }
        let slot = packets.insert(record, route: route, isDirty: true)
        markBarred(slot)
        watchBarred(slot)
        proceed(slot)
    }

    mutating func startProof(_ stage: Stage, _ route: Int, _ slots: [Int]) {
        var minimum = Height.zero
        for slot in slots { minimum = max(minimum, packets[slot].record.committedHeight) }
        let job = startJob(stage, route: route, slots)
        effects.append(
            .prove(
                job,
                ProofRequest(
                    chainID: configuration.chainID, counterpartyChain: routes[route].chainID,
                    minimumProofHeight: minimum.advanced(by: 1),
                    items: slots.map { packets[$0].record.id })))
    }

    /// Our connector proved commitments, or acknowledgements.
    mutating func proved(_ id: JobID, _ height: Height, _ items: [ProvedItem]) {
        guard let pending = jobs.job(id), case .packets(let stage) = pending.kind,
            stage == .prove || stage == .proveAcknowledgement, let job = jobs.finish(id)
        else { return }
        let byID = Dictionary(items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for slot in job.slots where isIn(slot, stage, id) {
            guard let item = byID[packets[slot].record.id], !item.proof.isEmpty else {
                fail(
                    slot, stage, code: "connector/no-proof",
                    detail: "the answer left this packet out")
                continue
            }
            if item.value.isEmpty {
                // Proven absent: somebody ended the packet. How, our chain's index tells.
                enqueue(slot, .lookUp)
                continue
            }
            advance(slot, to: stage == .prove ? .proven : .acknowledgementProven) { record in
                record.proof = item.proof
                record.proofHeight = height
            }
            enqueue(slot, stage == .prove ? .deliver : .acknowledge)
        }
    }

    mutating func startDelivery(_ route: Int, _ slots: [Int]) {
        let job = startJob(.deliver, route: route, slots)
        let items = slots.map { slot in
            let record = packets[slot].record
            return Delivery.Item(id: record.id, packet: record.packet, proof: record.proof)
        }
        effects.append(
            .deliver(
                job,
                Delivery(
                    peerChain: routes[route].chainID,
                    trustedHeight: routes[route].peer.trustedHeight,
                    proofHeight: packets[slots[0]].record.proofHeight, items: items)))
    }

    /// The peer judged a delivery of ours.
    mutating func delivered(_ id: JobID, _ outcomes: [PeerOutcome], _ trustedHeight: Height) {
        guard let job = finish(id, .deliver) else { return }
        peerAnswered(job.route, trustedHeight)
        guard outcomes.count == job.slots.count else {
            badAnswer(id, job, .deliver)
            return
        }
        for (slot, outcome) in zip(job.slots, outcomes) where isIn(slot, .deliver, id) {
            guard packets[slot].record.id.sequence == outcome.sequence else {
                fail(slot, .deliver, code: "peer/bad-answer", detail: "outcomes in another order")
                continue
            }
            switch outcome.outcome {
            case .accepted, .alreadyKnown:
                advance(slot, to: .forwarded) { $0.proof = [] }
                awaitPeer(slot)
            case .retry where isPassedOver(slot, job.route, outcome.code):
                unprove(slot)
                fail(slot, .prove, code: outcome.code, detail: outcome.detail)
            case .retry:
                fail(
                    slot, .deliver, code: outcome.code, detail: outcome.detail,
                    retryAfterMilliseconds: outcome.retryAfterMilliseconds)
            case .refused: deliveryRefused(slot, outcome)
            }
        }
    }

    private mutating func deliveryRefused(_ slot: Int, _ outcome: PeerOutcome) {
        switch RetryPolicy.action(forRefusal: outcome.code) {
        case .awaitExpiry:
            // Too late for the peer's chain: the timeout follows once its header shows that.
            fail(slot, .ask, code: outcome.code, detail: outcome.detail)
        case .reprove
        where packets[slot].record.attempts < configuration.limits.attemptsBeforeParking:
            unprove(slot)
            fail(slot, .prove, code: outcome.code, detail: outcome.detail)
        default: stop(slot, code: outcome.code, detail: outcome.detail)
        }
    }

    /// An answer whose shape is wrong tells nothing: all of it again later.
    mutating func badAnswer(_ id: JobID, _ job: Job, _ stage: Stage) {
        let failure = JobFailure(code: "peer/bad-answer", detail: "wrong number of outcomes")
        pausePeer(job.route, failure)
        for slot in job.slots where isIn(slot, stage, id) {
            fail(slot, stage, code: failure.code, detail: failure.detail)
        }
    }
}
