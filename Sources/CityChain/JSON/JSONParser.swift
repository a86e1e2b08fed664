// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Why a text is not JSON, in the words of Go's decoder.
package enum JSONSyntaxError: Error, Hashable, Sendable {
    case unexpectedEnd
    /// A character that cannot stand there, and where "there" is.
    case invalid(character: UInt8, context: String)
    case tooDeep

    package var message: String {
        switch self {
        case .unexpectedEnd: "unexpected end of JSON input"
        case .invalid(let character, let context):
            "invalid character '\(Character(Unicode.Scalar(character)))' \(context)"
        case .tooDeep: "exceeded max depth"
        }
    }
}

/// A bounded JSON reader.
package struct JSONParser {
    /// Levels of nesting: more than any request needs, few enough for the stack.
    private static let depthLimit = 64

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads one value and nothing behind it.
    package static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
        var parser = JSONParser(bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        if parser.position < bytes.count {
            throw .invalid(
                character: bytes[parser.position], context: "after top-level value")
        }
        return value
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
            position += 1
        }
    }

    private mutating func peek() throws(JSONSyntaxError) -> UInt8 {
        skipSpace()
        guard position < bytes.count else { throw .unexpectedEnd }
        return bytes[position]
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth < JSONParser.depthLimit else { throw .tooDeep }
        let first = try peek()
        switch first {
        case 0x7b: return try object(depth: depth)
        case 0x5b: return try array(depth: depth)
        case 0x22: return .string(try string())
        case 0x74: return try literal("true", .bool(true))
        case 0x66: return try literal("false", .bool(false))
        case 0x6e: return try literal("null", .null)
        case 0x2d, 0x30...0x39: return try number()
        default:
            throw .invalid(character: first, context: "looking for beginning of value")
        }
    }

    private mutating func literal(
        _ text: String, _ value: JSONValue
    ) throws(JSONSyntaxError) -> JSONValue {
        for expected in text.utf8 {
            guard position < bytes.count else { throw .unexpectedEnd }
            guard bytes[position] == expected else {
                let wanted = Character(Unicode.Scalar(expected))
                throw .invalid(
                    character: bytes[position],
                    context: "in literal \(text) (expecting '\(wanted)')")
            }
            position += 1
        }
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        let allowed = Set("+-.eE0123456789".utf8)
        while position < bytes.count, allowed.contains(bytes[position]) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard Double(text) != nil else {
            guard position < bytes.count else { throw .unexpectedEnd }
            throw .invalid(character: bytes[position], context: "in numeric literal")
        }
        return .number(text)
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        var members: [JSONMember] = []
        position += 1
        if try peek() == 0x7d {
            position += 1
            return .object(members)
        }
        while true {
            let quote = try peek()
            guard quote == 0x22 else {
                throw .invalid(
                    character: quote, context: "looking for beginning of object key string")
            }
            let name = try string()
            let colon = try peek()
            guard colon == 0x3a else {
                throw .invalid(character: colon, context: "after object key")
            }
            position += 1
            members.append(JSONMember(name, try value(depth: depth + 1)))
            let next = try peek()
            position += 1
            if next == 0x7d { return .object(members) }
            guard next == 0x2c else {
                throw .invalid(character: next, context: "after object key:value pair")
            }
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        var items: [JSONValue] = []
        position += 1
        if try peek() == 0x5d {
            position += 1
            return .array(items)
        }
        while true {
            items.append(try value(depth: depth + 1))
            let next = try peek()
            position += 1
            if next == 0x5d { return .array(items) }
            guard next == 0x2c else {
                throw .invalid(character: next, context: "after array element")
            }
        }
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        var text: [UInt8] = []
        position += 1
        while true {
            guard position < bytes.count else { throw .unexpectedEnd }
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x22: return String(decoding: text, as: UTF8.self)
            case 0x5c: try escape(into: &text)
            case 0..<0x20:
                throw .invalid(character: byte, context: "in string literal")
            default: text.append(byte)
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        guard position < bytes.count else { throw .unexpectedEnd }
        let byte = bytes[position]
        position += 1
        if byte == 0x75 { return try unicodeEscape(into: &text) }
        guard let plain = JSONEscape.byte(byte) else {
            throw .invalid(character: byte, context: "in string escape code")
        }
        text.append(plain)
    }

    /// As Go's decoder does: half a pair becomes the replacement character.
    private mutating func unicodeEscape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        var unit = try hexUnit()
        if JSONEscape.isHigh(unit), position + 1 < bytes.count,
            bytes[position] == 0x5c, bytes[position + 1] == 0x75
        {
            position += 2
            unit = JSONEscape.pair(unit, try hexUnit()) ?? unit
        }
        let scalar = Unicode.Scalar(unit) ?? "\u{fffd}"
        text.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    }

    private mutating func hexUnit() throws(JSONSyntaxError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw .unexpectedEnd }
        var unit: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = JSONEscape.digit(byte) else {
                throw .invalid(
                    character: byte, context: "in \\u hexadecimal character escape")
            }
            unit = unit << 4 | digit
        }
        position += 4
        return unit
    }
}
