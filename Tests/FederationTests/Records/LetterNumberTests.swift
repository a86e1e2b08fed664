// SPDX-License-Identifier: Apache-2.0

import Federation
import Testing

@Suite struct `Letter number` {
    private func institution(_ text: String) throws -> InstitutionCode {
        try InstitutionCode(text)
    }

    @Test func `sixteen digits: institution, day, sequence`() throws {
        let number = try LetterNumber("3301002611260001")
        #expect(number.prefix == "330100")
        #expect(number.date.text == "20261126")
        #expect(number.sequence == 1)
        #expect(number.text == "3301002611260001")
    }

    @Test func `the letters of one division's two centres are told apart`() throws {
        let number = try LetterNumber("3301002611260001")
        let city = try LetterKey(institution: institution("330100000000000"), number: number)
        let province = try LetterKey(institution: institution("330100000000001"), number: number)
        #expect(city != province)
        #expect(city.description == "330100000000000/3301002611260001")
    }

    @Test func `an institution numbers under its own six digits, abolished ones too`() throws {
        var series = try LetterNumberSeries(institution: institution("522400000000000"))
        let day = try #require(CivilDate("20261126"))
        #expect(try series.next(on: day).number.text == "5224002611260001")
        let foreign = LetterNumberError.otherInstitution(prefix: "330100", expected: "522400")
        #expect(throws: foreign) {
            try LetterKey(
                institution: institution("522400000000000"),
                number: LetterNumber("3301002611260001"))
        }
        #expect(throws: LetterNumberError.institutionForm(.socialCredit)) {
            try LetterNumberSeries(institution: institution("12330100TEXT000170"))
        }
    }

    @Test func `a day holds 9,999 letters, and the next one begins anew`() throws {
        var series = try LetterNumberSeries(institution: institution("330100000000000"))
        let day = try #require(CivilDate("20261231"))
        var seen: Set<LetterKey> = []
        for _ in 0..<LetterNumber.maxSequence { seen.insert(try series.next(on: day)) }
        #expect(seen.count == 9_999)
        #expect(series.last?.text == "3301002612319999")
        #expect(throws: LetterNumberError.dayIsFull(day)) { try series.next(on: day) }
        // A refusal gives no number away.
        #expect(series.last?.sequence == 9_999)
        let next = try #require(CivilDate("20270101"))
        #expect(try series.next(on: next).number.text == "3301002701010001")
    }

    @Test func `a series goes on behind its last number and never back`() throws {
        var series = try LetterNumberSeries(
            institution: institution("330100000000000"), last: LetterNumber("3301002611260041"))
        let day = try #require(CivilDate("20261126"))
        #expect(try series.next(on: day).number.sequence == 42)
        let before = try #require(CivilDate("20261125"))
        #expect(throws: LetterNumberError.dayBefore(before, last: day)) {
            try series.next(on: before)
        }
        #expect(throws: LetterNumberError.self) {
            try LetterNumberSeries(
                institution: institution("330100000000000"),
                last: LetterNumber("4401002611260041"))
        }
        // YYMMDD cannot hold a day of another century.
        var late = try LetterNumberSeries(institution: institution("330100000000000"))
        let far = try #require(CivilDate("21000101"))
        #expect(throws: LetterNumberError.date("21000101")) { try late.next(on: far) }
    }

    static let bad: [(text: String, error: LetterNumberError)] = [
        ("", .form("")), ("330100261126001", .form("330100261126001")),
        ("33010026112600011", .form("33010026112600011")),
        ("33010026112600O1", .form("33010026112600O1")),
        ("3301002613260001", .date("261326")), ("3301002602290001", .date("260229")),
        ("3301002611260000", .sequenceZero),
    ]

    @Test(arguments: bad)
    func `what is wrong has its own name`(_ text: String, _ error: LetterNumberError) {
        #expect(throws: error) { try LetterNumber(text) }
    }

    @Test func `a batch's number is PLZYJXH and a letter's`() throws {
        let batch = try BatchLetterNumber("PLZYJXH3301002611260001")
        #expect(batch.number.text == "3301002611260001")
        #expect(batch.text == "PLZYJXH3301002611260001")
        #expect(BatchLetterNumber(batch.number) == batch)
        #expect(throws: LetterNumberError.form("3301002611260001")) {
            try BatchLetterNumber("3301002611260001")
        }
        #expect(throws: LetterNumberError.self) { try BatchLetterNumber("PLZYJXH1") }
    }
}
