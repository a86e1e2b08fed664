// SPDX-License-Identifier: Apache-2.0

import RelayAPI
import RelayLaboratory
import RelayTransport
import TestSupport
import Testing

/// What the bank has said stays said, and who may say it.
extension `Relays among peers`.`Letters of fund centres` {
    private func arrive(
        _ rig: LettersRig, _ serial: String, _ amount: String, more: String = "",
        as caller: Laboratory.Credentials? = nil
    ) async throws -> LettersRig.Answer {
        try await rig.call(
            rig.hangzhou, .post, "/v1/letters/arrivals",
            "{\"serial\":\"\(serial)\",\"amount\":\"\(amount)\"\(more)}", as: caller)
    }

    @Test func `whoever claims a suspended sum cannot change it`() async throws {
        let rig = try await rig()
        let letter = try await accepted(rig, 60)
        let filed = try await arrive(rig, "m60", "1.00", more: ",\"remark\":\"no number\"")
        #expect(filed.body["filed"]?.string == "suspense", "\(filed.text)")
        let named = ",\"letter\":\"\(letter)\""
        let more = try await arrive(rig, "m60", "10300.25", more: named)
        #expect(more.status == 409 && more.code == "letter/arrival-differs", "\(more.text)")
        let later = try await arrive(
            rig, "m60", "1.00", more: named + ",\"time\":\"2026-01-01T00:00:00Z\"")
        #expect(later.code == "letter/arrival-differs", "\(later.text)")
        let claimed = try await arrive(rig, "m60", "1.00", more: named)
        #expect(claimed.body["filed"]?.string == "letter", "\(claimed.text)")
        #expect(claimed.body["arrived"]?.string == "1.00", "\(claimed.text)")
        // What was told completes nothing that it does not cover.
        let informed = try await rig.say(
            rig.beijing, "information", letter, fields: LettersRig.information)
        #expect(informed.status == 202, "\(informed.text)")
        try await rig.until(letter, is: "08")
        let early = try await rig.say(rig.hangzhou, "completion", letter)
        #expect(early.code == "letter/money-differs", "\(early.text)")
    }

    @Test func `a serial that comes again with something else is refused, not swallowed`()
        async throws
    {
        let rig = try await rig()
        let letter = try await accepted(rig, 61)
        let other = try await accepted(rig, 62)
        let remark = ",\"remark\":\"转移 \(letter.suffix(16))\""
        #expect(try await arrive(rig, "m61", "1.00", more: remark).status == 200)
        let again = try await arrive(rig, "m61", "1.00", more: remark)
        #expect(again.status == 200 && again.body["filed"]?.string == "known", "\(again.text)")
        let same = try await arrive(rig, "m61", "1.00", more: ",\"letter\":\"\(letter)\"")
        #expect(same.status == 200 && same.body["filed"]?.string == "known", "\(same.text)")
        let sum = try await arrive(rig, "m61", "2.00", more: remark)
        #expect(sum.status == 409 && sum.code == "letter/arrival-differs", "\(sum.text)")
        #expect(sum.body["message"]?.string?.contains("2.00") == false)
        let words = try await arrive(rig, "m61", "1.00", more: ",\"remark\":\"else\"")
        #expect(words.code == "letter/arrival-differs", "\(words.text)")
        let elsewhere = try await arrive(rig, "m61", "1.00", more: ",\"letter\":\"\(other)\"")
        #expect(elsewhere.status == 409 && elsewhere.code == "letter/money-claimed")
    }

    @Test func `serials that only look alike, and sums of the far future, are refused`()
        async throws
    {
        let rig = try await rig()
        for serial in ["caf\u{e9}", "cafe\u{301}", "a b", ""] {
            let answer = try await arrive(rig, serial, "5.00")
            #expect(answer.code == "request/malformed", "\(serial): \(answer.text)")
        }
        let ahead = try await arrive(
            rig, "m63", "5.00", more: ",\"time\":\"2999-01-01T00:00:00Z\"")
        #expect(ahead.code == "request/malformed", "\(ahead.text)")
    }

    @Test func `an application that nobody named is kept from letters and money`() async throws {
        let rig = try await rig()
        let letter = try await accepted(rig, 64)
        let stranger = try LettersRig.application(of: rig.hangzhou.relay, "parking-desk")
        let calls: [(HTTPMethod, String, String?)] = [
            (.get, "/v1/letters", nil), (.get, "/v1/letters/\(letter)", nil),
            (.get, "/v1/letters/\(letter)/events", nil), (.get, "/v1/letters/arrivals", nil),
            (.get, "/v1/letters/institutions", nil), (.post, "/v1/letters", "{}"),
            (.post, "/v1/letters/batches", "{}"), (.post, "/v1/letters/\(letter)/review", "{}"),
            (.post, "/v1/letters/arrivals", "{\"serial\":\"m64\",\"amount\":\"10300.25\"}"),
            (.post, "/v1/letters/arrivals/returned", "{\"serial\":\"m64\"}"),
            (.post, "/v1/letters/\(letter)/remittances/returned", "{\"serial\":\"m64\"}"),
        ]
        for (method, path, body) in calls {
            let answer = try await rig.call(rig.hangzhou, method, path, body, as: stranger)
            #expect(answer.status == 403, "\(path): \(answer.text)")
            #expect(answer.code == "access/not-admitted", "\(path): \(answer.text)")
        }
        // Nothing of it stayed.
        #expect(try await rig.get(rig.hangzhou, letter).body["money"] == nil)
    }

    @Test func `where the bank's desk is named, it alone says that money came`() async throws {
        let rig = try await rig()
        let letter = try await accepted(rig, 65)
        rig.hangzhou.relay.stop()
        try rig.start(rig.hangzhou.relay) { $0.bankApplications = ["bank-desk"] }
        let bank = try LettersRig.application(of: rig.hangzhou.relay, "bank-desk")
        try await rig.until("the relay answers") {
            try await rig.get(rig.hangzhou, letter).status == 200
        }
        let named = ",\"letter\":\"\(letter)\""
        let clerk = try await arrive(rig, "m65", "10300.25", more: named)
        #expect(clerk.code == "access/not-admitted", "\(clerk.text)")
        let filed = try await arrive(rig, "m65", "10300.25", as: bank)
        #expect(filed.body["filed"]?.string == "suspense", "\(filed.text)")
        let claim = try await arrive(rig, "m65", "10300.25", more: named, as: bank)
        #expect(claim.code == "access/not-admitted", "\(claim.text)")
        let claimed = try await arrive(rig, "m65", "10300.25", more: named)
        #expect(claimed.body["filed"]?.string == "letter", "\(claimed.text)")
        let list = try await rig.call(rig.hangzhou, .get, "/v1/letters", as: bank)
        #expect(list.code == "access/not-admitted", "\(list.text)")
        rig.hangzhou.relay.stop()
        try rig.start(rig.hangzhou.relay)
    }
}
