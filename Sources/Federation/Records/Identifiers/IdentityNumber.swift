// SPDX-License-Identifier: Apache-2.0

/// Which rule a text breaks that should be an identity number. Never carries the number.
public enum IdentityNumberError: Error, Hashable, Sendable {
    /// The form of before 1999, without century and check character: ask for the 18 digits.
    case fifteenDigits
    case length(Int)
    /// Not a digit; an X may stand last. Counted from 1.
    case character(position: Int)
    /// The first digits name no province, no residence permit and no foreign card.
    case division
    /// Digits 7 to 14 are no day of the calendar.
    case birthDate
    /// The last character does not check the others.
    case check(got: String, expected: String)
}

/// A citizen's identity number, GB 11643-1999: six digits of division, eight of birth, three of
/// sequence, one check character (ISO 7064 MOD 11-2). Residence permits of Hong Kong, Macao and
/// Taiwan and foreign permanent-resident cards follow the same form.
///
/// A person's datum: it has no description, and no error carries it.
/// Source: specs/domain.md section 2.10.
public struct IdentityNumber: Hashable, Sendable {
    /// Whom the first digits speak of.
    public enum Origin: Hashable, Sendable {
        /// A division of the mainland, which may be abolished by now: numbers are kept for life.
        case mainland
        case hongKong
        case macao
        case taiwan
        /// A foreign permanent resident's card: the division's place holds other things.
        case foreignResident
    }

    /// Eighteen characters, an X in upper case.
    public let text: String
    public let origin: Origin
    public let birth: CivilDate

    private static let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    private static let checks = Array("10X98765432".utf8)
    /// First two digits of the mainland's province-level divisions.
    private static let provinces: Set<Int> = [
        11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46,
        50, 51, 52, 53, 54, 61, 62, 63, 64, 65,
    ]

    /// Reads a number; a small x is taken for X.
    public init(_ text: String) throws(IdentityNumberError) {
        var bytes = Array(text.utf8)
        if bytes.count == 15, bytes.allSatisfy({ (0x30...0x39).contains($0) }) {
            throw .fifteenDigits
        }
        guard bytes.count == 18 else { throw .length(bytes.count) }
        if bytes[17] == 0x78 { bytes[17] = 0x58 }
        for (index, byte) in bytes.enumerated()
        where !(0x30...0x39).contains(byte) && !(index == 17 && byte == 0x58) {
            throw .character(position: index + 1)
        }
        origin = try IdentityNumber.origin(bytes)
        let date = String(decoding: bytes[6..<14], as: UTF8.self)
        guard let birth = CivilDate(date) else { throw .birthDate }
        self.birth = birth
        let expected = IdentityNumber.check(bytes)
        guard bytes[17] == expected else {
            throw .check(
                got: String(decoding: bytes[17...], as: UTF8.self),
                expected: String(decoding: [expected], as: UTF8.self))
        }
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    /// The first six digits: a division for people of the mainland.
    public var divisionText: String { String(text.prefix(6)) }

    /// Odd sequences are men's.
    public var isMale: Bool { text.utf8.dropFirst(16).first.map { $0 & 1 == 1 } ?? false }

    /// The character that checks seventeen digits; nil for anything else.
    public static func checkCharacter(of body: String) -> Character? {
        let bytes = Array(body.utf8)
        guard bytes.count == 17, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Character(Unicode.Scalar(check(bytes)))
    }

    private static func check(_ bytes: [UInt8]) -> UInt8 {
        var sum = 0
        for (byte, weight) in zip(bytes, weights) { sum += (Int(byte) - 0x30) * weight }
        return checks[sum % 11]
    }

    private static func origin(_ bytes: [UInt8]) throws(IdentityNumberError) -> Origin {
        if bytes[0] == 0x39 { return .foreignResident }
        let division = String(decoding: bytes[0..<6], as: UTF8.self)
        switch division {
        case "810000": return .hongKong
        case "820000": return .macao
        case "830000": return .taiwan
        default:
            let province = (Int(bytes[0]) - 0x30) * 10 + Int(bytes[1]) - 0x30
            guard provinces.contains(province) else { throw .division }
            return .mainland
        }
    }
}
