// SPDX-License-Identifier: Apache-2.0

import Federation
package import LightClient

/// The office's HTTP interface: `POST /v1/disclose`, one record a question. There is no way to list
/// or to search. In a laboratory alone, `POST /v1/lab/update` changes a record and
/// `/v1/lab/rotate` the office's sealing key.
package struct OfficeDoor {
    /// Fields of one question: as many as the largest schema has, and some.
    package static let itemLimit = 64
    /// Predicates of one question.
    package static let predicateLimit = 16

    let office: RecordOffice
    private let isLab: Bool
    let now: () -> Timestamp

    package init(_ office: RecordOffice, isLab: Bool, now: @escaping () -> Timestamp) {
        self.office = office
        self.isLab = isLab
        self.now = now
    }

    package func answer(_ request: HTTPRequest) -> HTTPResponse {
        do {
            return json(try route(request), status: 200)
        } catch {
            let error =
                error as? OfficeError ?? (error as? LicenceErrorCode).map { OfficeError($0) }
                ?? OfficeError(500, "office/failed", "the office's file could not be written")
            return json(
                ["code": .string(error.code), "detail": .string(error.detail)],
                status: error.status)
        }
    }

    private func route(_ request: HTTPRequest) throws -> JSONValue {
        let paths =
            ["/v1/disclose", "/v1/update", "/v1/card"]
            + (isLab ? ["/v1/lab/update", "/v1/lab/rotate"] : [])
        guard paths.contains(request.path) else {
            throw OfficeError(404, "office/no-such-path", "ask with POST /v1/disclose")
        }
        guard request.method == "POST" else {
            throw OfficeError(405, "office/method", "ask with POST \(request.path)")
        }
        guard !request.bodyTooLarge else { throw OfficeError.request("the question is too long") }
        let question: JSONValue
        do throws(JSONSyntaxError) {
            question = try JSONParser.parse(request.body)
        } catch {
            throw OfficeError(400, "office/not-json", "the question is not JSON: \(error.message)")
        }
        switch request.path {
        case "/v1/update": return try order(question)
        case "/v1/card": return try card(question)
        case "/v1/lab/update": return try update(question)
        case "/v1/lab/rotate":
            try question.checkMembers([])
            return ["packet": .base64(try office.rotateSealingKey(now: now()))]
        default: return try disclose(question)
        }
    }

    private func json(_ value: JSONValue, status: Int) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: value.encoded)
    }

    // MARK: disclose

    private func disclose(_ question: JSONValue) throws(OfficeError) -> JSONValue {
        try question.checkMembers(["kind", "reference", "items", "predicates"])
        let items = try question.strings("items", limit: OfficeDoor.itemLimit)
        let asked = try predicates(question)
        let (index, record) = try office.find(
            kind: try question.text("kind"), reference: try question.text("reference"))
        guard let record else {
            // What cannot be asked cannot be asked of an absent record either.
            try check(items, asked, try question.text("kind"))
            return ["index": .string(index.description), "found": .bool(false)]
        }
        try check(items, asked, record.schema.kind)
        let tree = try record.tree()
        do throws(FieldTreeError) {
            var fields: [JSONValue] = []
            for id in items { fields.append(OfficeDoor.json(try tree.disclose(id))) }
            var shown: [JSONValue] = []
            for predicate in asked {
                shown.append(OfficeDoor.json(try show(predicate, of: record, in: tree)))
            }
            return [
                "index": .string(index.description), "found": .bool(true),
                "schemaId": .string(record.schema.id),
                "schemaVersion": .int(record.schema.version),
                "root": .string(tree.root.description), "leafCount": .int(tree.leafCount),
                "fields": .array(fields), "predicates": .array(shown),
            ]
        } catch {
            throw OfficeError(error)
        }
    }

    private struct Asked {
        let id: String
        let threshold: Int?
    }

    private func predicates(_ question: JSONValue) throws(OfficeError) -> [Asked] {
        guard let value = question["predicates"] else { return [] }
        guard let list = value.array, list.count <= OfficeDoor.predicateLimit else {
            throw .request("predicates is a list of at most \(OfficeDoor.predicateLimit)")
        }
        var asked: [Asked] = []
        for item in list {
            try item.checkMembers(["id", "atLeast"])
            var threshold: Int?
            if let value = item["atLeast"] {
                guard case .number(let text) = value, let number = Int(text) else {
                    throw OfficeError(FieldTreeError.countOutOfRange(0))
                }
                threshold = number
            }
            asked.append(Asked(id: try item.text("id"), threshold: threshold))
        }
        return asked
    }

    private func check(
        _ items: [String], _ asked: [Asked], _ kind: String
    ) throws(OfficeError) {
        do throws(RecordSchemaError) {
            let schema = try RecordSchemas.builtIn.schema(kind: kind)
            var seen: Set<String> = []
            for id in items {
                guard seen.insert(id).inserted else { throw .duplicate(id) }
                try schema.checkDisclosable(field: id)
            }
            for predicate in asked {
                guard seen.insert(SaltedField.predicatePrefix + predicate.id).inserted else {
                    throw .duplicate(predicate.id)
                }
                try schema.checkDisclosable(
                    predicate: predicate.id, hasThreshold: predicate.threshold != nil)
            }
        } catch {
            throw OfficeError(error)
        }
    }

    private func show(
        _ asked: Asked, of record: OfficeRecord, in tree: FieldTree
    ) throws(FieldTreeError) -> DisclosedPredicate {
        guard let threshold = asked.threshold else { return try tree.disclose(flag: asked.id) }
        return try tree.disclose(
            count: asked.id, atLeast: threshold, seed: record.seeds[asked.id] ?? .zero,
            count: record.count(asked.id))
    }

    private static func json(_ shown: DisclosedField) -> JSONValue {
        .object(
            [
                JSONMember("id", .string(shown.field.id)),
                JSONMember(
                    "value", .string(String(decoding: shown.field.value, as: UTF8.self))),
            ] + members(shown.field.salt, shown.path))
    }

    private static func json(_ shown: DisclosedPredicate) -> JSONValue {
        var members = [JSONMember("id", .string(shown.id))]
        switch shown.claim {
        case .flag(let holds): members.append(JSONMember("value", .string(holds ? "1" : "2")))
        case .atLeast(let threshold, let witness):
            members.append(JSONMember("atLeast", .int(threshold)))
            members.append(JSONMember("witness", .string(witness.description)))
        }
        return .object(members + self.members(shown.salt, shown.path))
    }

    private static func members(_ salt: FieldSalt, _ path: FieldPath) -> [JSONMember] {
        [
            JSONMember("salt", .string(Hex.encode(salt.bytes))),
            JSONMember("leaf", .int(path.leaf)),
            JSONMember("path", .array(path.hashes.map { .string($0.description) })),
        ]
    }

    /// New values of a record, by field.
    func values(_ question: JSONValue) throws(OfficeError) -> [OfficeRecord.Value] {
        var values: [OfficeRecord.Value] = []
        if case .object(let members)? = question["values"] {
            for member in members {
                guard let text = member.value.string else {
                    throw OfficeError.request("values are texts")
                }
                values.append(OfficeRecord.Value(member.name, text))
            }
        }
        return values
    }

    // MARK: laboratory

    private func update(_ question: JSONValue) throws -> JSONValue {
        try question.checkMembers(["kind", "reference", "status", "values"])
        let values = try values(question)
        let record = try office.update(
            kind: try question.text("kind"), reference: try question.text("reference"),
            status: question["status"]?.string, values: values, asOf: now())
        return [
            "index": .string(record.index.description), "revision": .int(record.revision),
            "status": .string(record.status),
        ]
    }
}

extension JSONValue {
    /// Throws for anything but an object of these members, each at most once.
    func checkMembers(_ known: Set<String>) throws(OfficeError) {
        guard case .object(let members) = self else { throw .request("a question is an object") }
        var seen: Set<String> = []
        for member in members {
            guard known.contains(member.name), seen.insert(member.name).inserted else {
                throw .request("member \(member.name) is unknown or there twice")
            }
        }
    }

    func text(_ name: String) throws(OfficeError) -> String {
        guard let text = self[name]?.string else { throw .request("\(name) is a text") }
        return text
    }

    func strings(_ name: String, limit: Int) throws(OfficeError) -> [String] {
        guard let value = self[name] else { return [] }
        guard let items = value.array, items.count <= limit else {
            throw .request("\(name) is a list of at most \(limit)")
        }
        var texts: [String] = []
        for item in items {
            guard let text = item.string else { throw .request("\(name) holds texts") }
            texts.append(text)
        }
        return texts
    }
}
