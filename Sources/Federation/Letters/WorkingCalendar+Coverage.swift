// SPDX-License-Identifier: Apache-2.0

public import LightClient

extension WorkingCalendar {
    /// The month from which next year's calendar is missed: the State Council's notice comes in
    /// November.
    private static let monthOfNextYear = 12

    /// Years that clocks of letters count in at a moment, or soon will, and for which there is no
    /// signed file: the year in China, and the next one from December on. Ascending.
    public func missingYears(at now: Timestamp) -> [Int] {
        guard let today = CivilDate(inChina: now) else { return [] }
        var years = [today.year]
        if today.month >= WorkingCalendar.monthOfNextYear { years.append(today.year + 1) }
        return years.filter { !covers($0) }
    }
}
