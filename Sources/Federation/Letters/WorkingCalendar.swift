// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Working days as the State Council's yearly notice sets them: weekends are free unless they are
/// made up for, other days are worked unless they are holidays.
///
/// A year without a signed file has plain weekends; `covers` tells.
public struct WorkingCalendar: Hashable, Sendable {
    private var years: [Int: CalendarYear] = [:]

    /// Plain weekends.
    public init() {}

    public init(_ years: [CalendarYear]) {
        for year in years { self.years[year.year] = year }
    }

    /// Takes a year in; a file read again replaces the one before.
    public mutating func add(_ year: CalendarYear) { years[year.year] = year }

    public func covers(_ year: Int) -> Bool { years[year] != nil }

    public func isWorkingDay(_ day: CivilDate) -> Bool {
        guard let year = years[day.year] else { return !day.isWeekend }
        if year.holidays.contains(day) { return false }
        return year.makeUpDays.contains(day) || !day.isWeekend
    }

    /// Working days after the day of `start` up to and with the day of `end`, in China; zero when
    /// `end` is on no later day. Saturates at `LetterLimits.countedDays` days.
    public func workingDays(after start: Timestamp, through end: Timestamp) -> Int {
        guard end > start, let first = CivilDate(inChina: start)?.dayNumber else { return 0 }
        let last = CivilDate(inChina: end)?.dayNumber ?? .max
        let horizon = first + LetterLimits.countedDays
        var count = 0
        var number = first + 1
        while number <= min(last, horizon), let day = CivilDate(dayNumber: number) {
            if isWorkingDay(day) { count += 1 }
            number += 1
        }
        return count
    }

    /// The day on which `count` working days after the day of `start` end: that day itself for
    /// zero. Nil beyond `LetterLimits.countedDays`.
    public func day(_ count: Int, workingDaysAfter start: Timestamp) -> CivilDate? {
        guard let first = CivilDate(inChina: start) else { return nil }
        guard count > 0 else { return first }
        var left = count
        for offset in 1...LetterLimits.countedDays {
            guard let day = CivilDate(dayNumber: first.dayNumber + offset) else { return nil }
            if isWorkingDay(day) { left -= 1 }
            if left == 0 { return day }
        }
        return nil
    }
}
