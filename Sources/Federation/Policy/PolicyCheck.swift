// SPDX-License-Identifier: Apache-2.0

/// Judges a whole policy before it is used: a grant that is not complete is no grant.
enum PolicyCheck {
    /// Throws the first fault; `provider` is the city whose policy this is.
    static func check(
        _ resources: [SharedResource], _ grants: [Grant], provider: MemberID
    ) throws(PolicyFault) {
        var kinds: [String: SharedResource] = [:]
        for resource in resources {
            try check(resource)
            guard kinds.updateValue(resource, forKey: resource.kind) == nil else {
                throw .duplicateKind(resource.kind)
            }
        }
        var ids: Set<String> = []
        for grant in grants {
            guard ids.insert(grant.id).inserted else { throw .duplicateGrant(grant.id) }
            guard grant.provider == provider else {
                throw .otherProvider(grant: grant.id, provider: grant.provider.description)
            }
            guard let resource = kinds[grant.resource] else {
                throw .unknownResource(grant: grant.id, resource: grant.resource)
            }
            try checkForm(grant)
            try checkScope(grant, resource)
        }
    }

    private static func check(_ resource: SharedResource) throws(PolicyFault) {
        let names = [resource.kind] + resource.items.map(\.id) + resource.predicates
        for name in names where !PolicyName.isName(name) { throw .badName(name) }
        var seen: Set<String> = []
        for item in resource.items {
            guard seen.insert(item.id).inserted else {
                throw .duplicateItem(kind: resource.kind, item: item.id)
            }
            guard (1...4).contains(item.sensitivity) else {
                throw .sensitivity(item: item.id, got: item.sensitivity)
            }
            for predicate in item.predicates where !resource.predicates.contains(predicate) {
                throw .unknownPredicate(item: item.id, predicate: predicate)
            }
        }
    }

    private static func checkForm(_ grant: Grant) throws(PolicyFault) {
        for name in [grant.id, grant.purpose] where !PolicyName.isName(name) {
            throw .badName(name)
        }
        for code in grant.serviceItems where !PolicyName.isCode(code) { throw .badName(code) }
        let lists = [
            grant.items.count, grant.predicates.count, grant.serviceItems.count,
            grant.approvedBy.count,
        ]
        for count in lists where count > Grant.maxEntries {
            throw .tooMany(grant: grant.id, limit: Grant.maxEntries)
        }
        guard !grant.serviceItems.isEmpty else { throw .noServiceItem(grant: grant.id) }
        guard !grant.approvedBy.isEmpty else { throw .noApproval(grant: grant.id) }
        guard !grant.impactAssessment.isEmpty else { throw .noImpactAssessment(grant: grant.id) }
        guard !grant.legalReference.isEmpty else { throw .noLegalReference(grant: grant.id) }
        guard (1...Grant.maxDailyCap).contains(grant.dailyCap) else {
            throw .dailyCap(grant: grant.id, got: grant.dailyCap)
        }
        guard grant.validFrom <= grant.validUntil else { throw .validity(grant: grant.id) }
    }

    private static func checkScope(
        _ grant: Grant, _ resource: SharedResource
    ) throws(PolicyFault) {
        guard resource.shareClass != .none else {
            throw .notShared(grant: grant.id, resource: resource.kind)
        }
        guard grant.mode == .fields || grant.items.isEmpty else {
            throw .itemsWithoutFields(grant: grant.id)
        }
        guard grant.mode == .record || !grant.items.isEmpty || !grant.predicates.isEmpty else {
            throw .nothingGranted(grant: grant.id)
        }
        for id in grant.items {
            guard let item = resource.item(id) else {
                throw .unknownItem(grant: grant.id, item: id)
            }
            guard item.disclosure != .never, item.disclosure != .predicateOnly else {
                throw .closedItem(grant: grant.id, item: id)
            }
        }
        for predicate in grant.predicates where !resource.predicates.contains(predicate) {
            throw .unknownGrantedPredicate(grant: grant.id, predicate: predicate)
        }
    }
}
