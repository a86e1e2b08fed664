// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

/// The fifteen failure cases, in the order of specs/domain.md §2.4.
@Suite struct `Fifteen things that go wrong with a letter` {
    typealias Samples = LetterSamples

    private static let holder = LetterPerson(
        name: "甲某", kind: .identityCard, number: LetterSamples.person)

    private func review(
        _ accounts: [ReviewedAccount], policy: ReviewPolicy = ReviewPolicy()
    ) -> ReviewVerdict {
        policy.judge(Self.holder, among: accounts)
    }

    private func sealedAccount(_ holder: LetterPerson = Self.holder) -> ReviewedAccount {
        ReviewedAccount(holder: holder, status: .sealed, sealedMonths: 12)
    }

    /// A letter that OUT has accepted.
    private func accepted() throws -> TwoCentres {
        var centres = try TwoCentres()
        try centres.exchange(try Samples.application())
        try centres.exchange(try Samples.acceptance())
        return centres
    }

    private func informed() throws -> TwoCentres {
        var centres = try accepted()
        try centres.exchange(try Samples.information())
        return centres
    }

    @Test func `1: another name is rejected and tells the rule, not the value`() throws {
        let other = LetterPerson(name: "乙某", kind: .identityCard, number: Samples.person)
        let named = IdentityDifference(.name, nameRule: .characters)
        #expect(review([sealedAccount(other)]) == .reject(.identityMismatch, named))
        #expect(review([sealedAccount()]) == .clear)
        var centres = try accepted()
        try centres.exchange(try Samples.rejection(.identityMismatch))
        #expect(centres.states == [.rejected, .rejected])
        let told = try centres[.transferIn].message(.rejection)
        #expect(told?.reason == .identityMismatch)
        #expect(told?.fields.list.contains { $0.value.contains("乙某") } == false)
        try centres.exchange(try Samples.information(function: "2", total: ""))
        #expect(centres.states == [.failed, .failed])
    }

