// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import FoundationEssentials
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

extension `Relays among peers`.`Letters of fund centres` {
    @Test func `a relay that ends between submission and block sends the word once`()
        async throws
    {
        let rig = try await rig()
        let before = try await rig.apply(20)
        try await rig.until(before.letter, is: "01")
        let known = try await rig.get(rig.hangzhou, before.letter)
        let opened = try await rig.apply(21)
        let letter = opened.letter
        // No block is made: the transaction is in the mempool and its outcome open.
        var step: String?
        for _ in 0..<200 where step != "submitted" {
            step = try await rig.get(rig.hangzhou, letter).body["waiting"]?["step"]?.string
            try await Task.sleep(for: .milliseconds(25))
        }
        #expect(step == "submitted")
        rig.hangzhou.relay.stop()
        rig.hangzhou.relay.city.makeBlocks()
        try rig.start(rig.hangzhou.relay)
        try await rig.until(letter, is: "01")
        let after = try await rig.get(rig.hangzhou, letter)
        #expect(after.body["packets"]?.array?.count == 1, "\(after.text)")
        #expect(after.body["timeline"]?.array?.count == 1)
        // The same rows make the same letter.
        let again = try await rig.get(rig.hangzhou, before.letter)
        #expect(again.body["timeline"] == known.body["timeline"])
        #expect(again.body["packets"] == known.body["packets"])
        let person = try await rig.apply(21)
        #expect(person.code == "letter/duplicate-in-flight", "\(person.text)")
    }

