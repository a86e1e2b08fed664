// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A calendar day in China's time (UTC+8, without summer time): what grants are valid from and
/// until, and what caps count by.
public struct PolicyDay: Hashable, Sendable, Comparable {
    /// Days since 1970-01-01.
    public let number: Int64

    private static let secondsPerDay: Int64 = 86_400
    private static let offsetSeconds: Int64 = 28_800

    /// The day that a moment falls on in UTC+8.
    public init(_ moment: Timestamp) {
        let seconds = moment.seconds + PolicyDay.offsetSeconds
        let (quotient, remainder) = seconds.quotientAndRemainder(
            dividingBy: PolicyDay.secondsPerDay)
        number = remainder < 0 ? quotient - 1 : quotient
    }

    /// Nil unless the text is a date of the years 1970 to 9999 as `YYYYMMDD`.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 8, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        func value(_ range: Range<Int>) -> Int64 {
            digits[range].reduce(0) { $0 * 10 + Int64($1) - 0x30 }
        }
        let year = value(0..<4)
        let month = value(4..<6)
        let day = value(6..<8)
        guard year >= 1970, (1...12).contains(month),
            (1...PolicyDay.days(of: month, in: year)).contains(day)
        else { return nil }
        number = PolicyDay.days(year, month, day)
    }

    /// Midnight at which the day begins, in UTC.
    public var start: Timestamp {
        Timestamp(seconds: number * PolicyDay.secondsPerDay - PolicyDay.offsetSeconds) ?? .latest
    }

    public static func < (left: PolicyDay, right: PolicyDay) -> Bool { left.number < right.number }

    private static func days(of month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 of the Gregorian calendar: years begin in March, so that the leap day
    /// is their last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
