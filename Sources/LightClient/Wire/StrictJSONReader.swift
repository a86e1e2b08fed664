// SPDX-License-Identifier: Apache-2.0

/// The reader behind `StrictJSON(reading:)`.
struct StrictJSONReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(StrictJSONError) -> StrictJSON {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8 }
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else {
            throw .unexpected(bytes[position], at: position)
        }
        return value
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0a, 0x0d: position += 1
            default: return
            }
        }
    }

    private mutating func peek() throws(StrictJSONError) -> UInt8 {
        skipSpace()
        guard position < bytes.count else { throw .unexpectedEnd }
        return bytes[position]
    }

    private mutating func value(depth: Int) throws(StrictJSONError) -> StrictJSON {
        guard depth < StrictJSON.maxDepth else { throw .tooDeep(limit: StrictJSON.maxDepth) }
        let first = try peek()
        switch first {
        case 0x7b: return try object(depth: depth)
        case 0x5b: return try array(depth: depth)
        case 0x22: return .string(try string())
        case 0x74: return try word("true", .bool(true))
        case 0x66: return try word("false", .bool(false))
        case 0x6e: return try word("null", .null)
        case 0x2d, 0x30...0x39: return try number()
        default: throw .unexpected(first, at: position)
        }
    }

    private mutating func word(
        _ text: String, _ value: StrictJSON
    ) throws(StrictJSONError) -> StrictJSON {
        for expected in text.utf8 {
            guard position < bytes.count else { throw .unexpectedEnd }
            guard bytes[position] == expected else {
                throw .unexpected(bytes[position], at: position)
            }
            position += 1
        }
        return value
    }

    /// Source: RFC 8259 section 6.
    private mutating func number() throws(StrictJSONError) -> StrictJSON {
        let start = position
        if bytes[position] == 0x2d { position += 1 }
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[position - whole] != 0x30 else {
            throw .badNumber(at: start)
        }
        if position < bytes.count, bytes[position] == 0x2e {
            position += 1
            guard digits() > 0 else { throw .badNumber(at: start) }
        }
        if position < bytes.count, bytes[position] | 0x20 == 0x65 {
            position += 1
            if position < bytes.count, bytes[position] == 0x2b || bytes[position] == 0x2d {
                position += 1
            }
            guard digits() > 0 else { throw .badNumber(at: start) }
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() -> Int {
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        return position - start
    }

    private mutating func object(depth: Int) throws(StrictJSONError) -> StrictJSON {
        var members: [StrictJSON.Member] = []
        var names: Set<[UInt8]> = []
        position += 1
        if try peek() == 0x7d {
            position += 1
            return .object(members)
        }
        while true {
            guard try peek() == 0x22 else { throw .unexpected(bytes[position], at: position) }
            let name = try string()
            // By bytes: two spellings that mean one letter are two names.
            guard names.insert(Array(name.utf8)).inserted else { throw .duplicateMember(name) }
            guard try peek() == 0x3a else { throw .unexpected(bytes[position], at: position) }
            position += 1
            members.append(StrictJSON.Member(name, try value(depth: depth + 1)))
            let next = try peek()
            position += 1
            if next == 0x7d { return .object(members) }
            guard next == 0x2c else { throw .unexpected(next, at: position - 1) }
        }
    }

    private mutating func array(depth: Int) throws(StrictJSONError) -> StrictJSON {
        var items: [StrictJSON] = []
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
            guard next == 0x2c else { throw .unexpected(next, at: position - 1) }
        }
    }

    private mutating func string() throws(StrictJSONError) -> String {
        var text: [UInt8] = []
        position += 1
        while true {
            guard position < bytes.count else { throw .unexpectedEnd }
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x22: return String(decoding: text, as: UTF8.self)
            case 0x5c: try escape(into: &text)
            case 0..<0x20: throw .unexpected(byte, at: position - 1)
            default: text.append(byte)
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(StrictJSONError) {
        guard position < bytes.count else { throw .unexpectedEnd }
        let byte = bytes[position]
        position += 1
        if byte == 0x75 { return try unicodeEscape(into: &text) }
        guard let plain = JSONEscape.byte(byte) else { throw .unexpected(byte, at: position - 1) }
        text.append(plain)
    }

    private mutating func unicodeEscape(into text: inout [UInt8]) throws(StrictJSONError) {
        let start = position
        var unit = try hexUnit()
        if JSONEscape.isHigh(unit) {
            guard position + 1 < bytes.count, bytes[position] == 0x5c,
                bytes[position + 1] == 0x75
            else { throw .loneSurrogate(at: start) }
            position += 2
            guard let pair = JSONEscape.pair(unit, try hexUnit()) else {
                throw .loneSurrogate(at: start)
            }
            unit = pair
        }
        guard let scalar = Unicode.Scalar(unit) else { throw .loneSurrogate(at: start) }
        text.append(contentsOf: String(Character(scalar)).utf8)
    }

    private mutating func hexUnit() throws(StrictJSONError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw .unexpectedEnd }
        var unit: UInt32 = 0
        for index in position..<position + 4 {
            guard let digit = JSONEscape.digit(bytes[index]) else {
                throw .unexpected(bytes[index], at: index)
            }
            unit = unit << 4 | digit
        }
        position += 4
        return unit
    }
}
