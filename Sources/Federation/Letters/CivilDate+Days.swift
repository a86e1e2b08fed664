// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Days as working calendars count them.
extension CivilDate {
    private static let offsetSeconds: Int64 = 8 * 3_600
    private static let secondsOfDay: Int64 = 86_400

    /// Days since 1970-01-01.
    public var dayNumber: Int {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Nil outside the years 1 to 9999.
    public init?(dayNumber: Int) {
        guard (-719_162...2_932_896).contains(dayNumber) else { return nil }
        let shifted = dayNumber + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    /// The day in China Standard Time (+08:00, no summer time) at a moment; nil where that is past
    /// the year 9999.
    public init?(inChina time: Timestamp) {
        let local = time.seconds + CivilDate.offsetSeconds
        let day = local / CivilDate.secondsOfDay
        self.init(dayNumber: Int(local % CivilDate.secondsOfDay < 0 ? day - 1 : day))
    }

    public var isWeekend: Bool {
        // 1970-01-01 was a Thursday; Monday is 0.
        let weekday = ((dayNumber % 7) + 7 + 3) % 7
        return weekday >= 5
    }
}
