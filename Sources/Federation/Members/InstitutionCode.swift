// SPDX-License-Identifier: Apache-2.0

/// Why a text is no institution code.
public enum InstitutionCodeError: Error, Hashable, Sendable {
    /// Neither 9, 15 nor 18 characters.
    case length(Int)
    /// A character that the form does not know, counted from 1. Codes are upper case.
    case character(String, position: Int)
    /// The check character is not the computed one. Position 9 or 17: GB 11714; 18: GB 32100.
    case check(got: String, expected: String, position: Int)
    /// The six digits that should name a division do not.
    case division(DivisionCodeError)
}

/// A body within a division. Three forms are in use, told apart by their length:
/// - 15 digits: a provident-fund centre on the national transfer platform. It begins with the
/// division code of its founding, which may be abolished by now; it has no check digit.
/// - 18 characters: a unified social credit code, GB 32100-2015, with two check characters.
/// - 9 characters: an organisation code, GB 11714, with one check character.
public struct InstitutionCode: Hashable, Sendable, Comparable {
    public enum Form: Hashable, Sendable, CaseIterable {
        case fundCentre, socialCredit, organisation
    }

    public let text: String
    public let form: Form

    public init(_ text: String) throws(InstitutionCodeError) {
        let characters = Array(text.utf8)
        switch characters.count {
        case 15:
            form = .fundCentre
            for (index, byte) in characters.enumerated() where !(0x30...0x39).contains(byte) {
                throw .character(text, position: index + 1)
            }
            try InstitutionCode.checkDivision(characters[0..<6])
        case 18:
            form = .socialCredit
            try InstitutionCode.checkSocialCredit(characters, text)
        case 9:
            form = .organisation
            try InstitutionCode.checkOrganisation(characters[...], text, offset: 0)
        default: throw .length(text.count)
        }
        self.text = text
    }

    public static func < (left: InstitutionCode, right: InstitutionCode) -> Bool {
        left.text < right.text
    }

    private static func checkDivision(_ digits: ArraySlice<UInt8>) throws(InstitutionCodeError) {
        do throws(DivisionCodeError) {
            _ = try DivisionCode(String(decoding: digits, as: UTF8.self))
        } catch {
            throw .division(error)
        }
    }

    /// GB 32100's alphabet: no I, O, S, V, Z, which are read as 1, 0, 5, U and 2.
    private static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)
    /// GB 11714's weights.
    private static let organisationWeights = [3, 7, 9, 10, 5, 8, 4, 2]

    /// Source: GB 32100-2015 section 4: sum of values x 3^(i-1), mod 31.
    private static func checkSocialCredit(
        _ characters: [UInt8], _ text: String
    ) throws(InstitutionCodeError) {
        var sum = 0
        var weight = 1
        for (index, byte) in characters.enumerated() {
            guard let value = alphabet.firstIndex(of: byte) else {
                throw .character(text, position: index + 1)
            }
            guard index < 17 else { break }
            sum += value * weight
            weight = weight * 3 % 31
        }
        let expected = alphabet[(31 - sum % 31) % 31]
        guard characters[17] == expected else {
            throw mismatch(characters[17], expected, position: 18)
        }
        try checkDivision(characters[2..<8])
        try checkOrganisation(characters[8..<17], text, offset: 8)
    }

    /// Source: GB 11714: 11 - (sum of values x weights, mod 11); 10 is written X, 11 is written 0.
    private static func checkOrganisation(
        _ code: ArraySlice<UInt8>, _ text: String, offset: Int
    ) throws(InstitutionCodeError) {
        var sum = 0
        for (index, byte) in code.enumerated() where index < 8 {
            switch byte {
            case 0x30...0x39: sum += organisationWeights[index] * (Int(byte) - 0x30)
            case 0x41...0x5a: sum += organisationWeights[index] * (Int(byte) - 0x41 + 10)
            default: throw .character(text, position: offset + index + 1)
            }
        }
        let expected: UInt8 =
            switch 11 - sum % 11 {
            case 10: 0x58
            case 11: 0x30
            case let digit: UInt8(0x30 + digit)
            }
        guard let got = code.last, got == expected else {
            throw mismatch(code.last ?? 0x3f, expected, position: offset + 9)
        }
    }

    private static func mismatch(
        _ got: UInt8, _ expected: UInt8, position: Int
    ) -> InstitutionCodeError {
        .check(
            got: String(decoding: [got], as: UTF8.self),
            expected: String(decoding: [expected], as: UTF8.self), position: position)
    }
}

extension InstitutionCode: CustomStringConvertible {
    public var description: String { text }
}
