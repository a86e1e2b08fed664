// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// How a packet moves from step to step, fails, waits and is taken in batches.
extension RelayEngine {
    /// The step that follows from a state; nil: another party's turn.
    func resumeStage(_ record: PacketRecord) -> Stage? {
        switch record.state {
        case .observed: .prove
        case .proven: .deliver
        case .acknowledgementVerified, .absenceVerified, .verified: .submit
        case .acknowledgementWritten: .proveAcknowledgement
        case .acknowledgementProven: .acknowledge
        default: nil
        }
    }

    /// Lets the packet do whatever its state calls for next.
    mutating func proceed(_ slot: Int) {
        let record = packets[slot].record
        guard let stage = resumeStage(record) else {
            if record.state == .forwarded {
                awaitPeer(slot)
            } else {
                packets.setPhase(slot, .waiting)
            }
            return
        }
        if stage == .prove && hold(slot) { return }
        let needsHeader = stage == .prove || stage == .proveAcknowledgement
        if needsHeader && record.committedHeight.height >= chain.tip.height {
            let ref = packets.setPhase(slot, .awaitingTip(stage))
            awaitingTip.append((record.committedHeight.height, ref, stage))
        } else {
            enqueue(slot, stage)
        }
    }

    mutating func enqueue(_ slot: Int, _ stage: Stage, first: Bool = false) {
        let ref = packets.setPhase(slot, .queued(stage))
        let route = packets[slot].route
        if first {
            routes[route].queues[stage.rawValue].prepend(ref)
        } else {
            routes[route].queues[stage.rawValue].append(ref)
        }
    }

    /// Takes up to `limit` packets for a step, from the oldest and the newest in turn.
    mutating func take(_ stage: Stage, route: Int, limit: Int) -> [Int] {
        var taken: [Int] = []
        var takesOldest = true
        while taken.count < limit {
            let ref =
                takesOldest
                ? routes[route].queues[stage.rawValue].popFirst()
                : routes[route].queues[stage.rawValue].popLast()
            guard let ref else { break }
            guard packets.isCurrent(ref) else { continue }
            taken.append(Int(ref.slot))
            takesOldest.toggle()
        }
        return taken
    }

    /// Moves to a state and forgets the failures of the step before.
    mutating func advance(
        _ slot: Int, to state: PacketState, _ change: (inout PacketRecord) -> Void = { _ in }
    ) {
        let moment = now
        let route = packets[slot].route
        routes[route].progressAt = clock
        routes[route].steps &+= 1
        if state.isTerminal { routes[route].ended &+= 1 }
        packets.edit(slot) { record in
            record.state = state
            record.attempts = 0
            record.notBefore = .unixEpoch
            record.reasonCode = ""
            record.reasonDetail = ""
            record.parkedFrom = nil
            record.lastChanged = moment
            record.history.append(state, at: moment)
            change(&record)
        }
    }

    /// The step failed: remembered with its reason, tried again after a while.
    mutating func fail(
        _ slot: Int, _ stage: Stage, code: String, detail: String,
        retryAfterMilliseconds: UInt32 = 0
    ) {
        let (code, detail) = reason(slot, stage, code, Redaction.clean(detail))
        let attempts = packets[slot].record.attempts + 1
        let wait = max(
            configuration.timing.backoff.delay(attempts: attempts, random: random.next()),
            Int64(retryAfterMilliseconds) * 1_000_000)
        let until = clock &+ wait
        let moment = now
        packets.edit(slot) { record in
            record.attempts = attempts
            record.notBefore = Timestamp(unixNanoseconds: until)
            record.reasonCode = code
            record.reasonDetail = detail
        }
        entries.append(
            .attempt(
                Attempt(
                    packet: packets[slot].record.id, at: moment, step: stage.name, code: code,
                    detail: detail)))
        rest(slot, stage, until: until)
    }

    /// Waits, then queues for the step; without a step, then proceeds.
    mutating func rest(_ slot: Int, _ stage: Stage?, until: Int64) {
        if let stage {
            packets.setPhase(slot, .backoff(stage))
        } else {
            packets.setPhase(slot, .waiting)
        }
        setTimer(slot, until)
    }

    /// An operator or a change of circumstances must help.
    mutating func stop(_ slot: Int, code: String, detail: String) {
        let record = packets[slot].record
        guard record.state != .parked else { return }
        let moment = now
        // An operator's own words stay as they are.
        let detail = code.hasPrefix("operator/") ? detail : Redaction.clean(detail)
        packets.edit(slot) { record in
            record.parkedFrom = record.state
            record.state = .parked
            record.reasonCode = code
            record.reasonDetail = detail
            record.transaction = []
            record.lastChanged = moment
            record.history.append(.parked, at: moment)
        }
        entries.append(
            .attempt(
                Attempt(packet: record.id, at: now, step: "park", code: code, detail: detail)))
        note(.warning, code, route: packets[slot].route, packet: record.id, detail)
        packets.setPhase(slot, .parked)
        watchParked(slot)
    }

