// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

@Suite struct `What a clerk can say at the counter` {
    @Test(arguments: CounterCode.allCases)
    func `every code has both languages and a next step`(_ code: CounterCode) {
        let text = code.text
        for chinese in [text.chinese, text.chineseNext] {
            #expect(chinese.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) })
            #expect(chinese.hasSuffix("。"))
        }
        for english in [text.english, text.englishNext] {
            #expect(english.utf8.allSatisfy { $0 < 0x80 } && english.hasSuffix("."))
            #expect(english.count > 10)
        }
    }

    /// What was published stays: a code is neither renamed nor taken away.
    static let published = [
        "policy/unknown-kind", "policy/not-shared", "policy/unknown-field", "policy/no-grant",
        "policy/grant-not-active", "policy/grant-not-yet-valid", "policy/expired-grant",
        "policy/purpose-mismatch", "policy/service-item-mismatch", "policy/field-not-granted",
        "policy/predicate-not-granted", "policy/consent-missing", "policy/consent-withdrawn",
        "policy/presentation-missing",
        "policy/predicate-first", "policy/cap-reached", "policy/several-subjects",
        "policy/unknown-application", "proof/stale", "proof/replayed", "proof/not-verified",
        "proof/pending", "proof/not-found", "proof/not-reached", "proof/not-held",
        "presentation/unknown", "presentation/expired", "presentation/mismatch",
        "request/malformed", "request/too-large", "request/bad-signature",
        "request/clock-skew", "request/replayed", "request/sealing", "idempotency/other-body",
        "city/unknown", "city/unreachable", "city/no-office",
        "city/office-failed", "city/chain-behind", "city/trust-lost", "city/busy",
        "city/suspended",
        "log/unavailable", "letter/not-found", "letter/refused", "chain/refused",
        "chain/unavailable", "manifest/expired",
    ]

    @Test func `no published code is missing`() {
        #expect(Set(Self.published).isSubset(of: Set(CounterCode.allCases.map(\.rawValue))))
    }
}

@Suite struct `A use-code opens one matter once` {
    private let now = PolicySample.noon
    private let licence = SHA256.hash([1])

    private func code(used: Timestamp? = nil) -> PresentationCode {
        PresentationCode(
            codeHash: SHA256.hash([0]), licence: licence, serviceItem: "S-1", caseNumber: "C-1",
            officer: "O-1", mode: .holder, expires: now.adding(nanoseconds: 1), used: used)
    }

    private func refusal(
        _ code: PresentationCode, licence: Digest? = nil, service: String = "S-1",
        case number: String = "C-1", officer: String = "O-1", now: Timestamp? = nil
    ) -> CounterCode? {
        code.refusal(
            licence: licence ?? self.licence, serviceItem: service, caseNumber: number,
            officer: officer, now: now ?? self.now)
    }

    @Test func `the right matter opens it, the second use does not`() {
        #expect(refusal(code()) == nil)
        #expect(refusal(code(used: now)) == .proofReplayed)
        #expect(refusal(code(used: now), service: "S-2") == .proofReplayed)
    }

    @Test func `another licence, matter, case or officer does not open it`() {
        #expect(refusal(code(), licence: SHA256.hash([2])) == .presentationMismatch)
        #expect(refusal(code(), service: "S-2") == .presentationMismatch)
        #expect(refusal(code(), case: "C-2") == .presentationMismatch)
        #expect(refusal(code(), officer: "O-2") == .presentationMismatch)
        #expect(refusal(code(), now: now.adding(nanoseconds: 1)) == .presentationExpired)
    }
}

@Suite struct `Days are counted in China's time` {
    @Test func `a day begins at four in the afternoon of the day before in UTC`() {
        let day = PolicySample.day("20260702")
        #expect(day.start == Timestamp(seconds: 1_782_921_600))
        #expect(PolicyDay(day.start) == day)
        #expect(PolicyDay(day.start.adding(nanoseconds: -1)) < day)
        #expect(PolicyDay(Timestamp(seconds: -1) ?? .latest).number == 0)
        #expect(PolicyDay(Timestamp(seconds: -28_801) ?? .latest).number == -1)
    }

    @Test(arguments: ["20260229", "20261301", "20260100", "2026-1-1", "19691231", "2026010"])
    func `a day that is none is refused`(_ text: String) { #expect(PolicyDay(text) == nil) }

    @Test func `every day of four centuries follows the one before`() {
        var expected = PolicySample.day("20000101").number
        for year in 2000..<2400 {
            for month in 1...12 {
                for day in 1...31 {
                    let text = "\(year * 10_000 + month * 100 + day)"
                    guard let found = PolicyDay(text) else { continue }
                    #expect(found.number == expected)
                    expected += 1
                }
            }
        }
        #expect(expected - PolicySample.day("20000101").number == 146_097)
    }
}
