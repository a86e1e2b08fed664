// SPDX-License-Identifier: Apache-2.0

/// The check character of licence identifiers: ISO/IEC 7064 MOD 37,36 (GB/T 17710).
public enum LicenceCheck {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    /// The character that checks the others: kind, issuer, serial and version without dots and
    /// without the root. Nil when a character is neither a digit nor an upper-case letter.
    ///
    /// Catches every single wrong character and every swap of two different neighbours. Does not
    /// see where the dots stand.
    public static func character(for text: some StringProtocol) -> Character? {
        var product = 36
        for byte in text.utf8 {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            var sum = (product + value) % 36
            if sum == 0 { sum = 36 }
            product = sum * 2 % 37
        }
        return Character(Unicode.Scalar(alphabet[(37 - product) % 36]))
    }
}
