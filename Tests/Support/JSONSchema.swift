// SPDX-License-Identifier: Apache-2.0

/// A judge of JSON values by the schemas of one document: the part of JSON Schema 2020-12 that
/// `openapi.json` uses. A keyword that it does not know is refused, so that none is passed over.
///
/// It is stricter than JSON Schema in one point: an object whose `properties` are named has no
/// others, unless `additionalProperties` says so. What a program answers, its description names.
public struct JSONSchema: Sendable {
    /// What a document's author got wrong.
    public struct Trouble: Error, Hashable, CustomStringConvertible {
        public let description: String

        public init(_ description: String) { self.description = description }
    }

    private let document: JSON

    /// Keywords that judge.
    static let judged: Set<String> = [
        "$ref", "type", "enum", "anyOf", "oneOf", "properties", "required",
        "additionalProperties", "maxProperties", "items", "minItems", "maxItems", "minLength",
        "maxLength", "pattern", "format", "minimum", "maximum",
    ]
    /// Keywords that only tell.
    static let told: Set<String> = ["description", "default"]
    static let formats: Set<String> = ["date-time"]
    static let types: Set<String> = [
        "object", "array", "string", "integer", "number", "boolean", "null",
    ]

    /// - Parameter document: what `$ref` points into.
    public init(document: JSON) { self.document = document }

    // MARK: The schema itself

    /// Throws when a schema, or one that it holds, uses what this judge does not know.
    public func check(_ schema: JSON, at place: String) throws {
        guard let members = schema.object else { throw Trouble("\(place): no object") }
        for (keyword, value) in members {
            let inner = "\(place)/\(keyword)"
            if JSONSchema.told.contains(keyword) { continue }
            guard JSONSchema.judged.contains(keyword) else {
                throw Trouble("\(inner): a keyword that is not known")
            }
            switch keyword {
            case "$ref": _ = try target(value, at: inner)
            case "type": try known(value, JSONSchema.types, inner)
            case "format": try known(value, JSONSchema.formats, inner)
            case "pattern": _ = try regex(value, at: inner)
            case "items": try check(value, at: inner)
            case "additionalProperties":
                if value.bool == nil { try check(value, at: inner) }
            case "anyOf", "oneOf":
                guard let branches = value.array, !branches.isEmpty else {
                    throw Trouble("\(inner): no list")
                }
                for (index, branch) in branches.enumerated() {
                    try check(branch, at: "\(inner)/\(index)")
                }
            case "properties":
                for (name, property) in value.object ?? [:] {
                    try check(property, at: "\(inner)/\(name)")
                }
            case "required": try checkRequired(value, members, inner)
            default: break
            }
        }
    }

    private func known(_ value: JSON, _ set: Set<String>, _ place: String) throws {
        guard let name = value.string, set.contains(name) else {
            throw Trouble("\(place): \(value) is not known")
        }
    }

    private func checkRequired(
        _ value: JSON, _ members: [String: JSON], _ place: String
    ) throws {
        let properties = members["properties"]?.object ?? [:]
        for name in value.array ?? [] {
            guard let name = name.string, properties[name] != nil else {
                throw Trouble("\(place): \(name) is no property")
            }
        }
    }

    private func target(_ value: JSON, at place: String) throws -> JSON {
        guard let path = value.string, path.hasPrefix("#/") else {
            throw Trouble("\(place): a reference elsewhere")
        }
        var found: JSON? = document
        for part in path.dropFirst(2).split(separator: "/") { found = found?[String(part)] }
        guard let found else { throw Trouble("\(place): \(path) is not there") }
        return found
    }

    private func regex(_ value: JSON, at place: String) throws -> Regex<AnyRegexOutput> {
        guard let text = value.string, let regex = try? Regex(text) else {
            throw Trouble("\(place): no regular expression")
        }
        return regex
    }

    // MARK: A value

