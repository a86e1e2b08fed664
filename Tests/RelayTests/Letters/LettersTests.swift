// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayAPI
import RelayLaboratory
import RelayStore
import RelayTransport
import TestSupport
import Testing

extension `Relays among peers` {
    /// Two centres' systems send each other letters, through two whole relays and two chains.
    @Suite(.serialized) struct `Letters of fund centres` {
        static let shared = Result<LettersRig, any Error> { try LettersRig() }

        func rig() async throws -> LettersRig {
            let rig = try Self.shared.get()
            try await rig.introduce()
            return rig
        }

        /// Opens a letter and brings it to 02.
        func accepted(_ rig: LettersRig, _ person: Int) async throws -> String {
            let opened = try await rig.apply(person)
            try #require(opened.status == 202, "\(opened.text)")
            try await rig.until(opened.letter, is: "01")
            let accepted = try await rig.say(rig.beijing, "acceptance", opened.letter)
            try #require(accepted.status == 202, "\(accepted.text)")
            try await rig.until(opened.letter, is: "02")
            return opened.letter
        }

        private func informed(_ rig: LettersRig, _ person: Int) async throws -> String {
            let letter = try await accepted(rig, person)
            let told = try await rig.say(
                rig.beijing, "information", letter, fields: LettersRig.information)
            try #require(told.status == 202, "\(told.text)")
            try await rig.until(letter, is: "08")
            return letter
        }

        private func arrive(
            _ rig: LettersRig, _ serial: String, _ amount: String, _ remark: String,
            letter: String? = nil
        ) async throws -> LettersRig.Answer {
            let named = letter.map { ",\"letter\":\"\($0)\"" } ?? ""
            return try await rig.call(
                rig.hangzhou, .post, "/v1/letters/arrivals",
                "{\"serial\":\"\(serial)\",\"amount\":\"\(amount)\",\"remark\":\"\(remark)\","
                    + "\"time\":\"2026-11-26T10:00:00+08:00\"\(named)}")
        }

        private func number(_ letter: String) -> String { String(letter.suffix(16)) }

        @Test func `a letter goes 01, 02, 08, 00, with the bank's money reconciled`() async throws {
            let rig = try await rig()
            let opened = try await rig.apply(0)
            try #require(opened.status == 202, "\(opened.text)")
            let letter = opened.letter
            #expect(opened.body["type"]?.string == "BDC901/0")
            #expect(opened.body["follow"]?.string == "/v1/letters/\(letter)")
            try await rig.until(letter, is: "01")
            let arrived = try await rig.get(rig.beijing, letter)
            #expect(arrived.body["side"]?.string == "transferOut")
            #expect(arrived.body["turn"]?.string == "ours")
            let received = arrived.body["received"]?.array?.first
            #expect(received?["fields"]?["EmpName"]?.string == "甲某", "\(arrived.text)")
            #expect(arrived.body["deadline"]?["limit"]?.int64 == 3)
            let accepted = try await rig.say(rig.beijing, "acceptance", letter)
            #expect(accepted.status == 202, "\(accepted.text)")
            try await rig.until(letter, is: "02")
            let told = try await rig.say(
                rig.beijing, "information", letter, fields: LettersRig.information)
            #expect(told.status == 202, "\(told.text)")
            try await rig.until(letter, is: "08")
            let early = try await rig.say(rig.hangzhou, "completion", letter)
            #expect(early.code == "letter/money-missing", "\(early.text)")
            let filed = try await arrive(rig, "b1", "10300.25", "转移接续 \(number(letter))")
            #expect(filed.body["filed"]?.string == "letter", "\(filed.text)")
            #expect(filed.body["reconciled"]?.bool == true)
            let again = try await arrive(rig, "b1", "10300.25", "转移接续 \(number(letter))")
            #expect(again.body["filed"]?.string == "known")
            let completed = try await rig.say(rig.hangzhou, "completion", letter)
            #expect(completed.status == 202, "\(completed.text)")
            try await rig.until(letter, is: "00")
            let whole = try await rig.get(rig.hangzhou, letter)
            #expect(whole.body["ended"]?.bool == true)
            #expect(whole.body["money"]?["reconciled"]?.bool == true)
            let acts = whole.body["timeline"]?.array?.compactMap { $0["act"]?.string }
            #expect(acts == ["application", "acceptance", "information", "completion"])
            #expect(whole.body["bookings"]?.array?.first?["code"]?.string == "08")
            let packets = whole.body["packets"]?.array?.compactMap(\.string) ?? []
            #expect(packets.count == 4)
            #expect(packets.allSatisfy { PacketID($0) != nil })
            let closed = try await rig.say(rig.beijing, "acceptance", letter)
            #expect(closed.code == "letter/closed", "\(closed.text)")
        }

