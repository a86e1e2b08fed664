// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no name.
public enum PersonNameError: Error, Hashable, Sendable {
    /// Empty, or longer than `PersonName.maxByteCount`.
    case length(Int)
    /// Not UTF-8: text of another encoding (GB 18030) must be converted by its owner, who knows
    /// which one it is.
    case notUTF8
    /// A control character, or nothing but white space.
    case blank
}

/// A person's name as a record holds it. Its bytes are kept as they came: they are what was hashed
/// and signed, and rare characters must not be lost in "cleaning".
///
/// Names are compared after canonical composition (NFC) and folding of the middle dots. The
/// comparison is the standard library's: Swift strings are equal exactly when their NFC forms are.
/// Characters younger than the library's Unicode tables have no composition known to it and are
/// compared as they stand.
/// Source: specs/domain.md section 2.1.
public struct PersonName: Sendable {
    /// As they came.
    public let bytes: [UInt8]
    /// With every middle dot folded; equal under `==` when the NFC forms are.
    private let folded: String

    /// XingMing, the national column.
    public static let maxByteCount = 120
    /// U+2022 bullet, U+30FB and U+FF65 katakana dots: keyboards' stand-ins for U+00B7, which
    /// separates the parts of names such as those of Uyghurs.
    private static let dots: Set<Unicode.Scalar> = ["\u{00b7}", "\u{2022}", "\u{30fb}", "\u{ff65}"]
    /// What is mistaken for a middle dot beyond those.
    private static let dotLike: Set<Unicode.Scalar> = [
        ".", "\u{2027}", "\u{2219}", "\u{22c5}", "\u{ff0e}", "\u{00b7}",
    ]

    /// Whether a character is a middle dot, stands for one, or is mistaken for one.
    static func isDotLike(_ scalar: Unicode.Scalar) -> Bool {
        dots.contains(scalar) || dotLike.contains(scalar)
    }

    public init(bytes: [UInt8]) throws(PersonNameError) {
        guard (1...PersonName.maxByteCount).contains(bytes.count) else {
            throw .length(bytes.count)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        var hasLetter = false
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard scalar.properties.generalCategory != .control else { throw .blank }
            if !scalar.properties.isWhitespace { hasLetter = true }
            scalars.append(PersonName.dots.contains(scalar) ? "\u{00b7}" : scalar)
        }
        guard hasLetter else { throw .blank }
        self.bytes = bytes
        folded = String(scalars)
    }

    public init(_ text: String) throws(PersonNameError) { try self.init(bytes: Array(text.utf8)) }

    /// For people.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether a character stands in a private area: two systems may show different ones for it, or
    /// the same one under different codes.
    public var hasPrivateUse: Bool {
        folded.unicodeScalars.contains { $0.properties.generalCategory == .privateUse }
    }

    /// Whether a character lies beyond the 16-bit plane, where older systems lose it.
    public var hasRareCharacter: Bool { folded.unicodeScalars.contains { $0.value > 0xffff } }

    /// Compares with another name, and says which rule decided.
    public func compare(to other: PersonName) -> PersonNameComparison {
        if bytes == other.bytes { return .identical }
        if folded == other.folded { return .equivalent }
        if stripped(.spaces) == other.stripped(.spaces) { return .mismatch(.spaces) }
        if stripped(.dots) == other.stripped(.dots) { return .mismatch(.middleDot) }
        if stripped(.width) == other.stripped(.width) { return .mismatch(.widthOrCase) }
        let (mine, theirs) = (Array(folded), Array(other.folded))
        guard mine.count == theirs.count else { return .mismatch(.length) }
        let pairs = zip(mine, theirs).filter { $0 != $1 }
        if pairs.allSatisfy({ has(.privateUse, $0.0) || has(.privateUse, $0.1) }) {
            return .mismatch(.privateUse)
        }
        if pairs.allSatisfy({ has(.rare, $0.0) || has(.rare, $0.1) }) {
            return .mismatch(.rareCharacter)
        }
        return .mismatch(.characters)
    }

    private enum Strip { case spaces, dots, width }
    private enum Trait { case privateUse, rare }

    private func stripped(_ strip: Strip) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in folded.unicodeScalars {
            if scalar.properties.isWhitespace { continue }
            switch strip {
            case .spaces: scalars.append(scalar)
            case .dots: if !PersonName.dotLike.contains(scalar) { scalars.append(scalar) }
            case .width: scalars.append(PersonName.narrow(scalar))
            }
        }
        return strip == .width ? String(scalars).lowercased() : String(scalars)
    }

    /// Full-width Latin letters, U+FF01 to U+FF5E, are ASCII's shifted by U+FEE0.
    static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard (0xff01...0xff5e).contains(scalar.value) else { return scalar }
        return Unicode.Scalar(scalar.value - 0xfee0) ?? scalar
    }

    private func has(_ trait: Trait, _ character: Character) -> Bool {
        character.unicodeScalars.contains { scalar in
            switch trait {
            case .privateUse: scalar.properties.generalCategory == .privateUse
            case .rare: scalar.value > 0xffff
            }
        }
    }
}

/// How two names compare.
public enum PersonNameComparison: Hashable, Sendable {
    /// Byte for byte.
    case identical
    /// The same name, differently composed or with another kind of middle dot.
    case equivalent
    case mismatch(PersonNameMismatch)

    public var isMatch: Bool {
        switch self {
        case .identical, .equivalent: true
        case .mismatch: false
        }
    }
}

/// Which rule two names fail: what a counter may be told without learning the other side's value.
public enum PersonNameMismatch: String, Hashable, Sendable, CaseIterable {
    /// Apart from white space they are the same.
    case spaces
    /// Apart from dots they are the same.
    case middleDot
    /// Apart from full-width, capital and small letters they are the same.
    case widthOrCase
    /// The numbers of characters differ.
    case length
    /// Only where one has a character of a private area: look at the document.
    case privateUse
    /// Only where one has a character beyond the 16-bit plane: look at the document.
    case rareCharacter
    /// Ordinary characters differ.
    case characters

    /// Stable; the code of the case in a letter's refusal.
    public static let code = "name.mismatch"
}
