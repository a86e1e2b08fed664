// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// A transaction of ours from its bytes to its outcome. Its bytes are journaled before they leave;
/// an outcome that is not known is looked up before anything is tried again.
extension RelayEngine {
    mutating func transactionPrepared(_ id: JobID, _ record: TransactionRecord) {
        guard submitter.preparing == id, let job = jobs.finish(id),
            case .submit(let plan) = job.kind
        else { return }
        submitter.preparing = nil
        guard record.sequence == plan.sequence, record.purpose == plan.purpose,
            record.packets == plan.items, !record.hash.isEmpty
        else {
            submissionLost(
                plan,
                JobFailure(code: "connector/wrong-transaction", detail: "not what was asked for"))
            return
        }
        submitter.pending.append(
            PendingTransaction(
                record: record, plan: plan, isUncertain: false,
                resolveDue: clock &+ configuration.timing.resolveInterval))
        entries.append(.transaction(record))
        for slot in riders(plan) { packets.edit(slot) { $0.transaction = record.hash } }
        effects.append(.broadcast(hash: record.hash, bytes: record.bytes))
    }

    /// Nothing left the house: the reservation is void.
    mutating func submissionLost(_ plan: SubmissionPlan, _ failure: JobFailure) {
        voidReservation(plan)
        let action = RetryPolicy.action(for: failure)
        if plan.purpose != .packets {
            choreFailed(plan.route, code: failure.code, detail: failure.detail)
            return
        }
        let riders = riders(plan)
        if action == .park && riders.count > 1 {
            split(riders, plan)
            return
        }
        for slot in riders {
            if action == .park {
                stop(slot, code: failure.code, detail: failure.detail)
            } else {
                fail(slot, .submit, code: failure.code, detail: failure.detail)
            }
        }
    }

    mutating func submissionRefused(_ id: JobID, _ result: TransactionResult) {
        guard submitter.preparing == id, let job = jobs.finish(id),
            case .submit(let plan) = job.kind
        else { return }
        voidReservation(plan)
        refused(plan, result)
    }

    private mutating func voidReservation(_ plan: SubmissionPlan) {
        submitter.preparing = nil
        routes[plan.route].pendingTransactions -= 1
        if case .known(let next) = submitter.account, next == plan.sequence &+ 1 {
            submitter.account = .known(next: plan.sequence)
            entries.append(
                .accountSequence(account: configuration.account, next: plan.sequence))
        }
    }

    mutating func broadcastAnswered(_ hash: [UInt8], _ answer: BroadcastAnswer) {
        guard let place = submitter.place(of: hash) else { return }
        switch answer {
        case .accepted: submitter.sequenceTroubles = 0
        case .unknown(let code, let detail):
            submitter.pending[place].isUncertain = true
            note(.warning, "transaction/unknown", "\(code): \(detail)")
        case .refused(let result):
            // Refused now, but perhaps taken by another node before: only blocks decide.
            guard !submitter.pending[place].isUncertain else { return }
            let transaction = close(place, state: .dead, result, height: 0, gasUsed: 0)
            if RetryPolicy.action(for: result) != .readAccount {
                // The sequence was not used.
                if case .known(let next) = submitter.account,
                    next == transaction.plan.sequence &+ 1
                {
                    submitter.account = .known(next: transaction.plan.sequence)
                }
            }
            refused(transaction.plan, result)
        }
    }

    /// A block holds a transaction of ours. Its packets' events were read before.
    mutating func included(_ included: IncludedTransaction) {
        guard let place = submitter.place(of: included.hash) else { return }
        let transaction = close(
            place, state: included.result.isSuccess ? .included : .failed, included.result,
            height: included.height.height, gasUsed: included.gasUsed)
        guard included.result.isSuccess else {
            refused(transaction.plan, included.result)
            return
        }
        switch transaction.plan.purpose {
        case .packets:
            // Whoever has not moved by an event of this block: a no-op, and our chain must say why.
            for slot in riders(transaction.plan) { enqueue(slot, .lookUp) }
        case .createClient: clientCreated(transaction.plan.route, included.createdClient)
        case .registerCounterparty, .updateClient: choreDone(transaction.plan.route)
        case .misbehaviour: misbehaviourIncluded(transaction.plan.route)
        }
    }

    mutating func resolved(_ hash: [UInt8], _ lookup: TransactionLookup) {
        guard let place = submitter.place(of: hash) else { return }
        let pending = submitter.pending[place]
        switch lookup {
        case .included(let transaction):
            // Events of that block come with the cursor; until then the outcome would be ahead of
            // them.
            if let cursor = chain.cursor, cursor >= transaction.height.height {
                included(transaction)
            }
        case .absent(let through) where through >= pending.record.timeoutHeight:
            let transaction = close(place, state: .dead, TransactionResult(), height: 0, gasUsed: 0)
            submitter.account = .unknown(notBefore: clock)
            let plan = transaction.plan
            if plan.purpose != .packets {
                choreFailed(plan.route, code: "transaction/expired", detail: "in no block in time")
            }
            for slot in riders(plan) {
                fail(slot, .submit, code: "transaction/expired", detail: "in no block in time")
            }
        case .absent, .unknown: return
        }
    }

    /// Looks after transactions whose outcome does not come by itself.
    mutating func resolvePending() {
        for place in submitter.pending.indices where submitter.pending[place].resolveDue <= clock {
            submitter.pending[place].resolveDue = clock &+ configuration.timing.resolveInterval
            guard let cursor = chain.cursor, chain.unreachableCode.isEmpty else { continue }
            let transaction = submitter.pending[place]
            effects.append(
                .resolve(
                    hash: transaction.record.hash,
                    timeoutHeight: transaction.record.timeoutHeight))
            // The same bytes again are always safe, while they can still get in.
            if cursor < transaction.record.timeoutHeight {
                submitter.pending[place].isUncertain = true
                effects.append(
                    .broadcast(hash: transaction.record.hash, bytes: transaction.record.bytes))
            }
        }
    }

    private mutating func close(
        _ place: Int, state: TransactionState, _ result: TransactionResult, height: UInt64,
        gasUsed: UInt64
    ) -> PendingTransaction {
        var transaction = submitter.pending.remove(at: place)
        transaction.record.state = state
        transaction.record.codespace = result.codespace
        transaction.record.code = result.code
        transaction.record.log = Redaction.clean(
            String(result.log.prefix(RelayEngine.keptLogLength)))
        transaction.record.height = height
        transaction.record.gasUsed = gasUsed
        entries.append(.transaction(transaction.record))
        routes[transaction.plan.route].pendingTransactions -= 1
        return transaction
    }

    /// Characters of a node's log that are kept: stack traces run to many kilobytes.
    static let keptLogLength = 1_000

    /// Packets that still ride in this transaction.
    func riders(_ plan: SubmissionPlan) -> [Int] {
        plan.items.compactMap { id in
            guard let slot = packets.slot(of: id), packets[slot].phase == .inTransaction else {
                return nil
            }
            return slot
        }
    }
}
