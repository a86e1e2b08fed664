// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

private typealias Samples = LetterSamples

@Suite struct `Letters: money that goes back, missed blocks, next steps` {
    @Test func `every code has a next step in both languages, and codes of one area differ`() {
        var steps: [String: Int] = [:]
        for code in LetterErrorCode.allCases {
            #expect(!code.chineseNext.isEmpty && !code.englishNext.isEmpty, "\(code)")
            #expect(code.chinese != code.rawValue, "\(code) has no text")
            steps[code.englishNext, default: 0] += 1
        }
        #expect(steps.values.allSatisfy { $0 <= 3 }, "\(steps)")
        #expect(LetterErrorCode.moneyUnexpected.englishNext.contains("arrivals/returned"))
    }

    @Test func `money goes back from a letter that was rejected, and then it can close`() throws {
        var centres = try TwoCentres()
        try centres.exchange(try Samples.application())
        try centres.exchange(try Samples.acceptance())
        var desk = ArrivalDesk(institution: Samples.hangzhou)
        _ = try centres.arrive(try Samples.notice("a", "10300.25"), at: &desk)
        try centres.exchange(try Samples.rejection(.accountFrozen))
        #expect(throws: LetterError.moneyUnexpected) {
            try centres.exchange(try Samples.information(function: "2"))
        }
        var mine = try #require(centres.dossiers[.transferIn])
        #expect(throws: LetterError.noSuchArrival(serial: "b")) {
            try mine.giveBack(serial: "b")
        }
        #expect(try mine.giveBack(serial: "a").isEmpty)
        #expect(throws: LetterError.noSuchArrival(serial: "a")) {
            try mine.giveBack(serial: "a")
        }
        centres.dossiers[.transferIn] = mine
        try centres.exchange(try Samples.information(function: "2"))
        #expect(centres.states == [.failed, .failed])
    }

    @Test func `money stays while a completion that counts it waits`() throws {
        var centres = try TwoCentres()
        try centres.exchange(try Samples.application())
        try centres.exchange(try Samples.acceptance())
        try centres.exchange(try Samples.information())
        var desk = ArrivalDesk(institution: Samples.hangzhou)
        _ = try centres.arrive(try Samples.notice("a", "10300.25"), at: &desk)
        var mine = try #require(centres.dossiers[.transferIn])
        let message = try Samples.information(function: "2")
        let salt = [UInt8](repeating: 7, count: 16)
        let content = try #require(LetterContent(message.act.code, message.fields, salt: salt))
        let statement = LetterStatement(
            .completion, sequence: 900, commitment: content.commitment,
            reconciliation: mine.reconciliation(salt: salt))
        _ = try mine.apply(
            message, statement, by: .transferIn, at: Samples.at(90), now: Samples.start)
        #expect(throws: LetterError.messageInFlight(statement.id)) {
            try mine.giveBack(serial: "a")
        }
    }

    @Test func `a letter that missed events stands where its chain has it, with their effects`()
        throws
    {
        var centres = try TwoCentres()
        try centres.exchange(try Samples.application())
        let missing = try #require(centres.dossiers[.transferOut])
        try centres.exchange(try Samples.acceptance())
        try centres.exchange(try Samples.information())
        let onChain = try #require(centres.dossiers[.transferOut]?.letter)
        #expect(!missing.letter.tellsTheSame(as: onChain))
        var kept = missing
        kept.freezeChannel()
        let effects = kept.reseat(onChain) { _ in nil }
        #expect(kept.letter.tellsTheSame(as: onChain) && kept.letter.isChannelFrozen)
        #expect(effects.contains(.stateChanged(from: .sent, to: .informed)))
        #expect(effects.filter { $0 == .accountTransferredOut }.count == 1)
        #expect(kept.message(.application) != nil && kept.message(.information) == nil)
        // A second time nothing follows; another letter's record changes nothing.
        #expect(kept.reseat(onChain) { _ in nil }.isEmpty)
        let other = try Samples.letter(.transferOut, 2)
        #expect(kept.reseat(other) { _ in nil }.isEmpty)
        #expect(kept.letter.key == onChain.key)
        let known = try Samples.information()
        var told = missing
        _ = told.reseat(onChain) { $0.act == .information ? known : nil }
        #expect(told.message(.information) == known)
    }

    @Test func `a difference of persons reads as it is written`() {
        var all = IdentityRule.allCases.map { IdentityDifference($0) }
        all += PersonNameMismatch.allCases.map { IdentityDifference(.name, nameRule: $0) }
        for difference in all { #expect(IdentityDifference(text: difference.text) == difference) }
        for text in ["", "nobody", "name/nobody", "documentNumber/spaces", "name/spaces/x", "/"] {
            #expect(IdentityDifference(text: text) == nil, "\(text)")
        }
    }

    @Test func `a calendar is missed this year, and the next one from December on`() throws {
        func moment(_ day: String) throws -> Timestamp {
            let day = try #require(CivilDate(day))
            return try #require(Timestamp(seconds: Int64(day.dayNumber) * 86_400))
        }
        var calendar = WorkingCalendar()
        #expect(calendar.missingYears(at: try moment("20261130")) == [2026])
        #expect(calendar.missingYears(at: try moment("20261201")) == [2026, 2027])
        let key = try SigningKey.ed25519(seed: SHA256.hash([1]).bytes)
        let body = CalendarYear.body(year: 2026, holidays: [], makeUpDays: [])
        let signer = CalendarSigner(name: "calendar.example", key: key.publicKey)
        calendar.add(
            try CalendarYear(
                reading: CalendarYear.signed(body, as: "calendar.example", by: key), year: 2026,
                signers: [signer]))
        #expect(calendar.missingYears(at: try moment("20261130")).isEmpty)
        #expect(calendar.missingYears(at: try moment("20261231")) == [2027])
    }
}

