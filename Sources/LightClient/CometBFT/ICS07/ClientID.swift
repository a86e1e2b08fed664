// SPDX-License-Identifier: Apache-2.0

/// Names of light clients on a chain. Spec: §2.4.
public enum ClientID {
    /// Shortest and longest identifier, bytes (ICS-24).
    public static let byteCounts = 4...64

    /// Whether the text may stand where an identifier is asked for: letters, digits and
    /// `._+-#[]<>`, and not blank.
    public static func isIdentifier(_ text: [UInt8]) -> Bool {
        guard byteCounts.contains(text.count) else { return false }
        for byte in text where !isIdentifierByte(byte) { return false }
        return true
    }

    /// The number of an id of the form `type-N`, nil for any other text: at most twenty digits that
    /// fit 64 bits, and a type that neither begins nor ends with a hyphen.
    public static func sequence(of id: String) -> UInt64? {
        let text = Array(id.utf8)
        guard isIdentifier(text), let hyphen = text.lastIndex(of: 0x2d) else { return nil }
        let type = text[..<hyphen]
        let digits = text[(hyphen + 1)...]
        guard let first = type.first, let last = type.last, isWord(first), isWord(last),
            (1...20).contains(digits.count)
        else { return nil }
        for byte in type where !isWord(byte) && byte != 0x2d { return nil }
        for digit in digits where !(0x30...0x39).contains(digit) { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x5f, 0x61...0x7a: true
        default: false
        }
    }

    private static func isIdentifierByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        // . _ + - # [ ] < >
        case 0x2e, 0x5f, 0x2b, 0x2d, 0x23, 0x5b, 0x5d, 0x3c, 0x3e: true
        default: false
        }
    }
}
