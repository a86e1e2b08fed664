// SPDX-License-Identifier: Apache-2.0

/// Why a text cannot stand in the access log.
public enum AccessCodeError: Error, Hashable, Sendable {
    /// Empty, or longer than `AccessCode.maxByteCount`. The text is not repeated here: it may be
    /// what must not be written down.
    case length(Int)
    /// A character other than letters, digits and `-_./:()+`, by its place from 1.
    case character(position: Int)
    /// The text is, or holds, a number in the form of a citizen's identity number, check digit
    /// included.
    case identityNumber
    /// The text is, or holds, a number in the form of a mobile telephone number.
    case telephoneNumber

    /// Stable name of the case, for logs, metrics and answers.
    public var code: String {
        switch self {
        case .length: "access/code-length"
        case .character: "access/code-character"
        case .identityNumber: "access/identity-number"
        case .telephoneNumber: "access/telephone-number"
        }
    }
}

/// A word of the access log: the name of a resource, a field, a purpose or an application, or the
/// number of a case or of a service item. ASCII without blanks, so that no name of a person in
/// Chinese, no sentence and no list can stand in it; and never a number that names a person.
public struct AccessCode: Hashable, Sendable, Comparable {
    public let text: String

    /// Bytes. National service item codes have 31 characters; twice that leaves room for prefixes.
    public static let maxByteCount = 64

    public init(_ text: String) throws(AccessCodeError) {
        let bytes = Array(text.utf8)
        guard (1...AccessCode.maxByteCount).contains(bytes.count) else {
            throw .length(bytes.count)
        }
        for (index, byte) in bytes.enumerated() where !AccessCode.isAllowed(byte) {
            throw .character(position: index + 1)
        }
        for run in AccessCode.numbers(in: bytes) {
            guard !AccessCode.isIdentityNumber(run) else { throw .identityNumber }
            guard !AccessCode.isTelephoneNumber(run) else { throw .telephoneNumber }
        }
        self.text = text
    }

    /// The numbers in a text, each whole, and with an X that stands behind it: `case-43…` hides
    /// nothing. A number of more digits names no person: item codes and serials are long.
    private static func numbers(in bytes: [UInt8]) -> [[UInt8]] {
        var numbers: [[UInt8]] = []
        var run: [UInt8] = []
        for byte in bytes {
            if isDigit(byte) {
                run.append(byte)
                continue
            }
            numbers.append(run)
            if byte | 0x20 == 0x78 { numbers.append(run + [byte]) }
            run = []
        }
        return numbers + [run]
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    public static func < (left: AccessCode, right: AccessCode) -> Bool { left.text < right.text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        case 0x28, 0x29, 0x2b, 0x2d, 0x2e, 0x2f, 0x3a, 0x5f: true
        default: false
        }
    }

    /// GB 11643's form: seventeen digits with a birth date that exists in some calendar, and the
    /// check character of ISO 7064 MOD 11-2. Of numbers that name no person one in some thousands
    /// has it by chance, and is refused too.
    private static func isIdentityNumber(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 18 else { return false }
        var digits: [Int] = []
        for byte in bytes.prefix(17) {
            guard isDigit(byte) else { return false }
            digits.append(Int(byte) - 0x30)
        }
        let year = digits[6..<10].reduce(0) { $0 * 10 + $1 }
        let month = digits[10] * 10 + digits[11]
        let day = digits[12] * 10 + digits[13]
        guard (1800...2199).contains(year), (1...12).contains(month), (1...31).contains(day) else {
            return false
        }
        var sum = 0
        for digit in digits { sum = (sum + digit) * 2 % 11 }
        let check = (12 - sum) % 11
        return check == 10 ? bytes[17] | 0x20 == 0x78 : bytes[17] == UInt8(0x30 + check)
    }

    private static func isTelephoneNumber(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 11, bytes[0] == 0x31, (0x33...0x39).contains(bytes[1]) else {
            return false
        }
        return bytes.allSatisfy(isDigit)
    }
}

extension AccessCode: CustomStringConvertible {
    public var description: String { text }
}