    mutating func setTimer(_ slot: Int, _ due: Int64) {
        let ref = packets.timerRef(slot)
        timers.insert(TimerHeap.Entry(due: due, ref: ref))
        timers.compact(liveCount: packets.count) { packets.isCurrentTimer($0.ref) }
    }

    mutating func fireTimers() {
        while let first = timers.first, first.due <= clock {
            _ = timers.popFirst()
            guard packets.isCurrentTimer(first.ref) else { continue }
            let slot = Int(first.ref.slot)
            switch packets[slot].phase {
            case .backoff(let stage): enqueue(slot, stage, first: true)
            case .waiting: enqueue(slot, .ask)
            case .parked: parkedDeadline(slot)
            default: break
            }
        }
    }

    mutating func giveUpJobs() {
        while let id = jobs.firstOverdue(now: clock) {
            jobFailed(id, JobFailure(code: "job/no-answer", detail: "no answer in time"))
        }
    }

    var jobDeadline: Int64 { clock &+ configuration.timing.jobPatience }

    /// Sends packets on their way with a new job.
    mutating func startJob(_ stage: Stage, route: Int, _ slots: [Int]) -> JobID {
        let job = jobs.add(.packets(stage), route: route, slots: slots, deadline: jobDeadline)
        for slot in slots { packets.setPhase(slot, .inFlight(stage, job)) }
        return job
    }

    /// Takes a finished packet job and the slots that still belong to it.
    mutating func finish(_ id: JobID, _ stage: Stage) -> Job? {
        guard let job = jobs.job(id), job.kind == .packets(stage) else { return nil }
        return jobs.finish(id)
    }

    func isIn(_ slot: Int, _ stage: Stage, _ job: JobID) -> Bool {
        packets[slot].isOpen && packets[slot].phase == .inFlight(stage, job)
    }

    mutating func jobFailed(_ id: JobID, _ failure: JobFailure) {
        guard let job = jobs.finish(id) else { return }
        switch job.kind {
        case .packets(let stage): packetsFailed(id, job, stage, failure)
        case .fetchHeaders(let purpose): headersNotFetched(job, purpose, failure)
        case .submit(let plan): submissionLost(plan, failure)
        case .readAccount: submitter.account = .unknown(notBefore: clock &+ EngineTiming.second)
        case .reconcile: routes[job.route].isReconciling = false
        case .report(let kind): reportFailed(job, kind, failure)
        }
    }

    private mutating func packetsFailed(
        _ id: JobID, _ job: Job, _ stage: Stage, _ failure: JobFailure
    ) {
        let slots = job.slots.filter { isIn($0, stage, id) }
        let isCall = stage == .deliver || stage == .acknowledge || stage == .ask
        let action = RetryPolicy.action(for: failure)
        if action == .pausePeer && isCall { pausePeer(job.route, failure) }
        if action == .park && slots.count > 1 {
            // One of them spoils the call: find it by halves.
            let middle = slots.count / 2
            start(stage, route: job.route, Array(slots[..<middle]))
            start(stage, route: job.route, Array(slots[middle...]))
            return
        }
        for slot in slots {
            switch action {
            case .park: stop(slot, code: failure.code, detail: failure.detail)
            case .reprove:
                unprove(slot)
                fail(
                    slot, resumeStage(packets[slot].record) ?? stage, code: failure.code,
                    detail: failure.detail)
            default:
                fail(
                    slot, stage, code: failure.code, detail: failure.detail,
                    retryAfterMilliseconds: failure.retryAfterMilliseconds)
            }
        }
    }

    /// A proof of our own chain that is of no use any more: made again at a newer header.
    mutating func unprove(_ slot: Int) {
        switch packets[slot].record.state {
        case .proven: packets.edit(slot) { $0.state = .observed }
        case .acknowledgementProven: packets.edit(slot) { $0.state = .acknowledgementWritten }
        default: return
        }
        packets.edit(slot) { $0.proof = [] }
    }

    /// Whether the peer trusts later headers of our chain and none at our proof's height: its
    /// client has begun anew, and no header leads back. Another proof is needed.
    func isPassedOver(_ slot: Int, _ route: Int, _ code: String) -> Bool {
        code == "client/no-trusted-state"
            && packets[slot].record.proofHeight < routes[route].peer.trustedHeight
    }
}
