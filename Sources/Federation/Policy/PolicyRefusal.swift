// SPDX-License-Identifier: Apache-2.0

/// Why a city says no: facts, each with its stable code. In the order in which a request gets
/// further: of several grants that do not fit, the one that fits best is told.
public enum PolicyRefusal: Error, Hashable, Sendable {
    case unknownKind(String)
    /// The catalogue shares this kind with nobody.
    case notShared(String)
    case unknownItem(kind: String, item: String)
    case nothingAsked
    /// No grant names this requester for this kind: the standing answer.
    case noGrant(kind: String)
    case grantNotActive(grant: String, status: Grant.Status)
    case notYetValid(grant: String)
    case expiredGrant(grant: String)
    case purposeMismatch(asked: String, granted: String)
    case serviceItemMismatch(asked: String)
    case fieldNotGranted(item: String)
    case predicateNotGranted(predicate: String)
    case consentMissing(grant: String)
    case consentWithdrawn(grant: String)
    case presentationMissing(grant: String, needs: Grant.Presentation)
    /// These predicates are to be asked first; a reason opens the field.
    case predicateFirst(item: String, offered: [String])
    case capReached(grant: String, cap: UInt32)

    public var code: CounterCode {
        switch self {
        case .unknownKind: .policyUnknownKind
        case .notShared: .policyNotShared
        case .unknownItem: .policyUnknownField
        case .nothingAsked: .requestMalformed
        case .noGrant: .policyNoGrant
        case .grantNotActive: .policyGrantNotActive
        case .notYetValid: .policyGrantNotYetValid
        case .expiredGrant: .policyExpiredGrant
        case .purposeMismatch: .policyPurposeMismatch
        case .serviceItemMismatch: .policyServiceItemMismatch
        case .fieldNotGranted: .policyFieldNotGranted
        case .predicateNotGranted: .policyPredicateNotGranted
        case .consentMissing: .policyConsentMissing
        case .consentWithdrawn: .policyConsentWithdrawn
        case .presentationMissing: .policyPresentationMissing
        case .predicateFirst: .policyPredicateFirst
        case .capReached: .policyCapReached
        }
    }

    /// One sentence for the application's developer. Names no person and no value.
    public var detail: String {
        switch self {
        case .unknownKind(let kind): "this city keeps no records of kind \(kind)"
        case .notShared(let kind): "records of kind \(kind) are shared with nobody"
        case .unknownItem(let kind, let item): "kind \(kind) has no \(item)"
        case .nothingAsked: "neither a field nor a predicate is asked for"
        case .noGrant(let kind): "no grant lets this application ask about \(kind)"
        case .grantNotActive(let grant, let status): "grant \(grant) is \(status.rawValue)"
        case .notYetValid(let grant): "grant \(grant) is not valid yet"
        case .expiredGrant(let grant): "grant \(grant) has ended"
        case .purposeMismatch(let asked, let granted):
            "the purpose is \(asked), the grant's is \(granted)"
        case .serviceItemMismatch(let asked): "no grant covers service item \(asked)"
        case .fieldNotGranted(let item): "field \(item) is not granted"
        case .predicateNotGranted(let predicate): "predicate \(predicate) is not granted"
        case .consentMissing(let grant): "grant \(grant) rests on consent, and none is named"
        case .consentWithdrawn(let grant): "the consent under grant \(grant) was withdrawn"
        case .presentationMissing(let grant, let needs):
            "grant \(grant) needs a use-code"
                + (needs == .holder ? " that the holder has shown" : "")
        case .predicateFirst(let item, let offered):
            "ask \(offered.joined(separator: " or ")) before field \(item), or give a reason"
        case .capReached(let grant, let cap):
            "grant \(grant) allows \(cap) releases a day, and they are used up"
        }
    }

    /// How far the request got; a higher rank is the better hint.
    var rank: Int {
        switch self {
        case .unknownKind, .notShared, .unknownItem, .nothingAsked: 0
        case .noGrant: 1
        case .grantNotActive: 2
        case .notYetValid, .expiredGrant: 3
        case .purposeMismatch: 4
        case .serviceItemMismatch: 5
        case .fieldNotGranted, .predicateNotGranted: 6
        case .consentMissing, .consentWithdrawn, .presentationMissing: 7
        case .predicateFirst: 8
        case .capReached: 9
        }
    }
}
