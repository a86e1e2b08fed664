// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One use of a record as it is accounted for: who asked whom for what, why, and what came of it.
/// Made of codes, hashes and opaque references alone: there is no place in it for a personal value.
/// Source: specs/domain.md section 4.
public struct AccessRecord: Hashable, Sendable {
    public struct Requester: Hashable, Sendable {
        public var member: MemberID
        /// The asking department's unified social credit code.
        public var department: AccessCode
        public var application: AccessCode
        public var officer: OpaqueReference

        public init(
            member: MemberID, department: AccessCode, application: AccessCode,
            officer: OpaqueReference
        ) {
            self.member = member
            self.department = department
            self.application = application
            self.officer = officer
        }
    }

    /// Why the law allows it (PIPL article 13). The raw value stands in the log: it never changes.
    public enum Basis: UInt32, Hashable, Sendable, CaseIterable {
        case consent = 1
        case statutoryDuty = 2
        case contract = 3
        case publicRegister = 4
        /// Refused before a grant, and so a basis, was found.
        case none = 5
    }

    /// How much was asked for, or left.
    public enum Mode: UInt32, Hashable, Sendable, CaseIterable {
        case predicate = 1
        case fields = 2
        case record = 3
    }

    /// What came of the request.
    public enum Outcome: Hashable, Sendable {
        /// Something left: `proof` is the digest of the `Disclosure`, `height` the source chain's
        /// header that it is proven against.
        case released(proof: Digest, height: Height)
        /// It was shown that there is no such record; else as above.
        case absent(proof: Digest, height: Height)
        /// Nothing left, for a reason with a stable code.
        case refused(AccessCode)
    }

    /// Digest of the signed request: SHA-256 of its bytes, which hold 128 random bits at least.
    public var ticket: Digest
    public var requester: Requester
    public var provider: MemberID
    /// The kind of record.
    public var resource: AccessCode
    public var items: [AccessCode]
    /// Names of predicates, a threshold behind a colon: `monthsGE:12`.
    public var predicates: [AccessCode]
    public var subject: OpaqueReference
    /// The record's blind index on its chain; nil when it was refused before a record was looked
    /// for.
    public var record: Digest?
    public var purpose: AccessCode
    public var basis: Basis
    /// The law or agreement by its code; the grant's digest covers its words.
    public var legalReference: AccessCode?
    /// The grant's name, nil where there was none.
    public var grant: AccessCode?
    public var grantDigest: Digest?
    public var serviceItem: AccessCode
    public var caseNumber: AccessCode
    public var consent: OpaqueReference?
    public var mode: Mode
    public var outcome: Outcome
    /// The requester's signature over the ticket, 64 bytes: it cannot say that it did not ask.
    public var requestSignature: [UInt8]

    /// Fields, and predicates, of one record: as many as a request may name, with room.
    public static let maxItems = 64

    public init(
        ticket: Digest, requester: Requester, provider: MemberID, resource: AccessCode,
        items: [AccessCode] = [], predicates: [AccessCode] = [], subject: OpaqueReference,
        record: Digest?, purpose: AccessCode, basis: Basis, legalReference: AccessCode? = nil,
        grant: AccessCode? = nil, grantDigest: Digest? = nil, serviceItem: AccessCode,
        caseNumber: AccessCode, consent: OpaqueReference? = nil, mode: Mode, outcome: Outcome,
        requestSignature: [UInt8]
    ) {
        self.ticket = ticket
        self.requester = requester
        self.provider = provider
        self.resource = resource
        self.items = items
        self.predicates = predicates
        self.subject = subject
        self.record = record
        self.purpose = purpose
        self.basis = basis
        self.legalReference = legalReference
        self.grant = grant
        self.grantDigest = grantDigest
        self.serviceItem = serviceItem
        self.caseNumber = caseNumber
        self.consent = consent
        self.mode = mode
        self.outcome = outcome
        self.requestSignature = requestSignature
    }
}

extension AccessRecord.Basis {
    /// The name that people and JSON read.
    public var name: String {
        switch self {
        case .consent: "consent"
        case .statutoryDuty: "statutory-duty"
        case .contract: "contract"
        case .publicRegister: "public-register"
        case .none: "none"
        }
    }
}

extension AccessRecord.Mode {
    public var name: String {
        switch self {
        case .predicate: "predicate"
        case .fields: "fields"
        case .record: "record"
        }
    }
}

extension AccessRecord.Outcome {
    public var name: String {
        switch self {
        case .released: "released"
        case .absent: "absent"
        case .refused: "refused"
        }
    }

    /// The refusal's code; nil when something was answered.
    public var refusal: AccessCode? {
        guard case .refused(let code) = self else { return nil }
        return code
    }
}
