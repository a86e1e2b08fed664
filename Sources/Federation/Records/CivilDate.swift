// SPDX-License-Identifier: Apache-2.0

/// A day of the Gregorian calendar, as records and letters write it. Time zone free.
/// Source: specs/domain.md section 2.1: dates `YYYYMMDD`, months `YYYYMM`.
public struct CivilDate: Hashable, Sendable, Comparable {
    /// 1 to 9999.
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int

    /// Nil for a day that the calendar does not have.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month),
            (1...CivilDate.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `YYYYMMDD`: eight ASCII digits.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 8, let number = CivilDate.number(bytes[...]) else { return nil }
        self.init(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }

    /// Reads `YYYYMM` as the first day of that month.
    public init?(month text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 6, let number = CivilDate.number(bytes[...]) else { return nil }
        self.init(year: number / 100, month: number % 100, day: 1)
    }

    /// `YYYYMMDD`.
    public var text: String { monthText + CivilDate.padded(day, 2) }
    /// `YYYYMM`.
    public var monthText: String { CivilDate.padded(year, 4) + CivilDate.padded(month, 2) }
    /// `YYMMDD`, as a letter's number holds it.
    public var shortText: String { String(text.dropFirst(2)) }

    public static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    public static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for byte in digits {
            guard (0x30...0x39).contains(byte) else { return nil }
            number = number * 10 + Int(byte) - 0x30
        }
        return number
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

extension CivilDate: CustomStringConvertible {
    public var description: String { text }
}
