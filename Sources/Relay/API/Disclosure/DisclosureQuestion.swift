// SPDX-License-Identifier: Apache-2.0

import Federation
package import LightClient

/// One question to one city, as an application puts it: everything is in form. Lives in memory
/// only.
struct DisclosureQuestion: Sendable {
    var provider: MemberID
    var kind: String
    var reference: String
    var items: [String]
    var predicates: [PredicateQuestion]
    var purpose: String
    var serviceItem: String
    var caseNumber: String
    var department: String
    var officer: String
    var consent: String
    var fieldReason: FieldReason?
    var maxAgeNanoseconds: Int64
    var application: String
    /// The use-code that was used up for it.
    var presentation: PresentationCode.Mode?

    /// The request that our evidence key signs. Officer and person become opaque: keyed by a secret
    /// of this relay, the person's for this provider and purpose alone.
    func request(
        from own: MemberID, secrets: DisclosureSecrets, salt: [UInt8], nonce: [UInt8],
        answerKey: [UInt8], now: Timestamp
    ) -> DisclosureRequest {
        DisclosureRequest(
            requester: own.description, application: application, department: department,
            officer: secrets.officer(officer),
            subject: secrets.subject(reference, kind: kind, provider: provider, purpose: purpose),
            provider: provider.description, kind: kind,
            referenceCommitment: DisclosureRequest.commitment(
                salt: salt, kind: kind, reference: reference),
            items: items, predicates: predicates, purpose: purpose, serviceItem: serviceItem,
            caseNumber: caseNumber, consent: consent, fieldReason: fieldReason?.rawValue ?? "",
            maxAgeNanoseconds: maxAgeNanoseconds, madeAtUnixNanoseconds: now.unixNanoseconds,
            nonce: nonce, answerKey: answerKey, presentation: presentation?.rawValue ?? "")
    }
}

/// Keys that make references opaque, each for one use, all from the relay's evidence key: nothing
/// more is to be kept, and who reads the store alone can guess nothing.
struct DisclosureSecrets: Sendable {
    private let officers: [UInt8]
    private let pairs: [UInt8]
    private let bodies: [UInt8]
    private let licences: [UInt8]

    init(_ key: SigningKey) {
        // Ed25519 signatures are deterministic: one over a label is a secret that only the key's
        // holder can make.
        let root = SHA256.hash(key.sign(Array("cityrelay/disclosure-secrets/1".utf8))).bytes
        func derived(_ label: String) -> [UInt8] {
            HMACSHA256.code(key: root, Array(label.utf8)).bytes
        }
        officers = derived("officers")
        pairs = derived("pairs")
        bodies = derived("bodies")
        licences = derived("licences")
    }

    func officer(_ identifier: String) -> Digest {
        OpaqueReference(officer: identifier, key: officers)?.digest ?? .zero
    }

    /// Of a person towards one city for one purpose.
    func subject(
        _ reference: String, kind: String, provider: MemberID, purpose: String
    ) -> Digest {
        let pair = HMACSHA256.code(key: pairs, Array(provider.description.utf8)).bytes
        let identifier = "\(kind)\n\(reference)"
        guard let purpose = try? AccessCode(purpose) else { return .zero }
        return OpaqueReference(subject: identifier, purpose: purpose, pairKey: pair)?.digest
            ?? .zero
    }

    /// Fingerprint of a request's body: a plain hash of it could be guessed.
    func fingerprint(_ body: [UInt8]) -> Digest { HMACSHA256.code(key: bodies, body) }

    /// Blind commitment to a licence's identifier.
    func licence(_ kind: String, _ identifier: String) -> Digest {
        HMACSHA256.code(key: licences, Array("\(kind)\n\(identifier)".utf8))
    }
}

/// What stands in logs in place of an officer of the member whose evidence key this is.
package enum OfficerReference {
    package static func digest(of identifier: String, evidenceKey: SigningKey) -> Digest {
        DisclosureSecrets(evidenceKey).officer(identifier)
    }
}