    @Test func `1: middle dots and numbers of fifteen digits are the same person`() {
        func person(_ name: String, _ number: String) -> LetterPerson {
            LetterPerson(name: name, kind: .identityCard, number: number)
        }
        let id = Samples.person
        #expect(person("阿依古丽·买买提", id).difference(from: person("阿依古丽•买买提", id)) == nil)
        #expect(person("𰻝某", id).difference(from: person("biang某", id))?.rule == .name)
        // The standard's own example, before and after 1999.
        let old = person("甲某", "110105491231002")
        #expect(old.difference(from: person("甲某", "110105" + "19491231" + "002X")) == nil)
        #expect(
            old.difference(from: person("甲某", "440524188001010014"))?.rule == .documentNumber)
        let passport = LetterPerson(name: "甲某", kind: .passport, number: id)
        #expect(passport.difference(from: person("甲某", id))?.rule == .documentType)
    }

    @Test func `2: no account and several accounts are told apart`() {
        #expect(review([]) == .reject(.accountNotFound, nil))
        #expect(review([sealedAccount(), sealedAccount()]) == .reject(.accountMultiple, nil))
        var closed = sealedAccount()
        closed.status = .merged
        #expect(review([closed, sealedAccount()]) == .clear)
        #expect(review([closed]) == .reject(.accountNotFound, nil))
    }

    @Test func `3: an account that is not sealed yet waits while its clock stands still`() throws {
        var active = sealedAccount()
        active.status = .normal
        var short = sealedAccount()
        short.sealedMonths = 5
        #expect(review([active]) == .hold(.accountActive))
        #expect(review([short]) == .hold(.sealedTooShort))
        var strict = ReviewPolicy()
        strict.holdsUnsealed = false
        #expect(review([active], policy: strict) == .reject(.accountActive, nil))
        var centres = try accepted()
        try centres.exchange(try Samples.hold(.accountActive))
        #expect(centres.states == [.accepted, .accepted])
        let calendar = WorkingCalendar()
        let month = Samples.later(hours: 24 * 30)
        for side in LetterSide.allCases {
            var held = try centres[side]
            #expect(held.letter.clock.isPaused)
            #expect(held.tick(now: month, calendar: calendar, limits: StepLimits()).isEmpty)
        }
        centres.now = month
        try centres.exchange(try Samples.information(result: "2", total: ""))
        var resumed = try centres[.transferIn]
        #expect(!resumed.letter.clock.isPaused)
        #expect(resumed.tick(now: month, calendar: calendar, limits: StepLimits()).isEmpty)
        let late = month.adding(nanoseconds: 9 * 86_400_000_000_000)
        #expect(!resumed.tick(now: late, calendar: calendar, limits: StepLimits()).isEmpty)
    }

    @Test func `4: frozen, loan and fraud are classes, and fraud has none of its own`() throws {
        var frozen = sealedAccount()
        frozen.status = .frozen
        var loan = sealedAccount()
        loan.hasUnsettledLoan = true
        var fraud = sealedAccount()
        fraud.isSuspectedFraud = true
        #expect(review([frozen]) == .reject(.accountFrozen, nil))
        #expect(review([loan]) == .reject(.loanUnsettled, nil))
        #expect(review([fraud]) == .reject(.other, nil))
        #expect(!LetterReason.allCases.contains { $0.rawValue.contains("fraud") })
        // What a chain sees of a rejection is the same for every reason.
        let words = Set(LetterReason.allCases.map { _ in Samples.statement(.rejection).act })
        #expect(words == [.rejection])
    }

    @Test func `5: without an open account at IN no letter is sent`() throws {
        var desk = LetterDesk()
        let key = try Samples.key()
        let subject = SHA256.hash([1])
        #expect(throws: LetterError.accountMissing) {
            try desk.open(key, person: subject, transferOut: Samples.bijie, account: nil)
        }
        #expect(throws: LetterError.accountClosed) {
            try desk.open(
                key, person: subject, transferOut: Samples.bijie, account: .transferredOut)
        }
        #expect(LetterErrorCode.accountClosed.chinese == "当前账户已销户，不能办理转移接续")
        try desk.open(key, person: subject, transferOut: Samples.bijie, account: .normal)
    }

    @Test func `6: a second application for the same person and centre is a duplicate`() throws {
        var desk = LetterDesk()
        let subject = SHA256.hash([1])
        let (first, second) = (try Samples.key(1), try Samples.key(2))
        try desk.open(first, person: subject, transferOut: Samples.bijie, account: .normal)
        #expect(throws: LetterError.duplicateInFlight(first)) {
            try desk.open(second, person: subject, transferOut: Samples.bijie, account: .normal)
        }
        try desk.open(
            second, person: SHA256.hash([2]), transferOut: Samples.bijie, account: .normal)
        desk.close(first)
        try desk.open(
            try Samples.key(3), person: subject, transferOut: Samples.bijie, account: .normal)
    }

    @Test func `7: information before money, and the letter completes when it is here`() throws {
        var centres = try informed()
        let completion = try Samples.information(function: "2")
        #expect(throws: LetterError.moneyMissing) { try centres.exchange(completion) }
        let filing = try centres.arrive(try Samples.notice("1", "10300.25"))
        let key = try Samples.key()
        let sum = try #require(Fen(yuan: "10300.25"))
        #expect(filing == .letter(key, [.arrivalMatched(sum)]))
        let effects = try centres.exchange(completion)
        #expect(centres.states == [.completed, .completed])
        #expect(effects[.transferIn]?.contains(.accountTransferredIn) == true)
    }

    @Test func `7: money before information waits at its letter, and matches once`() throws {
        var centres = try accepted()
        var desk = ArrivalDesk(institution: Samples.hangzhou)
        let notice = try Samples.notice("1", "10300.25")
        let sum = try #require(Fen(yuan: "10300.25"))
        #expect(
            try centres.arrive(notice, at: &desk)
                == .letter(try Samples.key(), [.arrivalBeforeInformation(sum)]))
        #expect(try centres.arrive(notice, at: &desk) == .known)
        let effects = try centres.exchange(try Samples.information())
        #expect(effects[.transferIn]?.filter { $0 == .arrivalMatched(sum) }.count == 1)
        try centres.exchange(try Samples.information(function: "2"))
        #expect(centres.states == [.completed, .completed])
    }

    @Test func `7: money without a letter's number is kept in suspense until a clerk knows`()
        throws
    {
        var centres = try informed()
        var desk = ArrivalDesk(institution: Samples.hangzhou)
        let remarks: [(String, SuspenseReason)] = [
            ("公积金", .noNumber), ("33010026112600019", .noNumber),
            ("3301002611260009", .unknownLetter), ("5224002611260001", .unknownLetter),
        ]
        for (index, (remark, reason)) in remarks.enumerated() {
            let notice = try Samples.notice("s\(index)", "10300.25", remark: remark)
            #expect(try centres.arrive(notice, at: &desk) == .suspense(reason))
        }
        #expect(desk.suspense.count == 4)
        let key = try Samples.key()
        var letters = [key: try centres[.transferIn]]
        let claimed = try desk.claim(serial: "s0", for: key, among: &letters)
        centres.dossiers[.transferIn] = letters[key]
        #expect(claimed == .letter(key, [.arrivalMatched(try #require(Fen(yuan: "10300.25")))]))
        #expect(throws: LetterError.moneyClaimed(serial: "s0")) {
            try desk.claim(serial: "s0", for: key, among: &letters)
        }
        try centres.exchange(try Samples.information(function: "2"))
        let late = try Samples.notice("late", "1.00")
        #expect(try centres.arrive(late, at: &desk) == .suspense(.letterEnded))
        try desk.giveBack(serial: "late")
        #expect(desk.suspense.count == 3)
    }

    @Test func `7: cents that differ after 30 June lead into negotiation, never to 00`() throws {
        var centres = try informed()
        let told = try #require(Fen(yuan: "10300.25"))
        let came = try #require(Fen(yuan: "10300.31"))
        #expect(
            try centres.arrive(try Samples.notice("1", "10300.31"))
                == .letter(try Samples.key(), [.arrivalDiffers(expected: told, arrived: came)]))
        #expect(throws: LetterError.moneyDiffers(expected: told, arrived: came)) {
            try centres.exchange(try Samples.information(function: "2"))
        }
        #expect(centres.states == [.informed, .informed])
        try centres.exchange(
            try Samples.information(function: "1", total: "10300.31", interest: "300.31"))
        #expect(centres.states == [.negotiating, .negotiating])
        try centres.exchange(
            try Samples.information(function: "2", total: "10300.31", interest: "300.31"))
        #expect(centres.states == [.completedAfterNegotiation, .completedAfterNegotiation])
    }

    @Test func `7: a sum that is short is made up by a second remittance`() throws {
        var centres = try informed()
        try centres.arrive(try Samples.notice("1", "10000.00"))
        let filing = try centres.arrive(try Samples.notice("2", "300.25"))
        #expect(
            filing
                == .letter(
                    try Samples.key(), [.arrivalMatched(try #require(Fen(yuan: "10300.25")))]))
    }

    @Test func `8: a bank return leaves the letter in 02, and may end in 13`() throws {
        var centres = try accepted()
        var out = try centres[.transferOut]
        let event = LetterEvent.bankReturned(serial: "r1")
        let at = Samples.at(200)
        let first = try out.apply(event, by: .transferOut, at: at, now: Samples.start)
        let second = try out.apply(event, by: .transferOut, at: at, now: Samples.start)
        #expect(first == [.remittanceReturned(serial: "r1")] && second.isEmpty)
        #expect(out.letter.state == .accepted)
        centres.dossiers[.transferOut] = out
        try centres.exchange(try Samples.rejection(.remittanceFailed))
        #expect(centres.states == [.rejected, .rejected])
    }

    @Test func `9: a negotiation that nobody ends is escalated at both sides`() throws {
        var centres = try informed()
        try centres.exchange(
            try Samples.information(function: "1", total: "10300.26", interest: "300.26"))
        let months = Samples.later(hours: 24 * 90)
        for side in LetterSide.allCases {
            var dossier = try centres[side]
            let effects = dossier.tick(
                now: months, calendar: WorkingCalendar(), limits: StepLimits())
            #expect(effects.first == .chase(.transferIn, .negotiating))
            guard case .escalate(.transferIn, .negotiating, let late) = effects.last else {
                Issue.record("\(effects)")
                continue
            }
            #expect(late > 50)
        }
    }

    @Test func `10: an OUT that accepts and never answers is chased at T and listed at T+1`()
        throws
    {
        // Accepted on Thursday; five working days end on the Thursday after.
        var dossier = try accepted()[.transferIn]
        let calendar = WorkingCalendar()
        let limits = StepLimits()
        func tick(_ days: Int64) -> [LetterEffect] {
            dossier.tick(
                now: Samples.later(hours: 24 * days), calendar: calendar, limits: limits)
        }
        #expect(dossier.letter.dueDay(in: calendar, limits: limits)?.text == "20261203")
        #expect(tick(6).isEmpty)
        #expect(tick(7) == [.chase(.transferOut, .accepted)])
        #expect(tick(7).isEmpty)
        #expect(tick(8) == [.escalate(.transferOut, .accepted, workingDaysLate: 1)])
        #expect(tick(9).isEmpty && tick(10).isEmpty)
        #expect(tick(11) == [.escalate(.transferOut, .accepted, workingDaysLate: 2)])
    }

    @Test func `11: OUT's chain decides between withdrawal and acceptance`() throws {
        var out = try LetterSamples.letter(.transferOut)
        let application = Samples.statement(.application)
        let withdrawal = Samples.statement(.withdrawal, 2)
        let acceptance = Samples.statement(.acceptance)
        _ = try out.apply(
            .statement(application), by: .transferIn, at: Samples.at(10), now: Samples.start)
        var other = out
        _ = try out.apply(
            .statement(acceptance), by: .transferOut, at: Samples.at(12), now: Samples.start)
        #expect(throws: LetterError.acceptedFirst(at: Samples.at(12))) {
            try out.apply(
                .statement(withdrawal), by: .transferIn, at: Samples.at(13), now: Samples.start)
        }
        _ = try other.apply(
            .statement(withdrawal), by: .transferIn, at: Samples.at(11), now: Samples.start)
        #expect(throws: LetterError.withdrawnFirst(at: Samples.at(11))) {
            try other.apply(
                .statement(acceptance), by: .transferOut, at: Samples.at(12),
                now: Samples.start)
        }
    }

    @Test func `12: only final heights count, and a fork stops the channel until it is rescued`()
        throws
    {
        var letter = try LetterSamples.letter(.transferOut)
        let application = Samples.statement(.application)
        #expect(throws: LetterError.notFinal(height: 7)) {
            try letter.apply(
                .statement(application), by: .transferIn,
                at: ChainPosition(height: 7, isFinal: false), now: Samples.start)
        }
        letter.freezeChannel()
        #expect(throws: LetterError.channelFrozen) {
            try letter.apply(
                .statement(application), by: .transferIn, at: Samples.at(7), now: Samples.start)
        }
        letter.thawChannel()
        _ = try letter.apply(
            .statement(application), by: .transferIn, at: Samples.at(7), now: Samples.start)
    }

    @Test func `13: a renamed centre answers for its old code, and takes no new letters under it`()
        throws
    {
        let (old, new) = (Samples.bijie, Samples.institution("520500000000000"))
        let registry = InstitutionRegistry([
            InstitutionEntry(
                code: old, name: "毕节地区中心", validThrough: CivilDate("20261231"),
                successor: new),
            InstitutionEntry(code: new, name: "毕节市中心", validFrom: CivilDate("20270101")),
        ])
        let before = try #require(CivilDate("20261231"))
        let after = try #require(CivilDate("20270101"))
        #expect(try registry.speaker(for: old, on: before) == old)
        #expect(try registry.speaker(for: old, on: after) == new)
        #expect(throws: LetterError.institutionEnded(old, successor: new)) {
            try registry.checkInUse(old, on: after)
        }
        #expect(throws: LetterError.institutionUnknown(Samples.hangzhou)) {
            try registry.speaker(for: Samples.hangzhou, on: after)
        }
    }

    @Test func `14: one bad line of a batch leaves the others alone`() throws {
        var lines: [LetterFields] = []
        for index in 1...4 {
            lines.append(try Samples.application("330100261126000\(index)").fields)
        }
        var bytes = try LetterBatch.file(.bdc902, lines)
        bytes += Array("kaputt@|$\n".utf8)
        let number = try BatchLetterNumber("PLZYJXH3301002611260001")
        let batch = try LetterBatch(number, .bdc902, total: 5, reading: bytes)
        let results = batch.results { message throws(LetterError) in
            if message.number.sequence == 2 { throw LetterError.accountClosed }
        }
        #expect(
            results.map { $0.refusal?.code.rawValue } == [
                nil, "letter/account-closed", nil, nil, "letter/batch-malformed",
            ])
        #expect(results.map(\.line) == [1, 2, 3, 4, 5])
        #expect(throws: LetterFormError.batch(.total(announced: 4, got: 5))) {
            try LetterBatch(number, .bdc902, total: 4, reading: bytes)
        }
    }

    @Test func `15: a holder who died or drew the money meanwhile is a class of reason`() throws {
        var dead = sealedAccount()
        dead.isHolderDead = true
        var drawn = sealedAccount()
        drawn.status = .drawnOut
        #expect(review([dead]) == .reject(.holderDied, nil))
        #expect(review([drawn]) == .reject(.withdrawnMeanwhile, nil))
        var centres = try accepted()
        try centres.exchange(try Samples.rejection(.holderDied))
        #expect(throws: LetterError.moneyUnexpected) {
            try centres.exchange(
                try Samples.information(function: "2", total: ""), reconciled: true)
        }
    }
}
