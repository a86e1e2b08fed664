// SPDX-License-Identifier: Apache-2.0

import LightClient

extension AccessEntryMessage {
    init(_ entry: AccessEntry) {
        let access = entry.access
        sequence = entry.sequence
        time = entry.time.unixNanoseconds
        ticket = access.ticket.bytes
        requester.member = access.requester.member.description
        requester.department = access.requester.department.text
        requester.application = access.requester.application.text
        requester.officer = access.requester.officer.digest.bytes
        provider = access.provider.description
        resource = access.resource.text
        items = access.items.map(\.text)
        predicates = access.predicates.map(\.text)
        subject = access.subject.digest.bytes
        recordIndex = access.record?.bytes ?? []
        purpose = access.purpose.text
        basis = access.basis.rawValue
        legalReference = access.legalReference?.text ?? ""
        grant = access.grant?.text ?? ""
        grantDigest = access.grantDigest?.bytes ?? []
        serviceItem = access.serviceItem.text
        caseNumber = access.caseNumber.text
        consent = access.consent?.digest.bytes ?? []
        mode = access.mode.rawValue
        switch access.outcome {
        case .released(let proof, let height):
            (outcome, proofDigest, sourceHeight) = (1, proof.bytes, height)
        case .absent(let proof, let height):
            (outcome, proofDigest, sourceHeight) = (2, proof.bytes, height)
        case .refused(let code): (outcome, refusal) = (3, code.text)
        }
        previousHead = entry.previousHead.bytes
        requestSignature = access.requestSignature
    }

    /// The record, with every code judged.
    func record() throws(AccessEntryError) -> AccessRecord {
        guard let basis = AccessRecord.Basis(rawValue: basis) else { throw .field("basis") }
        guard let mode = AccessRecord.Mode(rawValue: mode) else { throw .field("mode") }
        guard requestSignature.count == EvidenceSignature.byteCount else {
            throw .field("request_signature")
        }
        return AccessRecord(
            ticket: try Self.digest("ticket", ticket), requester: try asker(),
            provider: try Self.member("provider", provider),
            resource: try Self.code("resource", resource),
            items: try Self.codes("items", items),
            predicates: try Self.codes("predicates", predicates),
            subject: OpaqueReference(try Self.digest("subject", subject)),
            record: try Self.optionalDigest("record", recordIndex),
            purpose: try Self.code("purpose", purpose), basis: basis,
            legalReference: try Self.optionalCode("legal_reference", legalReference),
            grant: try Self.optionalCode("grant", grant),
            grantDigest: try Self.optionalDigest("grant_digest", grantDigest),
            serviceItem: try Self.code("service_item", serviceItem),
            caseNumber: try Self.code("case_number", caseNumber),
            consent: try Self.optionalDigest("consent", consent).map { OpaqueReference($0) },
            mode: mode, outcome: try result(), requestSignature: requestSignature)
    }

    private func asker() throws(AccessEntryError) -> AccessRecord.Requester {
        AccessRecord.Requester(
            member: try Self.member("requester.member", requester.member),
            department: try Self.code("requester.department", requester.department),
            application: try Self.code("requester.application", requester.application),
            officer: OpaqueReference(try Self.digest("requester.officer", requester.officer)))
    }

    private func result() throws(AccessEntryError) -> AccessRecord.Outcome {
        switch outcome {
        case 1, 2:
            guard refusal.isEmpty else { throw .field("refusal") }
            guard let sourceHeight else { throw .field("source_height") }
            let proof = try Self.digest("proof_digest", proofDigest)
            return outcome == 1
                ? .released(proof: proof, height: sourceHeight)
                : .absent(proof: proof, height: sourceHeight)
        case 3:
            guard proofDigest.isEmpty else { throw .field("proof_digest") }
            guard sourceHeight == nil else { throw .field("source_height") }
            return .refused(try Self.code("refusal", refusal))
        default: throw .field("outcome")
        }
    }

    private static func code(
        _ field: String, _ text: String
    ) throws(AccessEntryError) -> AccessCode {
        do throws(AccessCodeError) { return try AccessCode(text) } catch {
            throw .code(field: field, error)
        }
    }

    private static func optionalCode(
        _ field: String, _ text: String
    ) throws(AccessEntryError) -> AccessCode? {
        text.isEmpty ? nil : try code(field, text)
    }

    private static func codes(
        _ field: String, _ texts: [String]
    ) throws(AccessEntryError) -> [AccessCode] {
        var list: [AccessCode] = []
        for text in texts { list.append(try code(field, text)) }
        return list
    }

    private static func digest(
        _ field: String, _ bytes: [UInt8]
    ) throws(AccessEntryError) -> Digest {
        try Digest(bytes, or: AccessEntryError.field(field))
    }

    private static func optionalDigest(
        _ field: String, _ bytes: [UInt8]
    ) throws(AccessEntryError) -> Digest? {
        bytes.isEmpty ? nil : try digest(field, bytes)
    }

    private static func member(
        _ field: String, _ text: String
    ) throws(AccessEntryError) -> MemberID {
        guard let id = MemberID(text) else { throw .field(field) }
        return id
    }
}
