// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient

/// Reads the members of a JSON object one by one and knows which were asked for: a member that
/// nobody reads is a mistake of the caller's, and is told by its name.
///
/// Errors name places, never values: values may be personal.
struct StrictMembers {
    private let members: [String: JSONValue]
    private let place: String
    private var left: Set<String>

    init(_ value: JSONValue?, at place: String = "") throws(DisclosureFailure) {
        guard case .object(let members) = value else {
            throw DisclosureFailure(.requestMalformed, "\(StrictMembers.name(place)) is no object")
        }
        self.members = members
        self.place = place
        left = Set(members.keys)
    }

    init(body: [UInt8]) throws(DisclosureFailure) {
        do throws(StrictJSONError) {
            _ = try StrictJSON(reading: body)
        } catch {
            guard case .duplicateMember = error else {
                throw DisclosureFailure(.requestMalformed, "the body is no JSON in strict form")
            }
            throw DisclosureFailure(.requestMalformed, "a member of the body is there twice")
        }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(body)) else {
            throw DisclosureFailure(.requestMalformed, "the body is no JSON")
        }
        try self.init(value)
    }

    private static func name(_ place: String) -> String { place.isEmpty ? "the body" : place }

    func path(_ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    func wrong(_ name: String, _ problem: String) -> DisclosureFailure {
        DisclosureFailure(.requestMalformed, "\(path(name)) \(problem)")
    }

    mutating func value(_ name: String) -> JSONValue? {
        left.remove(name)
        return members[name]
    }

    /// A text in a form; nil where it is absent.
    mutating func text(
        _ name: String, _ isRight: (String) -> Bool = PolicyForm.code
    ) throws(DisclosureFailure) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else { throw wrong(name, "is no text") }
        guard isRight(text) else { throw wrong(name, "is not in form") }
        return text
    }

    mutating func required(
        _ name: String, _ isRight: (String) -> Bool = PolicyForm.code
    ) throws(DisclosureFailure) -> String {
        guard let text = try text(name, isRight) else { throw wrong(name, "is missing") }
        return text
    }

    mutating func integer(
        _ name: String, in range: ClosedRange<Int64>, standard: Int64?
    ) throws(DisclosureFailure) -> Int64 {
        guard let value = value(name) else {
            guard let standard else { throw wrong(name, "is missing") }
            return standard
        }
        guard case .integer(let number) = value, range.contains(number) else {
            throw wrong(name, "is no whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func list(
        _ name: String, limit: Int
    ) throws(DisclosureFailure) -> [JSONValue] {
        guard let value = value(name) else { return [] }
        guard case .array(let list) = value else { throw wrong(name, "is no list") }
        guard list.count <= limit else {
            throw DisclosureFailure(
                .requestTooLarge, "\(path(name)) has \(list.count) entries, \(limit) are taken")
        }
        return list
    }

    /// Throws when a member was not read.
    func finish() throws(DisclosureFailure) {
        guard let unknown = left.sorted().first else { return }
        let name = PolicyForm.name(unknown) ? unknown : "a member"
        throw wrong(name, "is not known here")
    }
}
