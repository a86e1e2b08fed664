// SPDX-License-Identifier: Apache-2.0

import RelayAPI
package import TestSupport

/// Judges every answer that a test gets by `openapi.json`: its status, its kind and every member;
/// and every body that was taken.
package struct DescribedAnswers: Sendable {
    /// One exchange with a listener.
    package struct Exchange: Sendable {
        package let method: String
        /// With its query.
        package let path: String
        package let sent: String?
        package let status: Int
        package let contentType: String
        package let body: String

        package init(
            _ method: String, _ path: String, sent: String?, status: Int, contentType: String,
            body: String
        ) {
            (self.method, self.path, self.sent) = (method, path, sent)
            (self.status, self.contentType, self.body) = (status, contentType, body)
        }
    }

    /// By the program's own description. Throws where it is not in form.
    package static let own = Result { try DescribedAnswers(try JSON.parse(OpenAPI.document)) }

    private let schemas: JSONSchema
    private let paths: [String: JSON]
    private let error: JSON

    package init(_ document: JSON) throws {
        schemas = JSONSchema(document: document)
        paths = document["paths"]?.object ?? [:]
        error = .object(["$ref": .string("#/components/schemas/Error")])
        for (name, schema) in document["components"]?["schemas"]?.object ?? [:] {
            try schemas.check(schema, at: name)
        }
        for (path, methods) in paths {
            for (method, operation) in methods.object ?? [:] {
                try check(operation, at: "\(method) \(path)")
            }
        }
    }

    private func check(_ operation: JSON, at place: String) throws {
        for parameter in operation["parameters"]?.array ?? [] {
            try schemas.check(parameter["schema"] ?? .null, at: "\(place) parameter")
        }
        let answers = operation["responses"]?.object?.values.map { $0 } ?? []
        for holder in answers + [operation["requestBody"]].compactMap({ $0 }) {
            for (_, media) in holder["content"]?.object ?? [:] {
                try schemas.check(media["schema"] ?? .null, at: place)
                for (name, event) in media["x-events"]?.object ?? [:] {
                    try schemas.check(event, at: "\(place) event \(name)")
                }
            }
        }
    }

    /// What differs from the description; empty: nothing, or the path is not described.
    package func faults(of exchange: Exchange) throws -> [String] {
        let path = exchange.path.prefix { $0 != "?" }
        guard let methods = methods(at: path) else { return [] }
        // HEAD answers as GET does, and says nothing.
        guard exchange.method != "HEAD" else { return [] }
        guard let operation = methods[exchange.method.lowercased()] else {
            return try faults(of: exchange.body, error, "$")
        }
        let answers = operation["responses"]
        let answer = answers?["\(exchange.status)"] ?? answers?["default"]
        var faults: [String] = []
        guard let content = answer?["content"]?.object,
            let (kind, media) = content.first(where: { exchange.contentType.hasPrefix($0.key) })
        else { return ["\(exchange.status) as \(exchange.contentType) is not described"] }
        if kind == "text/event-stream" {
            faults += try self.faults(ofEvents: exchange.body, media)
        } else {
            faults += try self.faults(of: exchange.body, media["schema"] ?? .null, "$")
        }
        if exchange.status < 300, let sent = exchange.sent,
            let schema = operation["requestBody"]?["content"]?["application/json"]?["schema"]
        {
            faults += try self.faults(of: sent, schema, "sent")
        }
        return faults
    }

    private func faults(of text: String, _ schema: JSON, _ place: String) throws -> [String] {
        guard let value = try? JSON.parse(Array(text.utf8)) else { return ["\(place) is no JSON"] }
        return try schemas.faults(of: value, by: schema, at: place)
    }

    /// The HTML standard, section 9.2.6: events end with an empty line, fields with their own.
    private func faults(ofEvents text: String, _ media: JSON) throws -> [String] {
        var faults: [String] = []
        var (name, data) = ("", "")
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
            if line.hasPrefix("data: ") { data += line.dropFirst(6) }
            guard line.isEmpty, !data.isEmpty else { continue }
            if let schema = media["x-events"]?[name] {
                faults += try self.faults(of: data, schema, name)
            } else {
                faults.append("event \(name) is not described")
            }
            (name, data) = ("", "")
        }
        return faults
    }

    /// The methods of the described path that is meant: fixed parts before named ones.
    private func methods(at path: Substring) -> [String: JSON]? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        var best: (names: Int, methods: [String: JSON])?
        for (described, methods) in paths {
            let wanted = described.split(separator: "/", omittingEmptySubsequences: false)
            guard wanted.count == parts.count,
                zip(wanted, parts).allSatisfy({ $0.hasPrefix("{") || $0 == $1 })
            else { continue }
            let names = wanted.count { $0.hasPrefix("{") }
            if names < best?.names ?? .max { best = (names, methods.object ?? [:]) }
        }
        return best?.methods
    }
}

/// An answer that is not as described fails the test that got it.
package struct UndescribedAnswer: Error, CustomStringConvertible {
    package let description: String

    init(_ exchange: DescribedAnswers.Exchange, _ faults: [String]) {
        description =
            "\(exchange.method) \(exchange.path) \(exchange.status): "
            + faults.joined(separator: "; ") + " in \(exchange.body.prefix(2_000))"
    }
}
