// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// What goes into the next transaction of ours.
extension RelayEngine {
    /// Begins one submission when the account is free: a sequence is reserved in this turn's
    /// commit, and proofs, gas and signature are made outside.
    mutating func scheduleSubmission() {
        guard chain.unreachableCode.isEmpty, chain.tip.height > 0 else { return }
        if submitter.isSettling && submitter.pending.isEmpty { submitter.isSettling = false }
        guard submitter.preparing == nil, !submitter.isSettling,
            submitter.pending.count < configuration.limits.pendingTransactions
        else { return }
        switch submitter.account {
        case .reading: return
        case .unknown(let notBefore):
            guard notBefore <= clock, hasWorkToSubmit else { return }
            submitter.account = .reading
            let job = jobs.add(.readAccount, route: 0, deadline: jobDeadline)
            effects.append(.readAccount(job))
        case .known(let sequence):
            for offset in routes.indices {
                let route = (submitter.nextRoute + offset) % routes.count
                guard let selection = selectChore(route) ?? selectPackets(route) else { continue }
                submitter.nextRoute = (route + 1) % routes.count
                submit(selection, route: route, sequence: sequence)
                return
            }
        }
    }

    private var hasWorkToSubmit: Bool {
        routes.indices.contains { route in
            routes[route].chore != nil || packets.queuedCount(.submit, route: route) > 0
        }
    }

    mutating func accountRead(_ id: JobID, _ account: AccountState) {
        guard let job = jobs.job(id), job.kind == .readAccount, jobs.finish(id) != nil else {
            return
        }
        var next = account.sequence
        if let last = submitter.pending.last { next = max(next, last.record.sequence &+ 1) }
        submitter.account = .known(next: next)
    }

    struct Selection {
        var slots: [Int] = []
        var updates: [Submission.Update] = []
        var content: Submission.Content
        var gasRaises = 0
    }

    private mutating func submit(_ selection: Selection, route: Int, sequence: UInt64) {
        let facts = routes[route]
        let submission = Submission(
            counterpartyChain: facts.chainID, localClient: facts.link.localClient,
            sequence: sequence, updates: selection.updates, content: selection.content,
            gasRaises: selection.gasRaises)
        let plan = SubmissionPlan(
            route: route, sequence: sequence, purpose: submission.purpose,
            items: submission.packets, updateHeights: selection.updates.map { $0.height },
            gasRaises: selection.gasRaises)
        let job = jobs.add(
            .submit(plan), route: route, slots: selection.slots, deadline: jobDeadline)
        for slot in selection.slots { packets.setPhase(slot, .inTransaction) }
        submitter.preparing = job
        submitter.account = .known(next: sequence &+ 1)
        routes[route].pendingTransactions += 1
        entries.append(.accountSequence(account: configuration.account, next: sequence &+ 1))
        effects.append(.submit(job, submission))
    }

    /// Packets of one route for one transaction; nil: none, or not now.
    private mutating func selectPackets(_ route: Int) -> Selection? {
        let limits = configuration.limits
        guard routes[route].hosted.status == .active, !routes[route].isPaused,
            !routes[route].client.isFrozen,
            packets.queuedCount(.submit, route: route) > 0
        else { return nil }
        // One transaction of a route at a time, so that its packets gather; more when a whole one
        // waits.
        guard
            routes[route].pendingTransactions == 0
                || packets.queuedCount(.submit, route: route) >= limits.messagesPerTransaction
        else { return nil }
        var gasRaises = 0
        let candidates = submitCandidates(route, &gasRaises)
        var selection = Selection(content: .packets([]), gasRaises: gasRaises)
        var planned: Set<Height> = []
        var bytes = 0
        var held: [Int] = []
        var items: [Submission.Item] = []
        for slot in candidates {
            guard let item = submissionItem(slot) else { continue }
            let size = item.packet.count + item.proof.count + item.acknowledgement.count + 200
            guard bytes + size <= limits.bytesPerTransaction || items.isEmpty else {
                held.append(slot)
                continue
            }
            switch updatesNeeded(item.proofHeight, route: route, planned: planned) {
            case .updates(let updates):
                guard
                    selection.updates.count + updates.count <= limits.updatesPerTransaction
                        || selection.updates.isEmpty
                else {
                    held.append(slot)
                    continue
                }
                for update in updates { planned.insert(update.height) }
                selection.updates.append(contentsOf: updates)
                bytes += size + updates.reduce(0) { $0 + $1.message.count }
                items.append(item)
                selection.slots.append(slot)
            case .missing:
                let ref = packets.setPhase(slot, .awaitingHeader)
                routes[route].awaitingHeader[item.proofHeight, default: []].append(ref)
            case .unreachable: enqueue(slot, .ask)
            }
        }
        for slot in held.reversed() { enqueue(slot, .submit, first: true) }
        guard !items.isEmpty else { return nil }
        selection.content = .packets(items)
        return selection
    }

