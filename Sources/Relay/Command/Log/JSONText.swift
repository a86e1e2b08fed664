// SPDX-License-Identifier: Apache-2.0

/// A JSON value to be written: keys keep their order, so that output can be compared.
package indirect enum JSONText: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case string(String)
    case array([JSONText])
    case members([Member])

    package struct Member: Hashable, Sendable {
        package let key: String
        package let value: JSONText
    }

    package static func object(_ members: [(String, JSONText)]) -> JSONText {
        .members(members.map { Member(key: $0.0, value: $0.1) })
    }

    /// The text or null.
    package static func optional(_ text: String?) -> JSONText {
        text.map { .string($0) } ?? .null
    }

    /// On one line.
    package var line: String {
        var text = ""
        write(to: &text, indent: nil)
        return text
    }

    /// Indented by two spaces a level.
    package var pretty: String {
        var text = ""
        write(to: &text, indent: 0)
        return text
    }

    private func write(to text: inout String, indent: Int?) {
        switch self {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .integer(let number): text += String(number)
        case .unsigned(let number): text += String(number)
        case .string(let string): JSONText.quote(string, to: &text)
        case .array(let values):
            JSONText.list("[", "]", values, to: &text, indent) { value, text, deeper in
                value.write(to: &text, indent: deeper)
            }
        case .members(let members):
            JSONText.list("{", "}", members, to: &text, indent) { member, text, deeper in
                JSONText.quote(member.key, to: &text)
                text += indent == nil ? ":" : ": "
                member.value.write(to: &text, indent: deeper)
            }
        }
    }

    private static func list<Element>(
        _ open: String, _ close: String, _ elements: [Element], to text: inout String,
        _ indent: Int?, _ write: (Element, inout String, Int?) -> Void
    ) {
        text += open
        let deeper = indent.map { $0 + 1 }
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            if let deeper { text += "\n" + String(repeating: "  ", count: deeper) }
            write(element, &text, deeper)
        }
        if let indent, !elements.isEmpty {
            text += "\n" + String(repeating: "  ", count: indent)
        }
        text += close
    }

    /// Escapes what JSON must escape, and DEL and the line separators that terminals and logs break
    /// on.
    package static func quote(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