        @Test func `a rejection is told in its class, and the letter closes as failed`()
            async throws
        {
            let rig = try await rig()
            let letter = try await accepted(rig, 1)
            let refused = try await rig.say(rig.beijing, "rejection", letter)
            #expect(refused.code == "letter/field-invalid", "\(refused.text)")
            let rejected = try await rig.say(
                rig.beijing, "rejection", letter,
                fields: ["TranRstMsg": "acct.frozen 账户被冻结"])
            #expect(rejected.status == 202, "\(rejected.text)")
            try await rig.until(letter, is: "13")
            let heard = try await rig.get(rig.hangzhou, letter).body["received"]?.array?.last
            #expect(heard?["reason"]?["code"]?.string == "acct.frozen")
            #expect(heard?["reason"]?["chinese"]?.string == "账户被冻结")
            let failed = try await rig.say(rig.hangzhou, "completion", letter)
            #expect(failed.status == 202, "\(failed.text)")
            try await rig.until(letter, is: "40")
        }

        @Test func `a withdrawal that comes behind the acceptance is refused in words`()
            async throws
        {
            let rig = try await rig()
            let opened = try await rig.apply(2)
            try await rig.until(opened.letter, is: "01")
            // Both speak before either has heard the other.
            let withdrawal = try await rig.say(rig.hangzhou, "withdrawal", opened.letter)
            let acceptance = try await rig.say(rig.beijing, "acceptance", opened.letter)
            #expect(withdrawal.status == 202 && acceptance.status == 202)
            var (ours, theirs) = ("", "")
            try await rig.until("the race is decided") {
                let (one, other) = (
                    try await rig.get(rig.hangzhou, opened.letter),
                    try await rig.get(rig.beijing, opened.letter)
                )
                (ours, theirs) = (one.state ?? "", other.state ?? "")
                return ours == theirs && ours != "01" && one.body["waiting"] == nil
                    && other.body["waiting"] == nil
            }
            // Beijing's chain decides, whichever came first there; never both.
            if ours == "02" {
                let refusal = try await rig.get(rig.hangzhou, opened.letter).body["lastRefusal"]
                #expect(refusal?["code"]?.string == "letter/accepted-first")
                #expect(refusal?["chinese"]?.string?.isEmpty == false)
            } else {
                #expect(ours == "05")
                let refusal = try await rig.get(rig.beijing, opened.letter).body["lastRefusal"]
                #expect(refusal?["code"]?.string == "letter/withdrawn-first")
            }
        }

        @Test func `a sum that differs keeps the letter open until it is negotiated`()
            async throws
        {
            let rig = try await rig()
            let letter = try await informed(rig, 3)
            let filed = try await arrive(rig, "b3", "10300.31", number(letter))
            #expect(filed.body["reconciled"]?.bool == false, "\(filed.text)")
            let early = try await rig.say(rig.hangzhou, "completion", letter)
            #expect(early.code == "letter/money-differs", "\(early.text)")
            #expect(early.body["expected"]?.string == "10300.25")
            #expect(early.body["message"]?.string?.contains("10300") == false)
            let wrong = try await rig.say(
                rig.hangzhou, "negotiation", letter,
                fields: ["TranAmt": "10300.31", "OrAcctAmt": "10000.00", "Yinter": "300.25"])
            #expect(wrong.code == "letter/amount-sum", "\(wrong.text)")
            let agreed = try await rig.say(
                rig.hangzhou, "negotiation", letter,
                fields: ["TranAmt": "10300.31", "OrAcctAmt": "10000.00", "Yinter": "300.31"])
            #expect(agreed.status == 202, "\(agreed.text)")
            try await rig.until(letter, is: "06")
            let completed = try await rig.say(rig.hangzhou, "completion", letter)
            #expect(completed.status == 202, "\(completed.text)")
            try await rig.until(letter, is: "20")
        }