    /// A group that a refusal left behind, or else fresh and old packets; in turn when both wait.
    private mutating func submitCandidates(_ route: Int, _ gasRaises: inout Int) -> [Int] {
        if routes[route].takesSuspects, let group = routes[route].suspects.popLast() {
            routes[route].takesSuspects = false
            let slots = group.refs.filter { packets.isCurrent($0) }.map { Int($0.slot) }
            gasRaises = group.gasRaises
            if !slots.isEmpty { return slots }
            gasRaises = 0
        }
        routes[route].takesSuspects = true
        let slots = take(.submit, route: route, limit: configuration.limits.messagesPerTransaction)
        if slots.isEmpty, let group = routes[route].suspects.popLast() {
            gasRaises = group.gasRaises
            return group.refs.filter { packets.isCurrent($0) }.map { Int($0.slot) }
        }
        return slots
    }

    /// Nil when the packet must not ride now.
    private mutating func submissionItem(_ slot: Int) -> Submission.Item? {
        let record = packets[slot].record
        let kind: Submission.Item.Kind
        switch record.state {
        case .verified:
            // Too late to reach a block in time: its deadline ends it.
            let latest = chain.tipTime.adding(nanoseconds: configuration.timing.submitMargin)
            guard latest.unixSeconds < record.timeoutSeconds else {
                packets.setPhase(slot, .waiting)
                return nil
            }
            if isDeaf(record) {
                stop(
                    slot, code: RetryPolicy.unknownPort,
                    detail: "no application of our chain listens at its port")
                return nil
            }
            kind = .receive
        case .acknowledgementVerified: kind = .acknowledge
        case .absenceVerified: kind = .timeout
        default:
            proceed(slot)
            return nil
        }
        return Submission.Item(
            id: record.id, kind: kind, packet: record.packet,
            acknowledgement: kind == .acknowledge ? record.acknowledgement : [],
            proof: record.proof, proofHeight: record.proofHeight)
    }

    /// Link work goes before packets.
    private mutating func selectChore(_ route: Int) -> Selection? {
        guard let chore = routes[route].chore, routes[route].choreNotBefore <= clock,
            routes[route].pendingTransactions == 0
        else { return nil }
        switch chore {
        case .createClient:
            guard let header = routes[route].latestHeader else { return nil }
            return Selection(
                content: .createClient(
                    trusted: VerifiedHeader(
                        height: header.height, timestamp: header.timestamp, hash: header.headerHash,
                        consensusState: header.consensusState, message: header.message,
                        trustedHeight: header.trustedHeight)))
        case .registerCounterparty(let client):
            return Selection(content: .registerCounterparty(remoteClient: client))
        case .updateClient(let height):
            switch updatesNeeded(height, route: route, planned: []) {
            case .updates(let updates) where !updates.isEmpty:
                return Selection(updates: updates, content: .updateClient)
            default:
                routes[route].chore = nil
                return nil
            }
        case .submitMisbehaviour:
            guard let record = routes[route].evidence else {
                routes[route].chore = nil
                return nil
            }
            return Selection(
                content: .misbehaviour(evidence: record.evidence, bases: sharedHeaders(route)))
        }
    }
}
