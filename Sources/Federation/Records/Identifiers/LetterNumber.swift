// SPDX-License-Identifier: Apache-2.0

/// Why a text is no letter number, or why there is none.
public enum LetterNumberError: Error, Hashable, Sendable {
    /// Not sixteen digits (`ConNum`), or not `PLZYJXH` and sixteen digits (`BatConNum`).
    case form(String)
    /// Digits 7 to 12 are no day of the calendar.
    case date(String)
    /// 0000: a day begins with 0001.
    case sequenceZero
    /// The number begins with another division than the institution's code.
    case otherInstitution(prefix: String, expected: String)
    /// Letters are numbered by fund centres alone: their codes begin with six digits.
    case institutionForm(InstitutionCode.Form)
    /// 9,999 letters have been written today: the next number is tomorrow's.
    case dayIsFull(CivilDate)
    /// A day before the one that numbers were given for already.
    case dayBefore(CivilDate, last: CivilDate)
}

/// The number of a transfer letter, `ConNum`: the first six digits of the institution's code, the
/// day as `YYMMDD`, a sequence of four digits from 0001.
///
/// Not unique by itself: two centres of one division share its six digits. Keep letters under
/// `LetterKey`.
/// Source: specs/domain.md section 2.3.
public struct LetterNumber: Hashable, Sendable, Comparable {
    public let text: String
    /// In the 21st century: the national platform is younger than it.
    public let date: CivilDate
    /// 1 to 9,999.
    public let sequence: Int

    public static let byteCount = 16
    public static let maxSequence = 9_999

    public init(_ text: String) throws(LetterNumberError) {
        let bytes = Array(text.utf8)
        guard bytes.count == LetterNumber.byteCount,
            bytes.allSatisfy({ (0x30...0x39).contains($0) }),
            let sequence = CivilDate.number(bytes[12...])
        else { throw .form(text) }
        let day = String(decoding: bytes[6..<12], as: UTF8.self)
        guard let date = CivilDate("20" + day) else { throw .date(day) }
        guard sequence > 0 else { throw .sequenceZero }
        self.text = text
        self.date = date
        self.sequence = sequence
    }

    /// Six digits: a division, perhaps an abolished one.
    public var prefix: String { String(text.prefix(6)) }

    public static func < (left: LetterNumber, right: LetterNumber) -> Bool {
        left.text < right.text
    }
}

extension LetterNumber: CustomStringConvertible {
    public var description: String { text }
}

/// The number of a batch of letters, `BatConNum`: `PLZYJXH` (批量转移接续号) and sixteen digits in
/// the form of a letter's number.
public struct BatchLetterNumber: Hashable, Sendable {
    public let number: LetterNumber

    public static let prefix = "PLZYJXH"

    public init(_ number: LetterNumber) { self.number = number }

    public init(_ text: String) throws(LetterNumberError) {
        guard text.utf8.starts(with: BatchLetterNumber.prefix.utf8) else { throw .form(text) }
        number = try LetterNumber(String(text.dropFirst(BatchLetterNumber.prefix.count)))
    }

    public var text: String { BatchLetterNumber.prefix + number.text }
}

/// What a letter is kept and found under everywhere: who numbered it, and the number.
public struct LetterKey: Hashable, Sendable, Comparable {
    public let institution: InstitutionCode
    public let number: LetterNumber

    /// Throws unless the number begins as the institution's code does.
    public init(
        institution: InstitutionCode, number: LetterNumber
    ) throws(LetterNumberError) {
        let expected = try LetterKey.prefix(of: institution)
        guard number.prefix == expected else {
            throw .otherInstitution(prefix: number.prefix, expected: expected)
        }
        self.institution = institution
        self.number = number
    }

    static func prefix(of institution: InstitutionCode) throws(LetterNumberError) -> String {
        guard institution.form == .fundCentre else { throw .institutionForm(institution.form) }
        return String(institution.text.prefix(6))
    }

    public static func < (left: LetterKey, right: LetterKey) -> Bool {
        (left.institution, left.number) < (right.institution, right.number)
    }
}

extension LetterKey: CustomStringConvertible {
    /// "330100000000000/3301002611260001".
    public var description: String { "\(institution)/\(number)" }
}

/// Gives one institution's letters their numbers.
public struct LetterNumberSeries: Hashable, Sendable {
    public let institution: InstitutionCode
    /// The last number that was given; nil before the first.
    public private(set) var last: LetterNumber?

    private let prefix: String

    /// Continues behind `last`.
    public init(
        institution: InstitutionCode, last: LetterNumber? = nil
    ) throws(LetterNumberError) {
        prefix = try LetterKey.prefix(of: institution)
        if let last { _ = try LetterKey(institution: institution, number: last) }
        self.institution = institution
        self.last = last
    }

    /// The next number of a day. A new day begins with 0001; behind 9999 a day is full, and days do
    /// not go back.
    public mutating func next(on day: CivilDate) throws(LetterNumberError) -> LetterKey {
        var sequence = 1
        if let last {
            guard day >= last.date else { throw .dayBefore(day, last: last.date) }
            if day == last.date { sequence = last.sequence + 1 }
        }
        guard sequence <= LetterNumber.maxSequence else { throw .dayIsFull(day) }
        let number = try LetterNumber(
            prefix + day.shortText + CivilDate.padded(sequence, 4))
        // A day outside the century would be read as another one.
        guard number.date == day else { throw .date(day.text) }
        last = number
        return try LetterKey(institution: institution, number: number)
    }
}
