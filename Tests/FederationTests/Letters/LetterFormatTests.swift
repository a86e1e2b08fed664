// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// The worked examples of FORMATS.md, which were computed by another program.
@Suite struct `FORMATS.md on letters` {
    private let text: String
    private let salt = [UInt8](1...16)

    init() throws {
        text = String(decoding: try Corpus.read("\(Corpus.root)/FORMATS.md"), as: UTF8.self)
    }

    @Test func `content and commitment are what we compute`() throws {
        let fields = try LetterFields([
            LetterField("ConNum", "3301002611260001"), LetterField("TxFunc", "1"),
        ])
        let content = try #require(LetterContent(.bdc901, fields, salt: salt))
        #expect(text.contains("`\(Hex.encode(content.encoded))`"))
        #expect(text.contains("commitment `\(content.commitment)`"))
        let context = SealingContext(
            key: try LetterSamples.key(), from: LetterSamples.institution("110000000000000"),
            to: LetterSamples.hangzhou, purpose: .acceptance, expiresUnixSeconds: 1_795_744_800)
        #expect(text.contains("`\(Hex.encode(context.aad))`"))
    }

    @Test func `the reconciliation is what we compute`() throws {
        let notice = try LetterSamples.notice("b1", "10300.25")
        #expect(text.contains("`\(ArrivalNotice.commitment(to: [notice], salt: salt))`"))
    }

    @Test func `the calendar file is read as it stands`() throws {
        let start = try #require(text.firstRange(of: "cityrelay-calendar/1\n"))
        let rest = text[start.lowerBound...]
        let end = try #require(rest.firstRange(of: "```"))
        let key = try SigningKey.ed25519(seed: [UInt8](repeating: 7, count: 32))
        #expect(text.contains(Base64.encode(key.publicKey.bytes)))
        let year = try CalendarYear(
            reading: Array(rest[..<end.lowerBound].utf8), year: 2026,
            signers: [CalendarSigner(name: "calendar.example", key: key.publicKey)])
        #expect(year.holidays.count == 2 && year.makeUpDays.count == 1)
        let day = try #require(CivilDate("20261001"))
        let body = CalendarYear.body(
            year: 2026, holidays: [(day, "国庆节"), (day, "")], makeUpDays: [])
        #expect(String(decoding: body, as: UTF8.self).contains("holiday 20261001 国庆节\n"))
    }

    @Test func `every act, state and class of reason is on the page`() {
        for act in LetterAct.allCases { #expect(text.contains("`\(act.rawValue)`"), "\(act)") }
        for reason in LetterReason.allCases {
            #expect(text.contains("`\(reason.rawValue)`"), "\(reason)")
        }
        for layout in [LetterLayout.application, .withdrawal, .information] {
            let words = text.split { " `\n".contains($0) }.map(String.init)
            for slot in layout.slots {
                #expect(words.contains { $0.hasPrefix(slot.name) }, "\(slot.name)")
            }
        }
    }

    @Test func `sealed content opens at its centre, in its place, in time`() throws {
        let secret = [UInt8](repeating: 3, count: 32)
        let key = try HPKE.publicKey(secret: secret)
        let fields = try LetterSamples.application().fields
        let content = try #require(LetterContent(.bdc901, fields, salt: salt))
        let context = SealingContext(
            key: try LetterSamples.key(), from: LetterSamples.hangzhou, to: LetterSamples.bijie,
            purpose: .application, expiresUnixSeconds: LetterSamples.start.unixSeconds)
        let sealed = try #require(
            SealedContent.seal(content, for: context, to: key, ephemeral: salt + salt))
        #expect(sealed.count == 1_024 + HPKE.overheadByteCount)
        func open(
            _ context: SealingContext, _ commitment: Digest, _ secret: [UInt8], _ now: Timestamp
        ) throws(SealedContentError) -> LetterContent {
            try SealedContent.open(
                sealed, for: context, commitment: commitment, secret: secret, now: now)
        }
        let (start, hash) = (LetterSamples.start, content.commitment)
        #expect(try open(context, hash, secret, start) == content)
        #expect(throws: SealedContentError.expired) {
            try open(context, hash, secret, LetterSamples.later(hours: 1))
        }
        #expect(throws: SealedContentError.commitment) {
            try open(context, SHA256.hash([1]), secret, start)
        }
        #expect(throws: SealedContentError.unreadable) {
            try open(context, hash, [UInt8](repeating: 4, count: 32), start)
        }
        let elsewhere = SealingContext(
            key: try LetterSamples.key(2), from: context.from, to: context.to,
            purpose: context.purpose, expiresUnixSeconds: context.expiresUnixSeconds)
        #expect(throws: SealedContentError.unreadable) { try open(elsewhere, hash, secret, start) }
        let long = try LetterFields(
            (1...20).map { LetterField("f\($0)", String(repeating: "长", count: 300)) })
        let big = try #require(LetterContent(.bdc901, long, salt: salt))
        let sealedBig = SealedContent.seal(big, for: context, to: key, ephemeral: salt + salt)
        #expect(sealedBig?.count == 32_768 + HPKE.overheadByteCount)
    }
}
