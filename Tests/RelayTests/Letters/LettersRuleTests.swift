// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayLaboratory
import RelayTransport
import TestSupport
import Testing

/// Guards of the centre's own door, through HTTP: accounts, batches, corrections, identity.
extension `Relays among peers`.`Letters of fund centres` {
    private func batch(
        _ rig: LettersRig, _ centre: LettersRig.Centre, _ type: String, _ lines: [[String]],
        accounts: [String: String] = [:]
    ) async throws -> LettersRig.Answer {
        let file = lines.map { $0.map { $0 + "@|$" }.joined() + "\\n" }.joined()
        let statuses = accounts.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
        return try await rig.call(
            centre, .post, "/v1/letters/batches",
            "{\"idempotencyKey\":\"batch-\(UInt32.random(in: .min ... .max))\","
                + "\"type\":\"\(type)\",\"total\":\(lines.count),\"accounts\":{\(statuses)},"
                + "\"batch\":\"PLZYJXH3301002501020001\",\"file\":\"\(file)\"}")
    }

    private func application(
        _ rig: LettersRig, _ number: String, _ person: Int, _ name: String
    ) -> [String] {
        [
            number, "0", rig.beijing.code, "北京中心", name, "01", rig.person(person), "", "",
            "6220001", "杭州中心", "某银行", "", "", "20250102", "", "", "",
        ]
    }

    private func codes(_ answer: LettersRig.Answer) -> [String?] {
        (answer.body["lines"]?.array ?? []).map { $0["code"]?.string }
    }

    @Test func `a number twice in a batch leaves the second person free`() async throws {
        let rig = try await rig()
        let number = "3301002501020001"
        let answer = try await batch(
            rig, rig.hangzhou, "BDC902",
            [application(rig, number, 50, "甲某"), application(rig, number, 51, "乙某")],
            accounts: [number: "01"])
        #expect(codes(answer) == [nil, "letter/message-in-flight"], "\(answer.text)")
        let free = try await rig.apply(51)
        #expect(free.status == 202, "\(free.text)")
        let taken = try await rig.apply(50)
        #expect(taken.code == "letter/duplicate-in-flight", "\(taken.text)")
    }

    @Test func `a person without an open account here is refused before anything leaves`()
        async throws
    {
        let rig = try await rig()
        func apply(_ more: String) async throws -> LettersRig.Answer {
            try await rig.say(
                rig.hangzhou, "application",
                fields: [
                    "TranCenName": "北京中心", "EmpName": "甲某", "DocType": "01",
                    "IdNum": rig.person(52), "TranRefAcctNo": "6220001",
                    "TranRefAcctName": "杭州中心", "TranBank": "某银行",
                ], more: ",\"to\":\"\(rig.beijing.code)\"" + more)
        }
        let silent = try await apply("")
        #expect(silent.code == "request/malformed", "\(silent.text)")
        #expect(silent.body["message"]?.string?.hasPrefix("account is missing") == true)
        let none = try await apply(",\"account\":\"none\"")
        #expect(none.status == 422 && none.code == "letter/account-missing", "\(none.text)")
        for closed in ["03", "04", "05"] {
            let answer = try await apply(",\"account\":\"\(closed)\"")
            #expect(answer.status == 422 && answer.code == "letter/account-closed")
            #expect(answer.body["counterChinese"]?.string == "当前账户已销户，不能办理转移接续")
        }
        let (one, other) = ("3301002501020011", "3301002501020012")
        let lines = try await batch(
            rig, rig.hangzhou, "BDC902",
            [application(rig, one, 52, "甲某"), application(rig, other, 53, "乙某")],
            accounts: [one: "04"])
        #expect(codes(lines) == ["letter/account-closed", "letter/account-missing"])
        let free = try await apply(",\"account\":\"01\"")
        #expect(free.status == 202, "\(free.text)")
    }

