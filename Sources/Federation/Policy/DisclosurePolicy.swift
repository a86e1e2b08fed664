// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a request may have, and under which grant.
public struct DisclosurePermission: Hashable, Sendable {
    public let grant: Grant
    public let items: [String]
    public let predicates: [PredicateQuestion]

    /// Whether the city must tell the person (PIPL articles 17 and 35): a consent was told already,
    /// and a public register needs no notice.
    public var needsNotice: Bool {
        grant.basis == .statutoryDuty || grant.basis == .contract
    }
}

/// Yes under a grant, or no with its reason.
public enum PolicyDecision: Hashable, Sendable {
    case release(DisclosurePermission)
    case refuse(PolicyRefusal)
}

/// What of the past a decision depends on.
public struct PolicyState: Hashable, Sendable {
    /// Releases under each grant on the day of the decision.
    public var usedToday: [String: UInt32]
    /// Consents that were taken back.
    public var withdrawnConsents: Set<String>

    public init(usedToday: [String: UInt32] = [:], withdrawnConsents: Set<String> = []) {
        self.usedToday = usedToday
        self.withdrawnConsents = withdrawnConsents
    }
}

/// A city's catalogue and grants. Decides before anything leaves; what it does not say is no.
public struct DisclosurePolicy: Hashable, Sendable {
    public let provider: MemberID
    public let resources: [String: SharedResource]
    public let grants: [Grant]

    /// A policy under which everything is refused.
    public init(nothingFrom provider: MemberID) {
        self.provider = provider
        resources = [:]
        grants = []
    }

    /// Throws the first fault of catalogue or grants: a policy is used whole or not at all.
    public init(
        provider: MemberID, resources: [SharedResource], grants: [Grant]
    ) throws(PolicyFault) {
        try PolicyCheck.check(resources, grants, provider: provider)
        self.provider = provider
        var kinds: [String: SharedResource] = [:]
        for resource in resources { kinds[resource.kind] = resource }
        self.resources = kinds
        self.grants = grants
    }

    /// The decision about one request at a moment. Of several grants that fit, the first is used.
    public func decide(
        _ question: PolicyQuestion, state: PolicyState, now: Timestamp
    ) -> PolicyDecision {
        guard let resource = resources[question.kind] else {
            return .refuse(.unknownKind(question.kind))
        }
        guard resource.shareClass != .none else { return .refuse(.notShared(question.kind)) }
        guard !question.items.isEmpty || !question.predicates.isEmpty else {
            return .refuse(.nothingAsked)
        }
        if let unknown = unknown(question, resource) { return .refuse(unknown) }
        var best = PolicyRefusal.noGrant(kind: question.kind)
        for grant in grants where names(question, in: grant) {
            do throws(PolicyRefusal) {
                try judge(question, grant, resource, state, now)
                return .release(
                    DisclosurePermission(
                        grant: grant, items: question.items, predicates: question.predicates))
            } catch {
                if error.rank > best.rank { best = error }
            }
        }
        return .refuse(best)
    }

    private func unknown(
        _ question: PolicyQuestion, _ resource: SharedResource
    ) -> PolicyRefusal? {
        for id in question.items where resource.item(id) == nil {
            return .unknownItem(kind: question.kind, item: id)
        }
        for predicate in question.predicates where !resource.predicates.contains(predicate.id) {
            return .unknownItem(kind: question.kind, item: predicate.id)
        }
        return nil
    }

    private func names(_ question: PolicyQuestion, in grant: Grant) -> Bool {
        grant.resource == question.kind && grant.requester.member == question.requester
            && (grant.requester.department ?? question.department) == question.department
            && (grant.requester.application ?? question.application) == question.application
    }

    private func judge(
        _ question: PolicyQuestion, _ grant: Grant, _ resource: SharedResource,
        _ state: PolicyState, _ now: Timestamp
    ) throws(PolicyRefusal) {
        let today = PolicyDay(now)
        guard grant.status == .active else {
            throw .grantNotActive(grant: grant.id, status: grant.status)
        }
        guard grant.validFrom <= today else { throw .notYetValid(grant: grant.id) }
        guard today <= grant.validUntil else { throw .expiredGrant(grant: grant.id) }
        guard question.purpose == grant.purpose else {
            throw .purposeMismatch(asked: question.purpose, granted: grant.purpose)
        }
        guard grant.serviceItems.contains(question.serviceItem) else {
            throw .serviceItemMismatch(asked: question.serviceItem)
        }
        try judgeScope(question, grant, resource)
        if grant.basis == .consent {
            guard !question.consent.isEmpty else { throw .consentMissing(grant: grant.id) }
            guard !state.withdrawnConsents.contains(question.consent) else {
                throw .consentWithdrawn(grant: grant.id)
            }
        }
        guard grant.presentation.admits(question.presentation) else {
            throw .presentationMissing(grant: grant.id, needs: grant.presentation)
        }
        for id in question.items {
            guard let item = resource.item(id),
                item.sensitivity >= SharedResource.predicateFirstSensitivity,
                !item.predicates.isEmpty, question.fieldReason == nil
            else { continue }
            throw .predicateFirst(item: id, offered: item.predicates)
        }
        guard state.usedToday[grant.id, default: 0] < grant.dailyCap else {
            throw .capReached(grant: grant.id, cap: grant.dailyCap)
        }
    }

    /// The grant caps the fields: one too many is an excess, and nothing is released.
    private func judgeScope(
        _ question: PolicyQuestion, _ grant: Grant, _ resource: SharedResource
    ) throws(PolicyRefusal) {
        for id in question.items {
            let isOpen =
                switch resource.item(id)?.disclosure {
                case .always, .onRequest: true
                case .predicateOnly, .never, nil: false
                }
            let isGranted =
                switch grant.mode {
                case .predicate: false
                case .fields: grant.items.contains(id)
                case .record: true
                }
            guard isOpen, isGranted else { throw .fieldNotGranted(item: id) }
        }
        for predicate in question.predicates where !grant.predicates.contains(predicate.id) {
            throw .predicateNotGranted(predicate: predicate.id)
        }
    }
}
