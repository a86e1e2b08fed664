// SPDX-License-Identifier: Apache-2.0

/// What the escapes of JSON's strings stand for, for readers that differ in what they make of a
/// wrong one. Source: RFC 8259 section 7.
public enum JSONEscape {
    /// What a letter behind a backslash stands for; nil: it is no escape of one letter.
    public static func byte(_ letter: UInt8) -> UInt8? {
        switch letter {
        case 0x22, 0x5c, 0x2f: letter
        case 0x62: 0x08
        case 0x66: 0x0c
        case 0x6e: 0x0a
        case 0x72: 0x0d
        case 0x74: 0x09
        default: nil
        }
    }

    /// The value of a hexadecimal digit; nil: it is none.
    public static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }

    /// Whether a code unit is the first of a pair.
    public static func isHigh(_ unit: UInt32) -> Bool { (0xd800..<0xdc00).contains(unit) }

    /// The code point of a pair of code units; nil: the second does not belong to the first.
    public static func pair(_ high: UInt32, _ low: UInt32) -> UInt32? {
        guard isHigh(high), (0xdc00..<0xe000).contains(low) else { return nil }
        return 0x10000 + (high - 0xd800) << 10 + (low - 0xdc00)
    }
}
