// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Leave that a city gives: who may ask for what of a kind of record, in which matter, for which
/// purpose and on which legal basis. Without one the answer is no.
///
/// Source: specs/domain.md section 2.13 (grant) and 3.4 (purpose, basis, impact assessment).
public struct Grant: Hashable, Sendable {
    /// The most that may leave.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Yes-or-no answers alone.
        case predicate
        /// Those, and the fields named in `items`.
        case fields
        /// Those, and every field of the record that its catalogue lets leave.
        case record
    }

    public enum Status: String, Hashable, Sendable, CaseIterable {
        case draft, active, suspended, revoked
    }

    /// Why the law allows it (PIPL article 13).
    public enum Basis: String, Hashable, Sendable, CaseIterable {
        /// The person agreed: every request names the consent, and it can be withdrawn.
        case consent
        case statutoryDuty = "statutory-duty"
        case contract
        /// Facts that a public register shows to anybody.
        case publicRegister = "public-register"
    }

    /// Whether a use-code (用证码) must have been shown where the request is made.
    public enum Presentation: String, Hashable, Sendable, CaseIterable {
        case optional
        /// A code of either kind.
        case required
        /// One by which the holder lets it be used; an officer's look by virtue of office will not
        /// do.
        case holder

        /// Whether a request with this code, or with none, fulfils it.
        public func admits(_ mode: PresentationCode.Mode?) -> Bool {
            switch self {
            case .optional: true
            case .required: mode != nil
            case .holder: mode == .holder
            }
        }
    }

    public struct Requester: Hashable, Sendable {
        public var member: MemberID
        /// The department's unified social credit code; nil: any department of the member.
        public var department: String?
        /// The application's name, as its certificate has it; nil: any application of the member.
        public var application: String?

        public init(member: MemberID, department: String?, application: String?) {
            self.member = member
            self.department = department
            self.application = application
        }
    }

    /// Names the grant in logs, counters and answers.
    public var id: String
    /// The kind of record.
    public var resource: String
    /// Fields that may be disclosed; empty in the modes `predicate` and `record`.
    public var items: [String]
    /// Predicates that may be answered.
    public var predicates: [String]
    public var provider: MemberID
    public var requester: Requester
    /// Codes of the service items whose cases may ask; never empty.
    public var serviceItems: [String]
    public var purpose: String
    public var basis: Basis
    /// The law or agreement that the basis refers to, in words.
    public var legalReference: String
    /// The impact assessment that was made before providing (PIPL article 55).
    public var impactAssessment: String
    public var mode: Mode
    /// Releases in one day (UTC+8), 1 to `maxDailyCap`.
    public var dailyCap: UInt32
    public var validFrom: PolicyDay
    /// The last day.
    public var validUntil: PolicyDay
    /// Who approved it: at least one.
    public var approvedBy: [String]
    public var status: Status
    public var presentation: Presentation

    /// A city's own services ask some thousand times a day; a million would be a copy of the
    /// register.
    public static let maxDailyCap: UInt32 = 1_000_000
    /// Entries of any list of a grant.
    public static let maxEntries = 64

    public init(
        id: String, resource: String, items: [String], predicates: [String], provider: MemberID,
        requester: Requester, serviceItems: [String], purpose: String, basis: Basis,
        legalReference: String, impactAssessment: String, mode: Mode, dailyCap: UInt32,
        validFrom: PolicyDay, validUntil: PolicyDay, approvedBy: [String], status: Status,
        presentation: Presentation = .optional
    ) {
        self.id = id
        self.resource = resource
        self.items = items
        self.predicates = predicates
        self.provider = provider
        self.requester = requester
        self.serviceItems = serviceItems
        self.purpose = purpose
        self.basis = basis
        self.legalReference = legalReference
        self.impactAssessment = impactAssessment
        self.mode = mode
        self.dailyCap = dailyCap
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.approvedBy = approvedBy
        self.status = status
        self.presentation = presentation
    }

    /// SHA-256 of the grant's canonical text: what logs name, and what a change of the grant
    /// changes.
    public var digest: Digest {
        var writer = ProtobufWriter()
        writer.string(1, id)
        writer.string(2, resource)
        for item in items { writer.alwaysString(3, item) }
        for predicate in predicates { writer.alwaysString(4, predicate) }
        writer.string(5, provider.description)
        writer.string(6, requester.member.description)
        writer.string(7, requester.department ?? "")
        writer.string(8, requester.application ?? "")
        for code in serviceItems { writer.alwaysString(9, code) }
        writer.string(10, purpose)
        writer.string(11, basis.rawValue)
        writer.string(12, legalReference)
        writer.string(13, impactAssessment)
        writer.string(14, mode.rawValue)
        writer.uint32(15, dailyCap)
        writer.int64(16, validFrom.number)
        writer.int64(17, validUntil.number)
        for approval in approvedBy { writer.alwaysString(18, approval) }
        writer.string(19, status.rawValue)
        if presentation != .optional { writer.string(20, presentation.rawValue) }
        return SHA256.hash(writer.bytes)
    }
}
