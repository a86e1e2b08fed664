// SPDX-License-Identifier: Apache-2.0

extension JSONValue {
    /// The text as Go's encoder writes it: no spaces, `<`, `>` and `&` escaped.
    package var encoded: [UInt8] {
        var output: [UInt8] = []
        write(to: &output)
        return output
    }

    private func write(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .number(let text): output.append(contentsOf: text.utf8)
        case .string(let text): JSONValue.write(text, to: &output)
        case .array(let items):
            output.append(0x5b)
            for (index, item) in items.enumerated() {
                if index > 0 { output.append(0x2c) }
                item.write(to: &output)
            }
            output.append(0x5d)
        case .object(let members):
            output.append(0x7b)
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(0x2c) }
                JSONValue.write(member.name, to: &output)
                output.append(0x3a)
                member.value.write(to: &output)
            }
            output.append(0x7d)
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func write(_ text: String, to output: inout [UInt8]) {
        output.append(0x22)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: output.append(contentsOf: [0x5c, 0x22])
            case 0x5c: output.append(contentsOf: [0x5c, 0x5c])
            case 0x08: output.append(contentsOf: "\\b".utf8)
            case 0x0c: output.append(contentsOf: "\\f".utf8)
            case 0x0a: output.append(contentsOf: "\\n".utf8)
            case 0x0d: output.append(contentsOf: "\\r".utf8)
            case 0x09: output.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x3c, 0x3e, 0x26, 0x2028, 0x2029:
                output.append(contentsOf: "\\u".utf8)
                for shift in [UInt32(12), 8, 4, 0] {
                    output.append(digits[Int(scalar.value >> shift & 15)])
                }
            default: output.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
            }
        }
        output.append(0x22)
    }
}
