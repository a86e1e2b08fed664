// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

extension AccessRecord {
    /// What the log says of one request and its outcome. Nil when a code of the request cannot
    /// stand in a log: it looks like a number that names a person.
    package init?(
        _ request: DisclosureRequest, signature: [UInt8], permission: DisclosurePermission?,
        index: Digest?, outcome: Outcome
    ) {
        guard let member = MemberID(request.requester), let provider = MemberID(request.provider),
            let department = try? AccessCode(request.department),
            let application = try? AccessCode(request.application),
            let resource = try? AccessCode(request.kind),
            let purpose = try? AccessCode(request.purpose),
            let serviceItem = try? AccessCode(request.serviceItem),
            let caseNumber = try? AccessCode(request.caseNumber)
        else { return nil }
        let items = request.items.compactMap { try? AccessCode($0) }
        let predicates = request.predicates.compactMap { try? AccessCode($0.logName) }
        guard items.count == request.items.count, predicates.count == request.predicates.count
        else { return nil }
        let grant = permission?.grant
        self.init(
            ticket: request.ticket,
            requester: Requester(
                member: member, department: department, application: application,
                officer: OpaqueReference(request.officer)),
            provider: provider, resource: resource, items: items, predicates: predicates,
            subject: OpaqueReference(request.subject), record: index, purpose: purpose,
            basis: grant.map { Basis($0.basis) } ?? .none,
            legalReference: grant.flatMap { try? AccessCode($0.legalReference) },
            grant: grant.flatMap { try? AccessCode($0.id) }, grantDigest: grant?.digest,
            serviceItem: serviceItem, caseNumber: caseNumber,
            consent: request.consent.isEmpty
                ? nil : OpaqueReference(SHA256.hash(Array(request.consent.utf8))),
            mode: request.items.isEmpty ? .predicate : grant.map { Mode($0.mode) } ?? .fields,
            outcome: outcome, requestSignature: signature)
    }
}

extension PredicateQuestion {
    /// As the log names it: `monthsGE:12`.
    var logName: String { atLeast.map { "\(id):\($0)" } ?? id }
}

extension AccessRecord.Basis {
    init(_ basis: Grant.Basis) {
        self =
            switch basis {
            case .consent: .consent
            case .statutoryDuty: .statutoryDuty
            case .contract: .contract
            case .publicRegister: .publicRegister
            }
    }
}

extension AccessRecord.Mode {
    init(_ mode: Grant.Mode) {
        self =
            switch mode {
            case .predicate: .predicate
            case .fields: .fields
            case .record: .record
            }
    }
}
