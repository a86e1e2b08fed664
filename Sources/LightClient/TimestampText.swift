// SPDX-License-Identifier: Apache-2.0

extension Timestamp {
    /// "2026-11-26T17:43:56.123Z": UTC with milliseconds, for logs, tables and JSON.
    public var utcText: String {
        let days = (seconds - (seconds % 86_400 + 86_400) % 86_400) / 86_400
        let second = seconds - days * 86_400
        let (year, month, day) = Timestamp.civil(days)
        return "\(Timestamp.pad(year, 4))-\(Timestamp.pad(month, 2))-\(Timestamp.pad(day, 2))T"
            + "\(Timestamp.pad(second / 3600, 2)):\(Timestamp.pad(second / 60 % 60, 2)):"
            + "\(Timestamp.pad(second % 60, 2))."
            + "\(Timestamp.pad(Int64(nanoseconds) / 1_000_000, 3))Z"
    }

    /// Days since 1970 as a date of the proleptic Gregorian calendar. Counted from 1 March of year
    /// 0, so that the leap day ends a year; 146,097 days are 400 years.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let year =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        return (
            year + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * index + 2) / 5 + 1
        )
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
