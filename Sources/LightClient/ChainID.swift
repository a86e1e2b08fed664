// SPDX-License-Identifier: Apache-2.0

/// The name of a chain, kept byte for byte: it is hashed and signed, and CometBFT does not ask for
/// well-formed UTF-8.
public struct ChainID: Hashable, Sendable {
    public let bytes: [UInt8]

    /// Longest chain id of a CometBFT header, bytes.
    public static let maxByteCount = 50

    public init(bytes: [UInt8]) { self.bytes = bytes }

    public init(_ text: String) { bytes = Array(text.utf8) }

    /// True when nothing but white space is there.
    public var isBlank: Bool { bytes.isBlankText }

    /// Whether the id has the form `name-N`: N without leading zero, no newline, and the character
    /// before the last hyphen neither a hyphen nor a newline. Source: ibc-go 02-client height.go.
    public var isRevisionFormat: Bool { revisionDigits != nil }

    /// The number behind the last hyphen, 0 when the id is not in revision form. Throws when the
    /// number does not fit 64 bits, where the reference panics.
    public func revision() throws(BlockError) -> UInt64 {
        guard let digits = revisionDigits else { return 0 }
        guard let number = UInt64(String(decoding: digits, as: UTF8.self)) else {
            throw .revisionTooLarge(self)
        }
        return number
    }

    /// The same name under another revision; unchanged when the id is not in revision form.
    public func withRevision(_ revision: UInt64) -> ChainID {
        guard let digits = revisionDigits else { return self }
        return ChainID(bytes: bytes.dropLast(digits.count) + Array(String(revision).utf8))
    }

    private var revisionDigits: ArraySlice<UInt8>? {
        guard !bytes.contains(0x0a), let hyphen = bytes.lastIndex(of: 0x2d), hyphen > 0,
            bytes[hyphen - 1] != 0x2d
        else { return nil }
        let digits = bytes[(hyphen + 1)...]
        guard let first = digits.first, (0x31...0x39).contains(first) else { return nil }
        for digit in digits where !(0x30...0x39).contains(digit) { return nil }
        return digits
    }
}

extension ChainID: CustomStringConvertible {
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension [UInt8] {
    /// True when the text is empty or white space only, as Go's `strings.TrimSpace` sees it:
    /// ill-formed bytes are not space.
    var isBlankText: Bool {
        for scalar in String(decoding: self, as: UTF8.self).unicodeScalars
        where !scalar.properties.isWhitespace { return false }
        return true
    }
}