    @Test func `a batch of 906 informs one letter and rejects another`() async throws {
        let rig = try await rig()
        var letters: [String] = []
        for person in [54, 55] {
            let opened = try await rig.apply(person)
            try #require(opened.status == 202, "\(opened.text)")
            try await rig.until(opened.letter, is: "01")
            letters.append(opened.letter)
        }
        let lines: [[String]] = letters.enumerated().map { index, letter in
            let told = ["10300.25", "10000.00", "300.25", "201001", "202610", "1", "0", "2", "2"]
            let isRejected = index == 1
            return [String(letter.suffix(16)), "0", "甲某", "01", rig.person(54 + index)]
                + (isRejected ? Array(repeating: "", count: 9) : told)
                + [isRejected ? "1" : "0", isRejected ? "acct.frozen 冻结" : "", ""]
        }
        let early = try await batch(rig, rig.beijing, "BDC906", lines)
        #expect(codes(early) == ["letter/wrong-state", "letter/wrong-state"], "\(early.text)")
        for letter in letters {
            let accepted = try await rig.say(rig.beijing, "acceptance", letter)
            #expect(accepted.status == 202, "\(accepted.text)")
            try await rig.until(letter, is: "02")
        }
        var foreign = lines[0]
        foreign[0] = "3301002501029999"
        let answer = try await batch(rig, rig.beijing, "BDC906", lines + [foreign])
        #expect(answer.body["taken"]?.int64 == 2, "\(answer.text)")
        #expect(codes(answer).last == "letter/not-found", "\(answer.text)")
        try await rig.until(letters[0], is: "08")
        try await rig.until(letters[1], is: "13")
    }

    @Test func `an ended letter is corrected by a new one, on both chains`() async throws {
        let rig = try await rig()
        let first = try await rig.apply(56)
        try #require(first.status == 202, "\(first.text)")
        try await rig.until(first.letter, is: "01")
        let more = ",\"corrects\":\"\(first.letter)\""
        let open = try await rig.apply(57, more: more)
        #expect(open.code == "letter/corrects-open-letter", "\(open.text)")
        _ = try await rig.say(rig.hangzhou, "withdrawal", first.letter)
        try await rig.until(first.letter, is: "05")
        let unknown = try await rig.apply(
            56, more: ",\"corrects\":\"330100000000000-3301002501027777\"")
        #expect(unknown.code == "letter/no-such-letter", "\(unknown.text)")
        let second = try await rig.apply(56, more: more)
        try #require(second.status == 202, "\(second.text)")
        try await rig.until(second.letter, is: "01")
        for centre in [rig.hangzhou, rig.beijing] {
            let letter = try await rig.get(centre, second.letter)
            #expect(letter.body["corrects"]?.string == first.letter, "\(letter.text)")
        }
        let accepted = try await rig.say(rig.beijing, "acceptance", second.letter)
        #expect(accepted.status == 202, "\(accepted.text)")
        try await rig.until(second.letter, is: "02")
        #expect(try await rig.get(rig.hangzhou, first.letter).state == "05")
    }

    @Test func `a name that differs tells how, in the refusal, the review and the rejection`()
        async throws
    {
        let rig = try await rig()
        let opened = try await rig.apply(58)
        try #require(opened.status == 202, "\(opened.text)")
        let letter = opened.letter
        try await rig.until(letter, is: "01")
        _ = try await rig.say(rig.beijing, "acceptance", letter)
        try await rig.until(letter, is: "02")
        var told = LettersRig.information
        (told["EmpName"], told["DocType"], told["IdNum"]) = ("甲 某", "01", rig.person(58))
        let refused = try await rig.say(rig.beijing, "information", letter, fields: told)
        #expect(refused.code == "letter/other-person", "\(refused.text)")
        #expect(refused.body["rule"]?.string == "name")
        #expect(refused.body["nameRule"]?.string == "spaces")
        let review = try await rig.call(
            rig.beijing, .post, "/v1/letters/\(letter)/review",
            "{\"accounts\":[{\"EmpName\":\"甲·某\",\"DocType\":\"01\","
                + "\"IdNum\":\"\(rig.person(58))\",\"GRZHZT\":\"02\",\"sealedMonths\":9}]}")
        #expect(review.body["reason"]?["code"]?.string == "id.mismatch", "\(review.text)")
        #expect(review.body["nameRule"]?.string == "middleDot", "\(review.text)")
        let message = review.body["message"]?.string ?? ""
        #expect(message.hasPrefix("id.mismatch name/middleDot "), "\(message)")
        let rejected = try await rig.say(
            rig.beijing, "rejection", letter, fields: ["TranRstMsg": message])
        #expect(rejected.status == 202, "\(rejected.text)")
        try await rig.until(letter, is: "13")
        let heard = try await rig.get(rig.hangzhou, letter).body["received"]?.array?.last
        #expect(heard?["rule"]?.string == "name" && heard?["nameRule"]?.string == "middleDot")
    }
}
