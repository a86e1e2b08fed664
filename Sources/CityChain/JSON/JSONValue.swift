// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// A JSON value whose objects keep their order and whose numbers keep their text, so that an answer
/// is written exactly as a node writes it.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])
}

package struct JSONMember: Hashable, Sendable {
    package let name: String
    package let value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

extension JSONValue {
    /// 64-bit integers travel as text in CometBFT's JSON.
    package static func text(_ number: some BinaryInteger) -> JSONValue { .string("\(number)") }
    /// 32-bit integers travel as numbers.
    package static func int(_ number: some BinaryInteger) -> JSONValue { .number("\(number)") }
    /// Hashes and addresses: upper-case hex.
    package static func hex(_ bytes: [UInt8]) -> JSONValue {
        .string(Hex.encode(bytes).uppercased())
    }
    package static func hex(_ digest: Digest) -> JSONValue { .hex(digest.bytes) }
    /// Byte slices: base64, and null for an empty one where Go holds nil.
    package static func base64(_ bytes: [UInt8]) -> JSONValue { .string(Base64.encode(bytes)) }
    package static func base64OrNull(_ bytes: [UInt8]) -> JSONValue {
        bytes.isEmpty ? .null : .base64(bytes)
    }
    /// A list, or null where Go holds a nil slice.
    package static func listOrNull(_ items: [JSONValue]) -> JSONValue {
        items.isEmpty ? .null : .array(items)
    }
    /// An object without the members that are nil.
    package static func compact(_ members: [(String, JSONValue?)]) -> JSONValue {
        .object(members.compactMap { name, value in value.map { JSONMember(name, $0) } })
    }

    /// The last member of that name, as Go's decoder takes it.
    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    package var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    package var array: [JSONValue]? {
        guard case .array(let items) = self else { return nil }
        return items
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { JSONMember($0.0, $0.1) })
    }
}

extension JSONValue: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}

extension JSONValue: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue: ExpressibleByBooleanLiteral {
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}
