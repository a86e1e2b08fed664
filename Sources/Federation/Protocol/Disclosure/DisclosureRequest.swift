// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a city asks another about one record, as its evidence key signs it. Holds no reference to
/// the person: only a salted commitment to it, so that the signed request can be kept as evidence.
/// Source: peer.proto; FORMATS.md "Disclosure request".
public struct DisclosureRequest: Hashable, Sendable {
    /// The asking member, "330100/330100000000000".
    public var requester: String
    /// Name of the application, as its certificate has it.
    public var application: String
    /// Unified social credit code of the asking department.
    public var department: String
    /// The officer at the counter: an opaque reference that the asking city can resolve.
    public var officer: Digest
    /// The person: an opaque reference for this pair of cities and this purpose.
    public var subject: Digest
    /// The member that is asked.
    public var provider: String
    public var kind: String
    /// SHA-256("cityrelay/reference/1\n" ‖ salt ‖ kind ‖ 00 ‖ reference).
    public var referenceCommitment: Digest
    public var items: [String]
    public var predicates: [PredicateQuestion]
    public var purpose: String
    public var serviceItem: String
    public var caseNumber: String
    /// Reference of the person's consent; empty where none is needed.
    public var consent: String
    /// A `FieldReason`; empty: none given.
    public var fieldReason: String
    /// How old what the chain says may be, nanoseconds.
    public var maxAgeNanoseconds: Int64
    /// When the request was made, by the asking relay's clock; nanoseconds since 1970.
    public var madeAtUnixNanoseconds: Int64
    /// 16 random bytes: no request is answered twice.
    public var nonce: [UInt8]
    /// X25519 key that the answer is sealed to, made for this request alone; empty where the answer
    /// does not leave the relay.
    public var answerKey: [UInt8]
    /// A `PresentationCode.Mode`: the use-code that the asking relay has used up for this request;
    /// empty: none.
    public var presentation: String

    public static let nonceBytes = 16
    /// Bytes of the salt of a reference's commitment.
    public static let saltBytes = 16
    /// How far apart the two relays' clocks may be, nanoseconds: the nonces of twice this time are
    /// remembered.
    public static let maxSkewNanoseconds: Int64 = 300_000_000_000

    public init(
        requester: String = "", application: String = "", department: String = "",
        officer: Digest = .zero, subject: Digest = .zero, provider: String = "",
        kind: String = "", referenceCommitment: Digest = .zero, items: [String] = [],
        predicates: [PredicateQuestion] = [], purpose: String = "", serviceItem: String = "",
        caseNumber: String = "", consent: String = "", fieldReason: String = "",
        maxAgeNanoseconds: Int64 = 0, madeAtUnixNanoseconds: Int64 = 0, nonce: [UInt8] = [],
        answerKey: [UInt8] = [], presentation: String = ""
    ) {
        self.requester = requester
        self.application = application
        self.department = department
        self.officer = officer
        self.subject = subject
        self.provider = provider
        self.kind = kind
        self.referenceCommitment = referenceCommitment
        self.items = items
        self.predicates = predicates
        self.purpose = purpose
        self.serviceItem = serviceItem
        self.caseNumber = caseNumber
        self.consent = consent
        self.fieldReason = fieldReason
        self.maxAgeNanoseconds = maxAgeNanoseconds
        self.madeAtUnixNanoseconds = madeAtUnixNanoseconds
        self.nonce = nonce
        self.answerKey = answerKey
        self.presentation = presentation
    }

    private static let referenceLabel = Array("cityrelay/reference/1\n".utf8)

    /// Names the request in logs, and is what the evidence key signs: SHA-256 of its canonical
    /// bytes.
    public var ticket: Digest { SHA256.hash(encoded) }

    public static func commitment(
        salt: [UInt8], kind: String, reference: String
    ) -> Digest {
        SHA256.hash(referenceLabel + salt + Array(kind.utf8) + [0x00] + Array(reference.utf8))
    }

    /// What a policy decides about; nil when a part is not in form.
    public var question: PolicyQuestion? {
        guard let requester = MemberID(requester), MemberID(provider) != nil,
            nonce.count == DisclosureRequest.nonceBytes, maxAgeNanoseconds > 0,
            items.count + predicates.count <= PolicyQuestion.maxItems,
            Set(items).count == items.count,
            Set(predicates.map(\.id)).count == predicates.count
        else { return nil }
        for name in [application, kind, purpose] + items + predicates.map(\.id)
        where !PolicyName.isName(name) { return nil }
        for code in [department, serviceItem, caseNumber]
        where !PolicyName.isCode(code) { return nil }
        guard consent.isEmpty || PolicyName.isCode(consent) else { return nil }
        let reason = FieldReason(rawValue: fieldReason)
        guard fieldReason.isEmpty || reason != nil else { return nil }
        let mode = PresentationCode.Mode(rawValue: presentation)
        guard presentation.isEmpty || mode != nil else { return nil }
        return PolicyQuestion(
            requester: requester, department: department, application: application, kind: kind,
            items: items, predicates: predicates, purpose: purpose, serviceItem: serviceItem,
            consent: consent, fieldReason: reason, presentation: mode)
    }
}

extension DisclosureRequest: ProtobufMessage {
    public init() { self.init(requester: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: requester = try reader.string(field)
        case 2: application = try reader.string(field)
        case 3: department = try reader.string(field)
        case 4: officer = try reader.digest(field)
        case 5: provider = try reader.string(field)
        case 6: kind = try reader.string(field)
        case 7: referenceCommitment = try reader.digest(field)
        case 8:
            guard items.count < PolicyQuestion.maxItems else {
                throw .tooLarge("items", limit: PolicyQuestion.maxItems)
            }
            items.append(try reader.string(field))
        case 9:
            try reader.append(
                field, to: &predicates, limit: PolicyQuestion.maxItems, "predicates")
        case 10: purpose = try reader.string(field)
        case 11: serviceItem = try reader.string(field)
        case 12: caseNumber = try reader.string(field)
        case 13: consent = try reader.string(field)
        case 14: fieldReason = try reader.string(field)
        case 15: maxAgeNanoseconds = try reader.int64(field)
        case 16: madeAtUnixNanoseconds = try reader.int64(field)
        case 17: nonce = try reader.bytes(field)
        case 18: subject = try reader.digest(field)
        case 19: answerKey = try reader.bytes(field)
        case 20: presentation = try reader.string(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, requester)
        writer.string(2, application)
        writer.string(3, department)
        writer.digest(4, officer)
        writer.string(5, provider)
        writer.string(6, kind)
        writer.digest(7, referenceCommitment)
        for item in items { writer.alwaysString(8, item) }
        writer.messages(9, predicates)
        writer.string(10, purpose)
        writer.string(11, serviceItem)
        writer.string(12, caseNumber)
        writer.string(13, consent)
        writer.string(14, fieldReason)
        writer.int64(15, maxAgeNanoseconds)
        writer.int64(16, madeAtUnixNanoseconds)
        writer.bytes(17, nonce)
        writer.digest(18, subject)
        writer.bytes(19, answerKey)
        writer.string(20, presentation)
    }
}

extension PredicateQuestion: ProtobufMessage {
    public init() { self.init(id: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: id = try reader.string(field)
        case 2: atLeast = try reader.uint64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, id)
        if let atLeast { writer.alwaysUInt64(2, atLeast) }
    }
}
