// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `POST /v1/update` and `POST /v1/card`: what the city's own relay asks of the office when an
/// application changes a licence.
extension OfficeDoor {
    /// Characters of an order's key, an officer's name or a case number.
    private static let wordLimit = 128

    func card(_ question: JSONValue) throws -> JSONValue {
        try question.checkMembers([])
        return ["packet": .base64(try office.card())]
    }

    func order(_ question: JSONValue) throws -> JSONValue {
        try question.checkMembers([
            "kind", "key", "operation", "reference", "index", "status", "values", "institution",
            "replaces", "officer", "case",
        ])
        guard try question.text("kind") == RecordSchema.licence.kind else {
            throw OfficeError(422, "office/unknown-kind", "only licences are changed so")
        }
        guard let operation = LicenceOperation(rawValue: try question.text("operation")) else {
            throw OfficeError.request("operation is a code of the national table, 01 to 10")
        }
        let note = OfficeNote(
            key: try word(question, "key"), operation: operation,
            officer: try word(question, "officer"), caseNumber: try word(question, "case"))
        guard !note.key.isEmpty else { throw OfficeError.request("key is missing") }
        var order = LicenceOrder(try name(question), note)
        if let code = question["status"]?.string {
            guard let status = LicenceStatus(rawValue: code) else {
                throw OfficeError(422, "office/unknown-status", "\(code) is no status")
            }
            order.status = status
        }
        if let text = question["institution"]?.string {
            guard let code = try? InstitutionCode(text) else {
                throw OfficeError.request("institution is no institution code")
            }
            order.other = code
        }
        order.replaces = question["replaces"]?.string
        order.values = try values(question)
        let outcome = try office.perform(order, now: now())
        return .compact([
            ("index", .string(outcome.index.description)),
            ("revision", .text(outcome.revision)),
            ("packet", outcome.packet.isEmpty ? nil : .base64(outcome.packet)),
            ("client", outcome.client.isEmpty ? nil : .string(outcome.client)),
        ])
    }

    private func name(_ question: JSONValue) throws -> LicenceOrder.Name {
        if let text = question["index"]?.string {
            guard let index = RecordIndex(text), question["reference"] == nil else {
                throw OfficeError.request("index is 64 hexadecimal digits, without a reference")
            }
            return .index(index)
        }
        return .reference(try question.text("reference"))
    }

    private func word(_ question: JSONValue, _ name: String) throws -> String {
        let text = question[name]?.string ?? ""
        guard text.count <= OfficeDoor.wordLimit else {
            throw OfficeError.request("\(name) is too long")
        }
        return text
    }
}
