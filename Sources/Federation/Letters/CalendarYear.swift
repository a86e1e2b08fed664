// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why a calendar file was not taken.
public enum CalendarError: Error, Hashable, Sendable {
    case tooLong(limit: Int)
    /// Not in form, at a line counted from 1.
    case malformed(line: Int)
    /// A day outside the file's year, twice, or a make-up day that is no weekend day.
    case day(CivilDate, line: Int)
    /// The file is for another year than was asked for.
    case wrongYear(got: Int, expected: Int)
    /// No line of signature by a key that we trust holds.
    case unsigned

    public var code: LetterErrorCode {
        switch self {
        case .tooLong, .malformed, .day: .calendarMalformed
        case .wrongYear: .calendarWrongYear
        case .unsigned: .calendarUnsigned
        }
    }
}

/// A key that may sign calendars, with the name it signs under.
public struct CalendarSigner: Hashable, Sendable {
    public let name: String
    /// Ed25519.
    public let key: PublicKey

    public init(name: String, key: PublicKey) {
        self.name = name
        self.key = key
    }

    /// First four bytes of SHA-256(name ‖ 0A ‖ 01 ‖ key). Source: C2SP signed-note, Ed25519.
    var keyHash: [UInt8] {
        Array(SHA256.hash(Array(name.utf8), [0x0a, 0x01], key.bytes).bytes.prefix(4))
    }
}

/// The holidays and make-up days of one year, from a signed file.
///
/// The file is a C2SP signed note: text lines, a blank line, signature lines.
/// ```
/// cityrelay-calendar/1
/// year 2026
/// holiday 20260101 元旦
/// workday 20260104
///
/// — calendar.example 8+3…
/// ```
public struct CalendarYear: Hashable, Sendable {
    public let year: Int
    public let holidays: Set<CivilDate>
    /// Weekend days that are worked.
    public let makeUpDays: Set<CivilDate>

    private static let magic = "cityrelay-calendar/1"
    private static let signatureMark = "\u{2014} "

    /// Reads a signed file for `expected`. Refuses one that no signer of ours has signed.
    public init(
        reading bytes: [UInt8], year expected: Int, signers: [CalendarSigner]
    ) throws(CalendarError) {
        guard bytes.count <= LetterLimits.calendarBytes else {
            throw .tooLong(limit: LetterLimits.calendarBytes)
        }
        guard let split = CalendarYear.blankLine(in: bytes) else { throw .malformed(line: 1) }
        let body = Array(bytes[..<split])
        guard
            CalendarYear.isSigned(
                body, signatures: bytes[(split + 1)...], by: signers)
        else { throw .unsigned }
        try self.init(body: body)
        guard year == expected else { throw .wrongYear(got: year, expected: expected) }
    }

    /// The text of a year, without signatures; ends with a line feed.
    public static func body(
        year: Int, holidays: [(CivilDate, String)], makeUpDays: [CivilDate]
    ) -> [UInt8] {
        var lines = [magic, "year \(year)"]
        for (day, name) in holidays {
            lines.append("holiday \(day)" + (name.isEmpty ? "" : " \(name)"))
        }
        for day in makeUpDays { lines.append("workday \(day)") }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// A file of one signature.
    public static func signed(_ body: [UInt8], as name: String, by key: SigningKey) -> [UInt8] {
        let signer = CalendarSigner(name: name, key: key.publicKey)
        let signature = Base64.encode(signer.keyHash + key.sign(body))
        return body + Array("\n\(signatureMark)\(name) \(signature)\n".utf8)
    }

    private init(body: [UInt8]) throws(CalendarError) {
        let text = String(decoding: body, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        guard lines.first == Substring(CalendarYear.magic) else { throw .malformed(line: 1) }
        let words = lines.dropFirst().first?.split(separator: " ") ?? []
        guard words.count == 2, words[0] == "year", words[1].utf8.count == 4,
            let year = CivilDate.number(Array(words[1].utf8)[...]), year > 0
        else { throw .malformed(line: 2) }
        var holidays: Set<CivilDate> = []
        var makeUpDays: Set<CivilDate> = []
        for (index, line) in lines.enumerated().dropFirst(2) {
            let words = line.split(separator: " ", maxSplits: 2)
            guard index <= LetterLimits.calendarDays + 2, words.count >= 2,
                let day = CivilDate(words[1])
            else { throw .malformed(line: index + 1) }
            guard day.year == year, !holidays.contains(day), !makeUpDays.contains(day) else {
                throw .day(day, line: index + 1)
            }
            switch words[0] {
            case "holiday": holidays.insert(day)
            case "workday":
                guard day.isWeekend else { throw .day(day, line: index + 1) }
                makeUpDays.insert(day)
            default: throw .malformed(line: index + 1)
            }
        }
        self.year = year
        self.holidays = holidays
        self.makeUpDays = makeUpDays
    }

    /// Where the body ends: behind the line feed before the last blank line.
    private static func blankLine(in bytes: [UInt8]) -> Int? {
        guard bytes.count >= 2 else { return nil }
        for index in stride(from: bytes.count - 1, to: 0, by: -1)
        where bytes[index] == 0x0a && bytes[index - 1] == 0x0a { return index }
        return nil
    }

    private static func isSigned(
        _ body: [UInt8], signatures: ArraySlice<UInt8>, by signers: [CalendarSigner]
    ) -> Bool {
        var verifier = SignatureVerifier(
            keyTableCapacity: 1, frequentKeyCapacity: 1, signatureCapacity: 1)
        for line in String(decoding: signatures, as: UTF8.self).split(separator: "\n") {
            guard line.hasPrefix(signatureMark) else { return false }
            let words = line.dropFirst(2).split(separator: " ")
            guard words.count == 2, let raw = Base64.decode(words[1]) else { return false }
            for signer in signers
            where signer.name == words[0] && raw.starts(with: signer.keyHash) {
                if verifier.isValid(Array(raw.dropFirst(4)), of: body, by: signer.key) {
                    return true
                }
            }
        }
        return false
    }
}
