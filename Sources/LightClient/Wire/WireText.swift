// SPDX-License-Identifier: Apache-2.0

/// Text of a message, byte for byte as it came. Chains hash and compare bytes and do not ask for
/// well-formed UTF-8; a `String` would repair them and change the hash.
public struct WireText: Hashable, Sendable {
    public var bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    public init(_ text: String) { bytes = Array(text.utf8) }

    /// For people: ill-formed bytes are replaced.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public var isEmpty: Bool { bytes.isEmpty }

    /// Whether nothing but Unicode white space is there (Go's strings.TrimSpace leaves nothing).
    public var isBlank: Bool {
        var rest = bytes[...]
        while let first = rest.first {
            if first == 0x20 || (0x09...0x0d).contains(first) {
                rest = rest.dropFirst()
            } else if let length = WireText.wideSpaces.first(where: { rest.starts(with: $0) })?
                .count
            {
                rest = rest.dropFirst(length)
            } else {
                return false
            }
        }
        return true
    }

    /// UTF-8 of the white space beyond ASCII: U+0085, U+00A0, U+1680, U+2000–200A, U+2028, U+2029,
    /// U+202F, U+205F, U+3000.
    private static let wideSpaces: [[UInt8]] =
        [[0xc2, 0x85], [0xc2, 0xa0], [0xe1, 0x9a, 0x80]]
        + (0x80...0x8a).map { [0xe2, 0x80, $0] }
        + [
            [0xe2, 0x80, 0xa8], [0xe2, 0x80, 0xa9], [0xe2, 0x80, 0xaf], [0xe2, 0x81, 0x9f],
            [0xe3, 0x80, 0x80],
        ]
}

extension WireText: ExpressibleByStringLiteral, CustomStringConvertible {
    public init(stringLiteral value: String) { self.init(value) }

    public var description: String { text }
}

extension ProtobufReader {
    /// A string field, kept byte for byte.
    public mutating func text(_ field: ProtobufField) throws(WireError) -> WireText {
        WireText(bytes: try bytes(field))
    }
}

extension ProtobufWriter {
    /// A string field; omitted when empty.
    public mutating func text(_ number: Int, _ value: WireText) { bytes(number, value.bytes) }
}
