// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Events are hints; what the chain has committed is the truth. Now and then both are compared, and
/// what differs is repaired and counted.
extension RelayEngine {
    mutating func beginReconcile(_ route: Int) {
        guard chain.unreachableCode.isEmpty, let cursor = chain.cursor,
            !routes[route].link.localClient.isEmpty
        else { return }
        if !routes[route].isReconciling { askPage(route, from: 1, cursor) }
        lookAtWaiting(route)
    }

    private mutating func askPage(_ route: Int, from: UInt64, _ cursor: UInt64) {
        let client = routes[route].link.localClient
        routes[route].isReconciling = true
        let job = jobs.add(.reconcile(client: client), route: route, deadline: jobDeadline)
        effects.append(
            .reconcile(
                job,
                ReconcileRequest(
                    client: client, from: from, limit: configuration.limits.commitmentsPerPage,
                    height: Height(revision: chain.tip.revision, height: cursor))))
    }

    /// One page of the sequences whose commitments our chain holds.
    mutating func reconciled(_ id: JobID, _ page: ReconcilePage) {
        guard let job = jobs.job(id), job.kind == .reconcile(client: page.client),
            jobs.finish(id) != nil
        else { return }
        let route = job.route
        routes[route].isReconciling = false
        // Seen by the node ahead of our cursor: the difference may be mere reading.
        let isAhead = page.height.height > chain.cursor ?? 0
        let committed = Set(page.commitments)
        if !isAhead {
            var unknown: [PacketID] = []
            for sequence in page.commitments {
                let id = PacketID(direction: .outgoing, client: page.client, sequence: sequence)
                if packets.slot(of: id) == nil { unknown.append(id) }
            }
            lookUpUnknown(unknown, route)
            lookUpGone(committed, page, route)
        }
        if page.range.upperBound < .max, let cursor = chain.cursor {
            askPage(route, from: page.range.upperBound &+ 1, cursor)
        }
    }

    /// Open on the chain, unknown here: the packet is fetched from the chain's index.
    private mutating func lookUpUnknown(_ ids: [PacketID], _ route: Int) {
        count("reconcile/unknown-commitment", ids.count)
        let limit = configuration.limits.packetsPerLookUp
        var start = 0
        while start < ids.count {
            let end = min(start + limit, ids.count)
            let job = jobs.add(.packets(.lookUp), route: route, deadline: jobDeadline)
            effects.append(.lookUp(job, Array(ids[start..<end])))
            start = end
        }
    }

    /// Open here, and gone from the chain since before the page's height: how it ended is looked
    /// up.
    private mutating func lookUpGone(
        _ committed: Set<UInt64>, _ page: ReconcilePage, _ route: Int
    ) {
        var gone = 0
        for sequence in packets.openOutgoing(client: page.client, in: page.range)
        where !committed.contains(sequence) {
            let id = PacketID(direction: .outgoing, client: page.client, sequence: sequence)
            guard let slot = packets.slot(of: id) else { continue }
            let packet = packets[slot]
            guard packet.record.committedHeight < page.height, packet.phase != .queued(.lookUp),
                !isLookingUp(packet.phase)
            else { continue }
            gone += 1
            enqueue(slot, .lookUp)
        }
        count("reconcile/gone-commitment", gone)
    }

    private func isLookingUp(_ phase: Phase) -> Bool {
        if case .inFlight(.lookUp, _) = phase { return true }
        return phase == .backoff(.lookUp)
    }

    /// Received long ago and not acknowledged: some of them are looked at each time.
    private mutating func lookAtWaiting(_ route: Int) {
        let limit = configuration.limits.commitmentsPerPage
        let old = now.adding(nanoseconds: -2 * configuration.timing.reconcileInterval)
        var examined = 0
        while examined < min(limit, packets.slots.count) {
            routes[route].reconcileSlot = (routes[route].reconcileSlot + 1) % packets.slots.count
            let slot = routes[route].reconcileSlot
            examined += 1
            let packet = packets[slot]
            if packet.isOpen, packet.route == route, packet.record.state == .received,
                packet.phase == .waiting, packet.record.lastChanged < old
            {
                enqueue(slot, .lookUp)
            }
        }
    }

    // MARK: Look-ups

    /// What our chain says of single packets.
    mutating func lookedUp(_ id: JobID, _ facts: [PacketFact]) {
        guard let job = finish(id, .lookUp) else { return }
        var answered: Set<Int> = []
        for fact in facts {
            guard let slot = packets.slot(of: fact.id) else {
                lookedUpUnknown(fact, job.route)
                continue
            }
            answered.insert(slot)
            guard isIn(slot, .lookUp, id) else { continue }
            if fact.asOf < packets[slot].record.committedHeight {
                fail(slot, .lookUp, code: "connector/behind", detail: "the node is at \(fact.asOf)")
            } else if fact.id.direction == .outgoing {
                outgoingFact(fact, slot)
            } else {
                incomingFact(fact, slot)
            }
        }
        for slot in job.slots where !answered.contains(slot) && isIn(slot, .lookUp, id) {
            fail(
                slot, .lookUp, code: "connector/no-fact", detail: "the answer left this packet out")
        }
    }

    private mutating func lookedUpUnknown(_ fact: PacketFact, _ route: Int) {
        guard fact.id.direction == .outgoing, fact.hasCommitment, let packet = fact.packet,
            packet.outgoingID == fact.id, routeOfLocalClient[fact.id.client] == route
        else { return }
        count("reconcile/repaired-unknown")
        note(
            .warning, "reconcile/repaired-unknown", route: route, packet: fact.id,
            "observed by search")
        observe(packet, route: route, at: fact.committedHeight)
    }

    private mutating func outgoingFact(_ fact: PacketFact, _ slot: Int) {
        if fact.hasCommitment {
            backToWork(slot)
            return
        }
        let record = packets[slot].record
        switch fact.ending {
        case .acknowledged:
            let known = fact.acknowledgement.isEmpty ? record.acknowledgement : fact.acknowledgement
            endAcknowledged(slot, known)
        case .timedOut: endTimedOut(slot)
        case nil:
            if effectiveState(slot) == .absenceVerified {
                endTimedOut(slot)
            } else if !record.acknowledgement.isEmpty {
                endAcknowledged(slot, record.acknowledgement)
            } else {
                stop(
                    slot, code: "reconcile/ended-unknown",
                    detail:
                        "the commitment is gone, and no index tells how; ask an archive node"
                )
                return
            }
        }
        count("reconcile/repaired-ended")
    }

    private mutating func incomingFact(_ fact: PacketFact, _ slot: Int) {
        let state = effectiveState(slot)
        if !fact.acknowledgement.isEmpty && (state == .verified || state == .received) {
            advance(slot, to: .acknowledgementWritten) { record in
                record.committedHeight = fact.committedHeight
                record.proof = []
                record.acknowledgement = fact.acknowledgement
                record.transaction = []
            }
            count("reconcile/repaired-acknowledgement")
            proceed(slot)
        } else if fact.hasReceipt && state == .verified {
            advance(slot, to: .received) { record in
                record.committedHeight = fact.committedHeight
                record.proof = []
                record.transaction = []
            }
            count("reconcile/repaired-received")
            proceed(slot)
        } else {
            backToWork(slot)
        }
    }

    /// The chain agrees with the store: the step before is tried again, after a while where it
    /// failed.
    private mutating func backToWork(_ slot: Int) {
        guard let stage = resumeStage(packets[slot].record), stage == .submit else {
            proceed(slot)
            return
        }
        fail(slot, .submit, code: "chain/not-taken-yet", detail: "our chain has not taken it yet")
    }
}