    @Test func `a word that was taken and not sent goes out after a restart`() async throws {
        let rig = try await rig()
        let opened = try await rig.apply(22)
        rig.hangzhou.relay.stop()
        try rig.start(rig.hangzhou.relay)
        let repeated = try await rig.call(rig.hangzhou, .get, "/v1/letters/\(opened.letter)")
        #expect(repeated.status == 200, "\(repeated.text)")
        try await rig.until(opened.letter, is: "01")
        #expect(
            try await rig.get(rig.beijing, opened.letter).body["packets"]?.array?.count == 1)
    }

    @Test func `a stream tells every change and ends with the letter`() async throws {
        let rig = try await rig()
        let opened = try await rig.apply(23)
        try await rig.until(opened.letter, is: "01")
        async let stream = rig.call(
            rig.hangzhou, .get, "/v1/letters/\(opened.letter)/events")
        try await Task.sleep(for: .milliseconds(200))
        let withdrawn = try await rig.say(rig.hangzhou, "withdrawal", opened.letter)
        #expect(withdrawn.status == 202, "\(withdrawn.text)")
        try await rig.until(opened.letter, is: "05")
        let text = try await stream.text
        let events = text.split(separator: "event: letter").count
        #expect(events >= 2, "\(text.prefix(300))")
        #expect(text.contains("\"ended\":true"))
    }

    @Test func `a batch is judged line by line, and a repeated one gives the same answer`()
        async throws
    {
        let rig = try await rig()
        func line(_ sequence: Int, _ person: Int, _ name: String) -> String {
            let number = "3301002501010\(String("00\(sequence)".suffix(3)))"
            return [
                number, "0", rig.beijing.code, "北京中心", name, "01", rig.person(person), "", "",
                "6220001", "杭州中心", "某银行", "", "", "20250101", "", "", "",
            ].map { $0 + "@|$" }.joined()
        }
        let bad = line(3, 32, "丙某").replacing("6220001", with: "")
        let file = [line(1, 30, "甲某"), line(2, 31, "乙某"), bad].joined(separator: "\\n")
        let body =
            "{\"idempotencyKey\":\"batch-1\",\"type\":\"BDC902\",\"total\":3,"
            + "\"accounts\":{\"3301002501010001\":\"01\",\"3301002501010002\":\"02\"},"
            + "\"batch\":\"PLZYJXH3301002501010001\",\"file\":\"\(file)\\n\"}"
        let answer = try await rig.call(rig.hangzhou, .post, "/v1/letters/batches", body)
        try #require(answer.status == 202, "\(answer.text)")
        #expect(answer.body["taken"]?.int64 == 2, "\(answer.text)")
        let lines = answer.body["lines"]?.array ?? []
        #expect(lines.count == 3 && lines.last?["code"]?.string == "letter/field-missing")
        #expect(lines.last?["field"]?.string == "TranRefAcctNo")
        let again = try await rig.call(rig.hangzhou, .post, "/v1/letters/batches", body)
        #expect(again.text == answer.text)
        for line in lines.prefix(2) {
            try await rig.until(line["letter"]?.string ?? "", is: "01")
        }
        let short = body.replacing("\"total\":3", with: "\"total\":4")
            .replacing("batch-1", with: "batch-2")
        let refused = try await rig.call(rig.hangzhou, .post, "/v1/letters/batches", short)
        #expect(refused.code == "letter/batch-malformed", "\(refused.text)")
    }

    @Test func `the city's rules advise on an accepted letter`() async throws {
        let rig = try await rig()
        let opened = try await rig.apply(24)
        try await rig.until(opened.letter, is: "01")
        let person = rig.person(24)
        func review(_ status: String, _ more: String) async throws -> LettersRig.Answer {
            try await rig.call(
                rig.beijing, .post, "/v1/letters/\(opened.letter)/review",
                "{\"accounts\":[{\"EmpName\":\"甲某\",\"DocType\":\"01\",\"IdNum\":\"\(person)\","
                    + "\"GRZHZT\":\"\(status)\"\(more)}]}")
        }
        let early = try await review("02", "")
        #expect(early.code == "letter/wrong-state", "\(early.text)")
        let accepted = try await rig.say(rig.beijing, "acceptance", opened.letter)
        #expect(accepted.status == 202)
        try await rig.until(opened.letter, is: "02")
        #expect(
            try await review("02", ",\"sealedMonths\":7").body["verdict"]?.string == "clear")
        let short = try await review("02", ",\"sealedMonths\":1")
        #expect(short.body["act"]?.string == "hold", "\(short.text)")
        #expect(short.body["reason"]?["code"]?.string == "acct.sealed-short")
        let frozen = try await review("06", "")
        #expect(frozen.body["verdict"]?.string == "reject")
        #expect(frozen.body["reason"]?["code"]?.string == "acct.frozen")
    }

    @Test func `no person, number or sum is in a store or a line of the relays`() async throws {
        let rig = try await rig()
        let opened = try await rig.apply(25)
        let letter = opened.letter
        try await rig.until(letter, is: "01")
        _ = try await rig.say(rig.beijing, "acceptance", letter)
        try await rig.until(letter, is: "02")
        _ = try await rig.say(rig.beijing, "information", letter, fields: LettersRig.information)
        try await rig.until(letter, is: "08")
        let filed = try await rig.call(
            rig.hangzhou, .post, "/v1/letters/arrivals",
            "{\"serial\":\"planted-1\",\"amount\":\"10300.26\",\"remark\":\"\(letter.suffix(16))\"}"
        )
        #expect(filed.body["reconciled"]?.bool == false, "\(filed.text)")
        let planted = [
            "甲某", rig.person(25), "6220001", "10300.2", "10000.00", "planted-1", "1030025",
        ]
        for relay in [rig.hangzhou.relay, rig.beijing.relay] {
            for name in ["letters.db", "letters.db-wal", "relay.db", "relay.db-wal"] {
                let path = relay.folder.file(name)
                guard FileManager.default.fileExists(atPath: path) else { continue }
                let bytes = Data(try Corpus.read(path))
                for value in planted {
                    #expect(bytes.firstRange(of: Data(value.utf8)) == nil, "\(value) in \(name)")
                }
            }
            for note in relay.notes.withLock({ $0 }) {
                for value in planted { #expect(!note.detail.contains(value), "\(note.code)") }
            }
        }
    }
}
