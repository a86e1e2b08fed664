// SPDX-License-Identifier: Apache-2.0

/// What an event may carry. There is no case for payload values: they never enter a log. Text from
/// outside is escaped and cut, whatever it holds.
package enum LogValue: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral
{
    case text(String)
    case integer(Int64)
    case bool(Bool)
    /// Hashes and the like, as hex; only the first 32 bytes.
    case bytes([UInt8])

    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }

    package static func count(_ number: Int) -> LogValue { .integer(Int64(number)) }
    package static func number(_ number: UInt64) -> LogValue {
        Int64(exactly: number).map { .integer($0) } ?? .text(String(number))
    }
    /// Any value by its description, for errors and identifiers.
    package static func of(_ value: some CustomStringConvertible) -> LogValue {
        .text(value.description)
    }
    /// Bytes that a chain calls text, such as a transaction's log.
    package static func foreign(_ bytes: [UInt8]) -> LogValue {
        .text(String(decoding: bytes.prefix(LogValue.maxBytes * 2), as: UTF8.self))
    }

    /// A value's text is cut here, bytes: chain logs run to kilobytes, and their head tells the
    /// fault.
    package static let maxBytes = 512
}

/// Writes one event as one line.
package enum LogLine {
    /// A line's end is cut here, bytes: a pipe takes so many at once.
    package static let maxBytes = 4096

    package static func text(
        time: String, level: LogLevel, fields: [(String, LogValue)]
    ) -> String {
        var line = "\(time) \(level.name)"
        for (key, value) in fields { line += " \(key)=\(plain(value))" }
        return cut(line, maxBytes - 1)
    }

    package static func json(
        time: String, level: LogLevel, fields: [(String, LogValue)]
    ) -> String {
        var members: [(String, JSONText)] = [
            ("time", .string(time)), ("level", .string(level.name)),
        ]
        var room = maxBytes - 80
        for (key, value) in fields {
            let json = json(value)
            // Escapes count too, and a line that ends early must still be JSON: leave the field
            // out.
            room -= key.utf8.count + json.line.utf8.count + 4
            guard room > 0 else {
                members.append(("cut", .bool(true)))
                break
            }
            members.append((key, json))
        }
        return JSONText.object(members).line
    }

    private static func plain(_ value: LogValue) -> String {
        switch value {
        case .integer(let number): return String(number)
        case .bool(let flag): return flag ? "true" : "false"
        case .bytes(let bytes): return hex(bytes)
        case .text(let text):
            let short = cut(text, LogValue.maxBytes)
            guard short.isEmpty || short.utf8.contains(where: { needsQuotes($0) }) else {
                return short
            }
            return JSONText.string(short).line
        }
    }

    private static func json(_ value: LogValue) -> JSONText {
        switch value {
        case .integer(let number): .integer(number)
        case .bool(let flag): .bool(flag)
        case .bytes(let bytes): .string(hex(bytes))
        case .text(let text): .string(cut(text, LogValue.maxBytes))
        }
    }

    /// Blanks, quotes, equal signs, backslashes, control and non-ASCII bytes.
    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte >= 0x7f || byte == 0x22 || byte == 0x3d || byte == 0x5c
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes.prefix(32) { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// At most so many bytes, whole characters, with an ellipsis where something is missing.
    private static func cut(_ text: String, _ limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: limit - 3)
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return text[..<end] + "…"
    }
}
