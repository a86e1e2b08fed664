// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Hands out work: every route in turn, every kind within its bounds.
extension RelayEngine {
    mutating func schedule() {
        guard !routes.isEmpty else { return }
        firstRoute = (firstRoute + 1) % routes.count
        for offset in routes.indices {
            let route = (firstRoute + offset) % routes.count
            // Nothing but evidence is exchanged about a chain that nobody believes.
            if routes[route].canCall(now: clock), !routes[route].client.isFrozen {
                scheduleProofs(route)
                scheduleCalls(.deliver, route)
                scheduleCalls(.acknowledge, route)
                scheduleCalls(.ask, route)
                scheduleHeaderFetches(route)
            }
            scheduleLookUps(route)
        }
        scheduleSubmission()
    }

    /// Proofs grow stale: they are made only as far ahead as the peer can take them.
    private mutating func scheduleProofs(_ route: Int) {
        guard chain.unreachableCode.isEmpty else { return }
        let limits = configuration.limits
        for (stage, next) in [(Stage.prove, Stage.deliver), (.proveAcknowledgement, .acknowledge)] {
            while packets.queuedCount(stage, route: route) > 0,
                packets.queuedCount(next, route: route) < limits.provenAhead,
                hasRoom(stage, route, bound: limits.proofJobsPerPeer)
            {
                let slots = take(stage, route: route, limit: limits.packetsPerCall)
                if slots.isEmpty { break }
                start(stage, route: route, sortOutLate(slots, stage))
            }
        }
    }

    private mutating func scheduleCalls(_ stage: Stage, _ route: Int) {
        let limits = configuration.limits
        // A peer that trusts nothing of our chain yet could verify nothing.
        if stage != .ask && routes[route].peer.trustedHeight.isZero { return }
        if stage == .deliver && !routes[route].queuePauseReason.isEmpty { return }
        while packets.queuedCount(stage, route: route) > 0,
            hasRoom(stage, route, bound: limits.callsPerPeer)
        {
            let taken = take(stage, route: route, limit: limits.packetsPerCall)
            if taken.isEmpty { break }
            let slots = sortOutLate(taken, stage)
            for group in groups(slots, stage) { start(stage, route: route, group) }
        }
    }

    private mutating func scheduleLookUps(_ route: Int) {
        guard chain.unreachableCode.isEmpty else { return }
        while packets.queuedCount(.lookUp, route: route) > 0,
            hasRoom(.lookUp, route, bound: configuration.limits.proofJobsPerPeer)
        {
            let slots = take(.lookUp, route: route, limit: configuration.limits.packetsPerLookUp)
            if slots.isEmpty { break }
            start(.lookUp, route: route, slots)
        }
    }

    /// One job of a kind at a time, so that what comes meanwhile gathers into the next batch; more
    /// when a whole batch waits already.
    private func hasRoom(_ stage: Stage, _ route: Int, bound: Int) -> Bool {
        let running = jobs.count(stage, route: route)
        if running == 0 { return true }
        return running < bound
            && packets.queuedCount(stage, route: route) >= configuration.limits.packetsPerCall
    }

    /// Packets whose deadline passed before the peer had them go the way of the timeout.
    private mutating func sortOutLate(_ slots: [Int], _ stage: Stage) -> [Int] {
        guard stage == .prove || stage == .deliver else { return slots }
        var rest: [Int] = []
        for slot in slots {
            if isPastDeadline(slot) { enqueue(slot, .ask) } else { rest.append(slot) }
        }
        return rest
    }

    /// While a queue is paused nobody takes from it: what grows too late in it is found here.
    mutating func sortOutLate(_ route: Int) {
        let waiting = packets.queuedCount(.deliver, route: route)
        for slot in take(.deliver, route: route, limit: waiting) {
            enqueue(slot, isPastDeadline(slot) ? .ask : .deliver)
        }
    }

    /// Splits a batch where one call cannot carry it: proofs of one height, bytes, one kind of
    /// question.
    private func groups(_ slots: [Int], _ stage: Stage) -> [[Int]] {
        var groups: [[Int]] = []
        var open: [Height: (place: Int, bytes: Int)] = [:]
        for slot in slots {
            let record = packets[slot].record
            let key = stage == .ask ? Height.zero : record.proofHeight
            let bytes = record.packet.count + record.proof.count + record.acknowledgement.count
            if let group = open[key], group.bytes + bytes <= configuration.limits.bytesPerCall {
                groups[group.place].append(slot)
                open[key] = (group.place, group.bytes + bytes)
            } else {
                open[key] = (groups.count, bytes)
                groups.append([slot])
            }
        }
        return groups
    }

    /// Begins one job for these packets, which all belong to the route.
    mutating func start(_ stage: Stage, route: Int, _ slots: [Int]) {
        guard !slots.isEmpty else { return }
        switch stage {
        case .prove, .proveAcknowledgement: startProof(stage, route, slots)
        case .deliver: startDelivery(route, slots)
        case .acknowledge: startAcknowledgement(route, slots)
        case .ask: startQuestions(route, slots)
        case .lookUp:
            let job = startJob(.lookUp, route: route, slots)
            effects.append(.lookUp(job, slots.map { packets[$0].record.id }))
        case .submit: break
        }
    }
}
