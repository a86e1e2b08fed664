// SPDX-License-Identifier: Apache-2.0

import Federation

/// What an application may do to a licence, with its operation in the national table.
enum LicenceAct: String, CaseIterable, Sendable {
    case renew, change, suspend, resume, expire, rescind, surrender, revoke
    case transferOut = "transfer-out"
    case cancelTransfer = "cancel-transfer"

    var operation: LicenceOperation {
        switch self {
        case .renew: .renew
        case .change: .change
        case .suspend: .suspend
        case .resume: .restore
        case .expire: .expire
        case .rescind, .surrender, .revoke, .transferOut: .end
        case .cancelTransfer: .cancelMove
        }
    }

    /// The status that ends it.
    var status: LicenceStatus? {
        switch self {
        case .rescind: .rescinded
        case .surrender: .cancelled
        case .revoke: .revoked
        case .transferOut: .movedOut
        default: nil
        }
    }
}

/// The body of `POST /v1/licences` and of `POST /v1/licences/{id}/acts`. A number that names a
/// licence stands in a body alone: paths get into logs of proxies.
struct LicenceBody: Sendable {
    let idempotencyKey: String
    let officer: String
    let caseNumber: String
    let operation: LicenceOperation
    let status: LicenceStatus?
    /// Of a new licence.
    var identifier: String?
    /// The other city, of a move.
    let city: String?
    /// The licence of the other city that a new one replaces.
    let replaces: String?
    /// New values by field, personal.
    let fields: [String: String]

    /// Fields of one licence: twice what the largest schema has.
    static let maxFields = 64
    /// Bytes of one value.
    static let valueBytes = 4_096

    /// A new licence: 01, or 08 where it replaces one of another city.
    init(new bytes: [UInt8]) throws(DisclosureFailure) {
        var body = try StrictMembers(body: bytes)
        idempotencyKey = try body.required("idempotencyKey")
        officer = try body.required("officer")
        caseNumber = try body.required("caseNumber")
        identifier = try body.required("identifier", PolicyForm.reference)
        var (city, old): (String?, String?) = (nil, nil)
        if let value = body.value("replaces") {
            var inner = try StrictMembers(value, at: "replaces")
            city = try inner.required("city")
            old = try inner.required("identifier", PolicyForm.reference)
            try inner.finish()
        }
        (self.city, replaces) = (city, old)
        operation = old == nil ? .issue : .moveIn
        status = nil
        fields = try LicenceBody.fields(&body)
        try body.finish()
    }

    /// An act on a licence that is there.
    init(act bytes: [UInt8]) throws(DisclosureFailure) {
        var body = try StrictMembers(body: bytes)
        idempotencyKey = try body.required("idempotencyKey")
        officer = try body.required("officer")
        caseNumber = try body.required("caseNumber")
        let name = try body.required("act", PolicyForm.name)
        guard let act = LicenceAct(rawValue: name) else {
            throw body.wrong("act", "is none of the known acts")
        }
        operation = act.operation
        status = act.status
        city = try body.text("city")
        guard (city != nil) == (act == .transferOut) else {
            throw body.wrong("city", "is given with transfer-out, and with nothing else")
        }
        replaces = nil
        fields = try LicenceBody.fields(&body)
        guard fields.isEmpty || act == .renew || act == .change else {
            throw body.wrong("fields", "are changed by renew and change alone")
        }
        try body.finish()
    }

    private static func fields(
        _ body: inout StrictMembers
    ) throws(DisclosureFailure) -> [String: String] {
        guard let value = body.value("fields") else { return [:] }
        guard case .object(let members) = value, members.count <= maxFields else {
            throw body.wrong("fields", "is no object of at most \(maxFields) texts")
        }
        var fields: [String: String] = [:]
        for (name, value) in members {
            guard PolicyForm.name(name), let text = value.text, text.utf8.count <= valueBytes
            else { throw body.wrong("fields", "holds something that is no text, or too long") }
            fields[name] = text
        }
        return fields
    }
}