@Suite struct `The list of institutions` {
    private static let file = """
        # BDC909
        330100000000000@|$杭州中心@|$@|$hz@|$@|$@|$@|$
        330200000000000@|$宁波旧中心@|$@|$nb@|$20000101@|$20251231@|$330200000000001@|$

        330200000000001@|$宁波中心@|$@|$nb@|$20260101@|$@|$@|$
        330300000000000@|$已撤中心@|$@|$@|$@|$20201231@|$@|$

        """

    @Test func `is read, and tells who speaks for a code`() throws {
        let registry = try InstitutionRegistry(reading: Array(Self.file.utf8))
        let day = try #require(CivilDate("20261126"))
        let old = Samples.institution("330200000000000")
        let new = Samples.institution("330200000000001")
        #expect(registry.entry(new)?.name == "宁波中心")
        #expect(try registry.speaker(for: old, on: day) == new)
        #expect(throws: LetterError.institutionEnded(old, successor: new)) {
            try registry.checkInUse(old, on: day)
        }
        let gone = Samples.institution("330300000000000")
        #expect(throws: LetterError.institutionEnded(gone, successor: nil)) {
            try registry.speaker(for: gone, on: day)
        }
        #expect(throws: LetterError.institutionUnknown(Samples.bijie)) {
            try registry.checkInUse(Samples.bijie, on: day)
        }
    }

    static let broken: [(line: String, error: InstitutionFileError)] = [
        ("330100000000000@|$甲@|$", .malformed(line: 1)),
        ("330100000000000@|$甲@|$@|$@|$@|$@|$@|$x", .malformed(line: 1)),
        ("3301@|$甲@|$@|$@|$@|$@|$@|$", .malformed(line: 1)),
        ("330100000000000@|$@|$@|$@|$@|$@|$@|$", .malformed(line: 1)),
        ("330100000000000@|$甲@|$@|$@|$20261301@|$@|$@|$", .malformed(line: 1)),
        (
            "330100000000000@|$甲@|$@|$@|$@|$@|$@|$\n330100000000000@|$乙@|$@|$@|$@|$@|$@|$",
            .repeated(LetterSamples.institution("330100000000000"), line: 2)
        ),
        (
            "330100000000000@|$甲@|$@|$@|$@|$@|$330200000000000@|$",
            .unknownSuccessor(LetterSamples.institution("330200000000000"), line: 1)
        ),
    ]

    @Test(arguments: broken)
    func `is refused where it is not in form`(line: String, error: InstitutionFileError) {
        #expect(throws: error) { try InstitutionRegistry(reading: Array(line.utf8)) }
    }

    @Test func `is refused where it is too long or no UTF-8`() {
        let long = [UInt8](repeating: 0x23, count: LetterLimits.institutionBytes + 1)
        #expect(throws: InstitutionFileError.tooLong(limit: LetterLimits.institutionBytes)) {
            try InstitutionRegistry(reading: long)
        }
        let bytes = Array("330100000000000@|$".utf8) + [0xff] + Array("@|$@|$@|$@|$@|$@|$".utf8)
        #expect(throws: InstitutionFileError.malformed(line: 1)) {
            try InstitutionRegistry(reading: bytes)
        }
    }
}
