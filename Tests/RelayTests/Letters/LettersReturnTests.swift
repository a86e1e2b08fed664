// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayLaboratory
import RelayTransport
import TestSupport
import Testing

/// Money that goes back, through HTTP.
extension `Relays among peers`.`Letters of fund centres` {
    private func arrive(
        _ rig: LettersRig, _ serial: String, _ remark: String
    ) async throws -> LettersRig.Answer {
        try await rig.call(
            rig.hangzhou, .post, "/v1/letters/arrivals",
            "{\"serial\":\"\(serial)\",\"amount\":\"10300.25\",\"remark\":\"\(remark)\"}")
    }

    private func giveBack(_ rig: LettersRig, _ serial: String) async throws -> LettersRig.Answer {
        try await rig.call(
            rig.hangzhou, .post, "/v1/letters/arrivals/returned", "{\"serial\":\"\(serial)\"}")
    }

    @Test func `a rejected letter whose money came closes once the money went back`() async throws {
        let rig = try await rig()
        let letter = try await accepted(rig, 40)
        let early = try await arrive(rig, "back-40", "转移 \(letter.suffix(16))")
        #expect(early.body["filed"]?.string == "letter", "\(early.text)")
        let rejected = try await rig.say(
            rig.beijing, "rejection", letter, fields: ["TranRstMsg": "acct.frozen 账户被冻结"])
        #expect(rejected.status == 202, "\(rejected.text)")
        try await rig.until(letter, is: "13")
        let stuck = try await rig.say(rig.hangzhou, "completion", letter)
        #expect(stuck.code == "letter/money-unexpected", "\(stuck.text)")
        #expect(stuck.body["next"]?.string?.contains("/v1/letters/arrivals/returned") == true)
        let returned = try await giveBack(rig, "back-40")
        #expect(returned.status == 200, "\(returned.text)")
        #expect(returned.body["filed"]?.string == "returned")
        #expect(returned.body["letter"]?.string == letter)
        #expect(try await giveBack(rig, "back-40").text == returned.text)
        #expect(try await rig.get(rig.hangzhou, letter).body["money"] == nil)
        let again = try await arrive(rig, "back-40", "转移 \(letter.suffix(16))")
        #expect(again.body["filed"]?.string == "known", "\(again.text)")
        // The same rows make the same letter.
        rig.hangzhou.relay.stop()
        try rig.start(rig.hangzhou.relay)
        try await rig.until("the relay answers") {
            try await rig.get(rig.hangzhou, letter).status == 200
        }
        #expect(try await rig.get(rig.hangzhou, letter).body["money"] == nil)
        try await rig.until("its word is taken") {
            try await rig.say(rig.hangzhou, "completion", letter).status == 202
        }
        try await rig.until(letter, is: "40")
        let closed = try await giveBack(rig, "nobody's")
        #expect(closed.status == 404 && closed.code == "letter/no-such-arrival", "\(closed.text)")
    }

    @Test func `suspense shrinks when the bank takes a sum back`() async throws {
        let rig = try await rig()
        func waiting() async throws -> [String] {
            let list = try await rig.call(rig.hangzhou, .get, "/v1/letters/arrivals")
            return list.body["suspense"]?.array?.compactMap { $0["serial"]?.string } ?? []
        }
        let filed = try await arrive(rig, "back-41", "公积金")
        #expect(filed.body["filed"]?.string == "suspense", "\(filed.text)")
        #expect(try await waiting().contains("back-41"))
        let returned = try await giveBack(rig, "back-41")
        #expect(returned.body["filed"]?.string == "returned", "\(returned.text)")
        #expect(try await !waiting().contains("back-41"))
        #expect(try await giveBack(rig, "back-41").text == returned.text)
        let again = try await arrive(rig, "back-41", "公积金")
        #expect(again.body["filed"]?.string == "known", "\(again.text)")
        #expect(try await !waiting().contains("back-41"))
    }

    @Test func `money does not go back from under a completion`() async throws {
        let rig = try await rig()
        let letter = try await accepted(rig, 42)
        _ = try await rig.say(rig.beijing, "information", letter, fields: LettersRig.information)
        try await rig.until(letter, is: "08")
        _ = try await arrive(rig, "back-42", "\(letter.suffix(16))")
        let completion = try await rig.say(rig.hangzhou, "completion", letter)
        #expect(completion.status == 202, "\(completion.text)")
        let refused = try await giveBack(rig, "back-42")
        #expect(refused.code == "letter/message-in-flight", "\(refused.text)")
        try await rig.until(letter, is: "00")
        #expect(try await giveBack(rig, "back-42").code == "letter/closed")
    }

    @Test func `a remittance that came back is on the letter, which stays in 02`() async throws {
        let rig = try await rig()
        let letter = try await accepted(rig, 43)
        let path = "/v1/letters/\(letter)/remittances/returned"
        let there = try await rig.call(rig.hangzhou, .post, path, "{\"serial\":\"r-43\"}")
        #expect(there.code == "letter/wrong-side", "\(there.text)")
        for _ in 0..<2 {
            let told = try await rig.call(rig.beijing, .post, path, "{\"serial\":\"r-43\"}")
            #expect(told.body["state"]?["code"]?.string == "02", "\(told.text)")
            #expect(told.body["remittance"]?["serials"]?.array?.count == 1, "\(told.text)")
        }
        #expect(!rig.beijing.relay.said("letters/remittance-returned").isEmpty)
        rig.beijing.relay.stop()
        try rig.start(rig.beijing.relay)
        try await rig.until("the relay answers") {
            try await rig.get(rig.beijing, letter).status == 200
        }
        let after = try await rig.get(rig.beijing, letter)
        #expect(after.body["remittance"]?["serials"]?.array?.first?.string == "r-43")
        #expect(after.body["remittance"]?["chinese"]?.string?.contains("转账失败") == true)
        try await rig.until("its word is taken") {
            try await rig.say(
                rig.beijing, "rejection", letter, fields: ["TranRstMsg": "bank.returned 退汇"]
            ).status == 202
        }
        try await rig.until(letter, is: "13")
    }
}
