// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
package import RelayStore

/// What a city says to a question that its asker signed, before any record is looked for.
package enum DisclosureVerdict: Sendable {
    /// This very request was answered, or is being answered.
    case replayed
    case refuse(PolicyRefusal)
    /// Its use of the grant is promised: `AccessDesk.released` keeps the promise,
    /// `AccessDesk.release` takes it back.
    case release(DisclosurePermission, PolicyDay)
}

extension AccessDesk {
    /// Policy, caps and repetitions, in the order in which the ledger takes requests. Throws what
    /// is wrong with the store.
    package func judge(
        _ question: PolicyQuestion, ticket: Digest, by policy: DisclosurePolicy
    ) throws -> DisclosureVerdict {
        guard try !knows(ticket) else { return .replayed }
        let today = PolicyDay(now)
        var state = PolicyState()
        for grant in policy.grants where grant.resource == question.kind {
            state.usedToday[grant.id] = try used(grant.id, on: today)
        }
        if try isWithdrawn(question.consent) { state.withdrawnConsents = [question.consent] }
        switch policy.decide(question, state: state, now: now) {
        case .refuse(let refusal): return .refuse(refusal)
        case .release(let permission):
            promise(permission.grant.id, on: today, ticket: ticket)
            return .release(permission, today)
        }
    }

    /// What is written when something leaves: its entry, and its use of the grant.
    package func released(
        _ access: AccessRecord, of grant: String, on day: PolicyDay
    ) -> [AccessChange] {
        release(grant, on: day, ticket: access.ticket)
        return [.append(access), .use(name: grant, window: day.number, count: 1)]
    }
}