        @Test func `money without a number waits for a clerk`() async throws {
            let rig = try await rig()
            let letter = try await informed(rig, 4)
            let filed = try await arrive(rig, "b4", "10300.25", "公积金")
            #expect(filed.body["code"]?.string == "suspense/no-number", "\(filed.text)")
            let waiting = try await rig.call(rig.hangzhou, .get, "/v1/letters/arrivals")
            #expect(waiting.body["suspense"]?.array?.first?["serial"]?.string == "b4")
            #expect(!waiting.text.contains("10300"))
            let claimed = try await arrive(rig, "b4", "10300.25", "", letter: letter)
            #expect(claimed.body["reconciled"]?.bool == true, "\(claimed.text)")
            let empty = try await rig.call(rig.hangzhou, .get, "/v1/letters/arrivals")
            #expect(empty.body["suspense"]?.array?.isEmpty == true)
        }

        @Test func `the engine's refusals come before anything leaves`() async throws {
            let rig = try await rig()
            let opened = try await rig.apply(5)
            let letter = opened.letter
            let height = rig.beijing.relay.city.height
            let twice = try await rig.apply(5)
            #expect(twice.code == "letter/duplicate-in-flight", "\(twice.text)")
            #expect(twice.body["letter"]?.string == letter)
            let hasty = try await rig.say(rig.hangzhou, "withdrawal", letter)
            #expect(hasty.code == "letter/message-in-flight", "\(hasty.text)")
            try await rig.until(letter, is: "01")
            #expect(rig.beijing.relay.city.height > height)
            let side = try await rig.say(rig.hangzhou, "acceptance", letter)
            #expect(side.code == "letter/wrong-side", "\(side.text)")
            let early = try await rig.say(
                rig.beijing, "information", letter, fields: LettersRig.information)
            #expect(early.code == "letter/wrong-state", "\(early.text)")
            var foreign = LettersRig.information
            foreign["EmpName"] = "乙某"
            foreign["DocType"] = "01"
            foreign["IdNum"] = rig.person(5)
            let accepted = try await rig.say(rig.beijing, "acceptance", letter)
            #expect(accepted.status == 202)
            try await rig.until(letter, is: "02")
            let other = try await rig.say(rig.beijing, "information", letter, fields: foreign)
            #expect(other.code == "letter/other-person", "\(other.text)")
            #expect(other.body["rule"]?.string == "name")
            #expect(!other.text.contains("乙某"))
            let unknown = try await rig.get(rig.hangzhou, "3301002611260000")
            #expect(unknown.code == "letter/not-found", "\(unknown.text)")
            let nowhere = try await rig.say(
                rig.hangzhou, "application",
                more: ",\"to\":\"520100000000000\",\"account\":\"01\"")
            #expect(nowhere.code == "letter/institution-unknown", "\(nowhere.text)")
        }

        @Test func `one key gives one letter, and another body under it is refused`()
            async throws
        {
            let rig = try await rig()
            let first = try await rig.apply(6, key: "letter-key")
            let second = try await rig.apply(6, key: "letter-key")
            #expect(first.status == 202 && second.status == 202 && first.text == second.text)
            let other = try await rig.apply(7, key: "letter-key")
            #expect(other.status == 409)
            #expect(other.code == "idempotency/other-body", "\(other.text)")
        }

        @Test func `only applications of the own institution come in`() async throws {
            let rig = try await rig()
            let foreign = try await rig.call(
                rig.hangzhou, .get, "/v1/letters", as: rig.beijing.application)
            #expect(foreign.code == "identity/foreign-member", "\(foreign.text)")
            let relay = try await rig.call(
                rig.hangzhou, .get, "/v1/letters", as: rig.hangzhou.relay.credentials)
            #expect(relay.code == "access/wrong-kind", "\(relay.text)")
        }

        @Test func `a list tells states and deadlines, and no person`() async throws {
            let rig = try await rig()
            let letter = try await accepted(rig, 8)
            let list = try await rig.call(
                rig.hangzhou, .get, "/v1/letters?state=02&open=true&limit=500")
            let line = list.body["letters"]?.array?.first { $0["letter"]?.string == letter }
            #expect(line?["turn"]?.string == "theirs", "\(list.text)")
            #expect(line?["due"]?.string?.utf8.count == 8)
            #expect(!list.text.contains(rig.person(8)) && !list.text.contains("甲某"))
            let wrong = try await rig.call(rig.hangzhou, .get, "/v1/letters?state=99")
            #expect(wrong.status == 400 && wrong.code == "api/malformed-query", "\(wrong.text)")
            #expect(wrong.body["counterChinese"]?.string?.isEmpty == false)
            for query in ["limit=0", "limit=many", "open=1", "overdue=perhaps"] {
                let refused = try await rig.call(rig.hangzhou, .get, "/v1/letters?\(query)")
                #expect(refused.code == "api/malformed-query", "\(refused.text)")
            }
        }
    }
}
