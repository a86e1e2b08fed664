// SPDX-License-Identifier: Apache-2.0

/// The forms that names in grants and requests may have. All are ASCII without blanks, so that no
/// name can carry a second value or break out of a line of a log.
public enum PolicyName {
    /// Bytes of a kind, field, predicate or purpose: `provident-fund-account`, `GRZHZT`.
    public static let nameBytes = 64
    /// Bytes of a service item code, case number, officer's or consent's reference. National codes
    /// of service items have 31 characters; twice that leaves room for local prefixes.
    public static let codeBytes = 64
    /// Bytes of a record's reference: a licence identifier (GB/T 36904) has up to 90.
    public static let referenceBytes = 128

    /// Whether the text can name a kind, a field, a predicate or a purpose: letters, digits, `-`,
    /// `_`, `.`, `/`.
    public static func isName(_ text: String) -> Bool {
        isFilled(text, nameBytes) { byte in
            isAlphanumeric(byte) || byte == 0x2d || byte == 0x5f || byte == 0x2e || byte == 0x2f
        }
    }

    /// Whether the text can be a service item code, a case number or a reference to a person in
    /// office: what a name may hold, and `:`, `(`, `)`.
    public static func isCode(_ text: String) -> Bool {
        isFilled(text, codeBytes) { byte in
            isAlphanumeric(byte) || [0x2d, 0x5f, 0x2e, 0x2f, 0x3a, 0x28, 0x29].contains(byte)
        }
    }

    /// Whether the text can be one record's reference. Blanks, commas, semicolons and bars are left
    /// out: with them a text could name two subjects.
    public static func isReference(_ text: String) -> Bool {
        isFilled(text, referenceBytes) { byte in
            isAlphanumeric(byte) || [0x2d, 0x5f, 0x2e, 0x2f, 0x3a].contains(byte)
        }
    }

    /// Whether a text that is no reference looks like a list of several.
    public static func isList(_ text: String) -> Bool {
        text.utf8.contains { [0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x3b, 0x7c].contains($0) }
    }

    private static func isFilled(
        _ text: String, _ limit: Int, _ allows: (UInt8) -> Bool
    ) -> Bool {
        guard (1...limit).contains(text.utf8.count) else { return false }
        for byte in text.utf8 where !allows(byte) { return false }
        return true
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
            || (0x61...0x7a).contains(byte)
    }
}
