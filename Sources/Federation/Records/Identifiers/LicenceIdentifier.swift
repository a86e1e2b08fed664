// SPDX-License-Identifier: Apache-2.0

/// Why a text is no licence identifier. Counts segments from 1 behind the root.
public enum LicenceIdentifierError: Error, Hashable, Sendable {
    /// Longer than `LicenceIdentifier.maxByteCount`, or empty.
    case length(Int)
    /// Does not begin with the root 1.2.156.3005.2.
    case root
    /// Not five segments behind the root.
    case segments(Int)
    /// An empty segment.
    case emptySegment(Int)
    /// Kind: not a valid social credit code and three digits.
    case kind(String)
    /// Issuer: neither a valid social credit code nor a division code.
    case issuer(String)
    /// Serial: not 9 to 32 digits and upper-case letters.
    case serial(String)
    /// Version: not three digits from 001.
    case version(String)
    /// The check character is not the computed one.
    case check(got: String, expected: String)
}

/// The identifier of an electronic licence, GB/T 36904-2018:
/// `1.2.156.3005.2.<kind>.<issuer>.<serial>.<version>.<check>`.
///
/// Two identifiers are equal when all segments are: the check character does not notice a dot that
/// moved from one segment into another.
/// Source: specs/domain.md section 2.6.
public struct LicenceIdentifier: Hashable, Sendable {
    /// How much is asked of a text.
    public enum Mode: Hashable, Sendable {
        /// For what is issued and accepted anew: every rule holds.
        case strict
        /// For licences that exist already: five segments are enough; what is wrong with them is
        /// kept in `flaws`.
        case lenient
    }

    /// Social credit code of the body that defines the kind of licence, and three digits.
    public let kind: String
    public let issuer: String
    public let serial: String
    public let version: String
    public let check: String
    /// What a strict reading refuses; empty for a good identifier.
    public let flaws: [LicenceIdentifierError]

    public static let root = "1.2.156.3005.2"
    /// Bytes of a whole identifier: 90 are the longest good one, 128 leave room for old ones.
    public static let maxByteCount = 128
    /// Characters of a serial: 9 to 32 were seen in use.
    public static let serialLengths = 9...32

    public init(_ text: String, mode: Mode = .strict) throws(LicenceIdentifierError) {
        guard (1...LicenceIdentifier.maxByteCount).contains(text.utf8.count) else {
            throw .length(text.utf8.count)
        }
        let prefix = LicenceIdentifier.root + "."
        guard text.utf8.starts(with: prefix.utf8) else { throw .root }
        let parts = text.utf8.dropFirst(prefix.utf8.count)
            .split(separator: 0x2e, omittingEmptySubsequences: false).map { String($0) ?? "" }
        guard parts.count == 5 else { throw .segments(parts.count) }
        if let empty = parts.firstIndex(of: "") { throw .emptySegment(empty + 1) }
        kind = parts[0]
        issuer = parts[1]
        serial = parts[2]
        version = parts[3]
        check = parts[4]
        flaws = LicenceIdentifier.flaws(parts)
        if mode == .strict, let flaw = flaws.first { throw flaw }
    }

    /// Makes an identifier and its check character. Throws for parts that a strict reading refuses.
    public init(
        kind: String, issuer: String, serial: String, version: Int
    ) throws(LicenceIdentifierError) {
        guard (1...999).contains(version) else { throw .version(String(version)) }
        let number = CivilDate.padded(version, 3)
        guard let check = LicenceCheck.character(for: kind + issuer + serial + number) else {
            throw .serial(serial)
        }
        try self.init(
            [LicenceIdentifier.root, kind, issuer, serial, number, String(check)]
                .joined(separator: "."))
    }

    /// With its dots.
    public var text: String {
        [LicenceIdentifier.root, kind, issuer, serial, version, check].joined(separator: ".")
    }

    private static func flaws(_ parts: [String]) -> [LicenceIdentifierError] {
        var found: [LicenceIdentifierError] = []
        if !isKind(parts[0]) { found.append(.kind(parts[0])) }
        if !isIssuer(parts[1]) { found.append(.issuer(parts[1])) }
        if !isSerial(parts[2]) { found.append(.serial(parts[2])) }
        if !isVersion(parts[3]) { found.append(.version(parts[3])) }
        // A character outside the alphabet has been found above, and nothing can be computed.
        if let expected = LicenceCheck.character(for: parts[0..<4].joined()),
            String(expected) != parts[4]
        {
            found.append(.check(got: parts[4], expected: String(expected)))
        }
        return found
    }

    private static func isKind(_ text: String) -> Bool {
        text.utf8.count == 21 && isSocialCredit(String(text.prefix(18)))
            && isDigits(text.dropFirst(18))
    }

    private static func isIssuer(_ text: String) -> Bool {
        isSocialCredit(text) || (try? DivisionCode(text)) != nil
    }

    private static func isSocialCredit(_ text: String) -> Bool {
        (try? InstitutionCode(text))?.form == .socialCredit
    }

    private static func isSerial(_ text: String) -> Bool {
        serialLengths.contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) }
    }

    private static func isVersion(_ text: String) -> Bool {
        text.utf8.count == 3 && isDigits(text[...]) && text != "000"
    }

    private static func isDigits(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension LicenceIdentifier: CustomStringConvertible {
    public var description: String { text }
}
