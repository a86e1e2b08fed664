// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a catalogue entry or a grant itself, whoever asks.
public enum PolicyFault: Error, Hashable, Sendable {
    case badName(String)
    case duplicateKind(String)
    case duplicateItem(kind: String, item: String)
    case sensitivity(item: String, got: UInt8)
    case unknownPredicate(item: String, predicate: String)
    case duplicateGrant(String)
    /// The grant's resource is in no catalogue entry.
    case unknownResource(grant: String, resource: String)
    /// The grant's resource is 不予共享.
    case notShared(grant: String, resource: String)
    case unknownItem(grant: String, item: String)
    /// The catalogue lets the field's value leave under no condition.
    case closedItem(grant: String, item: String)
    case unknownGrantedPredicate(grant: String, predicate: String)
    case itemsWithoutFields(grant: String)
    case nothingGranted(grant: String)
    case noServiceItem(grant: String)
    case noApproval(grant: String)
    case noImpactAssessment(grant: String)
    case noLegalReference(grant: String)
    case dailyCap(grant: String, got: UInt32)
    case validity(grant: String)
    case otherProvider(grant: String, provider: String)
    case tooMany(grant: String, limit: Int)

    /// One sentence: what is known.
    public var problem: String {
        switch self {
        case .badName(let name): "\"\(name)\" is no name or code"
        case .duplicateKind(let kind): "kind \(kind) is described twice"
        case .duplicateItem(let kind, let item): "kind \(kind) has two items \(item)"
        case .sensitivity(let item, let got): "item \(item) has sensitivity \(got)"
        case .unknownPredicate(let item, let predicate):
            "item \(item) names predicate \(predicate), which its kind does not have"
        case .duplicateGrant(let id): "there are two grants \(id)"
        case .unknownResource(let id, let resource): "grant \(id) is about unknown kind \(resource)"
        case .notShared(let id, let resource):
            "grant \(id) is about \(resource), which is not shared at all"
        case .unknownItem(let id, let item): "grant \(id) names unknown item \(item)"
        case .closedItem(let id, let item): "grant \(id) names \(item), whose value never leaves"
        case .unknownGrantedPredicate(let id, let predicate):
            "grant \(id) names unknown predicate \(predicate)"
        case .itemsWithoutFields(let id): "grant \(id) names items, but its mode is not `fields`"
        case .nothingGranted(let id): "grant \(id) grants nothing"
        case .noServiceItem(let id): "grant \(id) names no service item"
        case .noApproval(let id): "grant \(id) was approved by nobody"
        case .noImpactAssessment(let id): "grant \(id) names no impact assessment"
        case .noLegalReference(let id): "grant \(id) names no law or agreement"
        case .dailyCap(let id, let got): "grant \(id) has a daily cap of \(got)"
        case .validity(let id): "grant \(id) ends before it begins"
        case .otherProvider(let id, let provider): "grant \(id) is of another city, \(provider)"
        case .tooMany(let id, let limit): "a list of grant \(id) has more than \(limit) entries"
        }
    }

    /// What to do next.
    public var remedy: String {
        switch self {
        case .badName: "use letters, digits and - _ . / alone, at most 64"
        case .duplicateKind, .duplicateItem, .duplicateGrant: "remove one of them"
        case .sensitivity: "choose 1 (public) to 4"
        case .unknownPredicate: "add it to the kind's predicates or leave it out"
        case .unknownResource: "describe the kind under `resources`"
        case .notShared: "remove the grant; only a new sharing type in the catalogue opens a kind"
        case .unknownItem: "add it to the kind's items or leave it out"
        case .closedItem: "grant a predicate instead"
        case .unknownGrantedPredicate: "add it to the kind's predicates or leave it out"
        case .itemsWithoutFields: "set `mode: fields`, or remove the items"
        case .nothingGranted: "name items or predicates"
        case .noServiceItem: "name the service items whose cases may ask"
        case .noApproval: "have it approved, and name who did"
        case .noImpactAssessment: "make the assessment first (PIPL article 55), and name it"
        case .noLegalReference: "name the law, decision or agreement"
        case .dailyCap: "choose 1 to \(Grant.maxDailyCap)"
        case .validity: "correct `valid_from` or `valid_until`"
        case .otherProvider: "give each city's grants to its own relay"
        case .tooMany: "split the grant"
        }
    }
}
