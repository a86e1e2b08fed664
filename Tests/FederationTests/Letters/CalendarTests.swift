// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

@Suite struct `A working calendar` {
    private let key: SigningKey
    private let signer: CalendarSigner

    init() throws {
        key = try SigningKey.ed25519(seed: [UInt8](repeating: 7, count: 32))
        signer = CalendarSigner(name: "calendar.example", key: key.publicKey)
    }

    private func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    /// A made-up October: seven days off, two weekend days made up for.
    private func october() throws -> [UInt8] {
        CalendarYear.body(
            year: 2026,
            holidays: try (1...7).map { (try day("2026100\($0)"), "国庆节") },
            makeUpDays: [try day("20260920"), try day("20261010")])
    }

    private func read(_ file: [UInt8], year: Int = 2026) throws(CalendarError) -> CalendarYear {
        try CalendarYear(reading: file, year: year, signers: [signer])
    }

    @Test func `holidays and make-up days stand in a signed file`() throws {
        let year = try read(CalendarYear.signed(try october(), as: signer.name, by: key))
        #expect(year.holidays.count == 7 && year.makeUpDays.count == 2)
        let calendar = WorkingCalendar([year])
        #expect(!calendar.isWorkingDay(try day("20261001")))
        #expect(calendar.isWorkingDay(try day("20261008")))
        #expect(calendar.isWorkingDay(try day("20261010")))
        #expect(!calendar.isWorkingDay(try day("20261011")))
        #expect(calendar.covers(2026) && !calendar.covers(2027))
        // Another year has plain weekends.
        #expect(calendar.isWorkingDay(try day("20271001")))
        #expect(!calendar.isWorkingDay(try day("20271002")))
    }

    @Test func `three working days run over a holiday week`() throws {
        let calendar = WorkingCalendar([
            try read(CalendarYear.signed(try october(), as: signer.name, by: key))
        ])
        let start = try #require(RFC3339.parse("2026-09-30T08:00:00Z"))
        #expect(calendar.day(3, workingDaysAfter: start) == (try day("20261010")))
        let end = try #require(RFC3339.parse("2026-10-10T15:59:59Z"))
        #expect(calendar.workingDays(after: start, through: end) == 3)
        #expect(calendar.workingDays(after: end, through: start) == 0)
        // A second later it is the eleventh in China, a Sunday.
        let sunday = end.adding(nanoseconds: 1_000_000_000)
        #expect(calendar.workingDays(after: start, through: sunday) == 3)
        #expect(WorkingCalendar().day(3, workingDaysAfter: start) == (try day("20261005")))
    }

    @Test func `unsigned, by a stranger, or changed afterwards: refused`() throws {
        let body = try october()
        let file = CalendarYear.signed(body, as: signer.name, by: key)
        #expect(throws: CalendarError.unsigned) { try read(body + [0x0a]) }
        #expect(throws: CalendarError.malformed(line: 1)) { try read(body) }
        let stranger = try SigningKey.ed25519(seed: [UInt8](repeating: 8, count: 32))
        for other in [
            CalendarYear.signed(body, as: signer.name, by: stranger),
            CalendarYear.signed(body, as: "other.example", by: key),
        ] {
            #expect(throws: CalendarError.unsigned) { try read(other) }
        }
        for index in 0..<body.count {
            var changed = file
            changed[index] ^= 1
            #expect(throws: CalendarError.self) { try read(changed) }
        }
        #expect(CalendarError.unsigned.code == .calendarUnsigned)
    }

    @Test func `a file is good for its own year only`() throws {
        let file = CalendarYear.signed(try october(), as: signer.name, by: key)
        #expect(throws: CalendarError.wrongYear(got: 2026, expected: 2027)) {
            try read(file, year: 2027)
        }
        let stray = Array("cityrelay-calendar/1\nyear 2026\nholiday 20270101\n".utf8)
        #expect(throws: CalendarError.day(try day("20270101"), line: 3)) {
            try read(CalendarYear.signed(stray, as: signer.name, by: key))
        }
    }

    @Test(arguments: [
        "cityrelay-calendar/2\nyear 2026\n", "cityrelay-calendar/1\nyear 26\n",
        "cityrelay-calendar/1\nyear 2026\nfeast 20260101\n",
        "cityrelay-calendar/1\nyear 2026\nholiday 20260230\n",
        "cityrelay-calendar/1\nyear 2026\nholiday\n",
        "cityrelay-calendar/1\nyear 2026\nworkday 20260105\n",
        "cityrelay-calendar/1\nyear 2026\nholiday 20260101\nholiday 20260101\n",
    ])
    func `what is not in form is refused, signature or not`(_ body: String) throws {
        let file = CalendarYear.signed(Array(body.utf8), as: signer.name, by: key)
        do {
            _ = try read(file)
            Issue.record("taken: \(body)")
        } catch {
            #expect(error.code == .calendarMalformed)
        }
    }

    @Test func `days count as the Gregorian calendar counts them`() throws {
        #expect(try day("19700101").dayNumber == 0)
        #expect(try day("20261126").dayNumber == 20_783)
        var number = try day("18991231").dayNumber
        while number < 60_000 {
            let date = try #require(CivilDate(dayNumber: number))
            #expect(date.dayNumber == number)
            number += 1
        }
        #expect(try day("20261128").isWeekend && day("20261129").isWeekend)
        #expect(try !day("20261127").isWeekend && !day("20261130").isWeekend)
        let midnight = try #require(RFC3339.parse("2026-11-25T16:00:00Z"))
        #expect(CivilDate(inChina: midnight) == (try day("20261126")))
        let before = midnight.adding(nanoseconds: -1)
        #expect(CivilDate(inChina: before) == (try day("20261125")))
        #expect(CivilDate(inChina: .goZero) != nil)
        #expect(CivilDate(inChina: .latest) == nil)
        #expect(CivilDate(dayNumber: .max) == nil && CivilDate(dayNumber: .min) == nil)
    }

    @Test func `counting is bounded, whatever the clock says`() throws {
        let calendar = WorkingCalendar()
        let start = try #require(RFC3339.parse("2026-09-30T08:00:00Z"))
        #expect(calendar.workingDays(after: start, through: .latest) == 2_870)
        #expect(calendar.workingDays(after: .goZero, through: .latest) == 2_870)
        #expect(calendar.day(100_000, workingDaysAfter: start) == nil)
        #expect(calendar.day(0, workingDaysAfter: start) == (try day("20260930")))
    }
}