    /// Where a value breaks a schema, and how; empty: nowhere.
    public func faults(of value: JSON, by schema: JSON, at place: String = "$") throws -> [String] {
        if let reference = schema["$ref"] {
            return try faults(of: value, by: try target(reference, at: place), at: place)
        }
        if let branches = schema["anyOf"]?.array ?? schema["oneOf"]?.array {
            var fits = 0
            for branch in branches where try faults(of: value, by: branch, at: place).isEmpty {
                fits += 1
            }
            let isRight = schema["oneOf"] == nil ? fits > 0 : fits == 1
            return isRight ? [] : ["\(place) fits \(fits) of \(branches.count)"]
        }
        if let type = schema["type"]?.string, !isOf(type, value) {
            return ["\(place) is no \(type)"]
        }
        var faults: [String] = []
        if let values = schema["enum"]?.array, !values.contains(value) {
            faults.append("\(place) is none of those listed: \(value)")
        }
        switch value {
        case .object(let members): faults += try self.faults(of: members, by: schema, at: place)
        case .array(let list): faults += try self.faults(of: list, by: schema, at: place)
        case .string(let text): faults += try self.faults(of: text, by: schema, at: place)
        default:
            if let least = schema["minimum"]?.int64, (value.int64 ?? .min) < least {
                faults.append("\(place) is below \(least)")
            }
            if let most = schema["maximum"]?.int64, (value.int64 ?? .max) > most {
                faults.append("\(place) is above \(most)")
            }
        }
        return faults
    }

    private func isOf(_ type: String, _ value: JSON) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool),
            ("null", .null), ("integer", .integer), ("integer", .unsigned), ("number", .integer),
            ("number", .unsigned), ("number", .double):
            true
        default: false
        }
    }

    private func faults(
        of members: [String: JSON], by schema: JSON, at place: String
    ) throws -> [String] {
        var faults: [String] = []
        for name in schema["required"]?.array?.compactMap(\.string) ?? []
        where members[name] == nil {
            faults.append("\(place).\(name) is missing")
        }
        if let most = schema["maxProperties"]?.int64, members.count > most {
            faults.append("\(place) has more than \(most) members")
        }
        let properties = schema["properties"]?.object
        let others = schema["additionalProperties"]
        for (name, value) in members {
            let inner = "\(place).\(name)"
            if let property = properties?[name] {
                faults += try self.faults(of: value, by: property, at: inner)
            } else if let others, others.object != nil {
                faults += try self.faults(of: value, by: others, at: inner)
            } else if others?.bool ?? (properties == nil) == false {
                faults.append("\(inner) is not described")
            }
        }
        return faults
    }

    private func faults(of list: [JSON], by schema: JSON, at place: String) throws -> [String] {
        var faults: [String] = []
        if let least = schema["minItems"]?.int64, list.count < least {
            faults.append("\(place) has fewer than \(least) items")
        }
        if let most = schema["maxItems"]?.int64, list.count > most {
            faults.append("\(place) has more than \(most) items")
        }
        if let items = schema["items"] {
            for (index, value) in list.enumerated() {
                faults += try self.faults(of: value, by: items, at: "\(place)[\(index)]")
            }
        }
        return faults
    }

    private func faults(of text: String, by schema: JSON, at place: String) throws -> [String] {
        var faults: [String] = []
        let length = text.unicodeScalars.count
        if let least = schema["minLength"]?.int64, length < least {
            faults.append("\(place) is shorter than \(least)")
        }
        if let most = schema["maxLength"]?.int64, length > most {
            faults.append("\(place) is longer than \(most)")
        }
        if let pattern = schema["pattern"],
            text.firstMatch(of: try regex(pattern, at: place)) == nil
        {
            faults.append("\(place) is not of the form \(pattern)")
        }
        if schema["format"]?.string == "date-time", !isMoment(text) {
            faults.append("\(place) is no RFC 3339 moment: \(text)")
        }
        return faults
    }

    /// The shape of RFC 3339 section 5.6; ranges are the writer's affair.
    private func isMoment(_ text: String) -> Bool {
        text.wholeMatch(
            of: /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9:]{5})/)
            != nil
    }
}
