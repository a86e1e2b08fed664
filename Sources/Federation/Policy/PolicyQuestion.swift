// SPDX-License-Identifier: Apache-2.0

/// A yes-or-no question about a record.
public struct PredicateQuestion: Hashable, Sendable {
    public var id: String
    /// For thresholds: whether the count is at least this; nil where the predicate has none.
    public var atLeast: UInt64?

    public init(id: String, atLeast: UInt64? = nil) {
        self.id = id
        self.atLeast = atLeast
    }
}

/// Why a field is asked for though a predicate would be enough for most: the officer picks one.
public enum FieldReason: String, Hashable, Sendable, CaseIterable {
    /// The matter needs the value itself, by its rules.
    case valueRequired = "value-required"
    /// The predicate was asked and left a doubt.
    case predicateInsufficient = "predicate-insufficient"
    /// The person objects to what a record says.
    case dispute
}

/// What a policy decides about: everything of a request but whom it is about. The subject plays no
/// part in the decision, so it is not here.
public struct PolicyQuestion: Hashable, Sendable {
    public var requester: MemberID
    /// The asking department's unified social credit code.
    public var department: String
    public var application: String
    public var kind: String
    public var items: [String]
    public var predicates: [PredicateQuestion]
    public var purpose: String
    public var serviceItem: String
    /// Empty where the grant's basis is not consent.
    public var consent: String
    public var fieldReason: FieldReason?
    /// The use-code that the asking relay has used up for this request; nil: none.
    public var presentation: PresentationCode.Mode?

    /// Fields and predicates of one question.
    public static let maxItems = 32

    public init(
        requester: MemberID, department: String, application: String, kind: String,
        items: [String], predicates: [PredicateQuestion], purpose: String, serviceItem: String,
        consent: String = "", fieldReason: FieldReason? = nil,
        presentation: PresentationCode.Mode? = nil
    ) {
        self.requester = requester
        self.department = department
        self.application = application
        self.kind = kind
        self.items = items
        self.predicates = predicates
        self.purpose = purpose
        self.serviceItem = serviceItem
        self.consent = consent
        self.fieldReason = fieldReason
        self.presentation = presentation
    }
}
