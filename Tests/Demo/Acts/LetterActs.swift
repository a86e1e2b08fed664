// SPDX-License-Identifier: Apache-2.0

import LightClient

extension Act {
    static let letters = Act(
        name: "letters",
        title: "an account moves: 01, 02, 08, 00, with the bank's money reconciled"
    ) { stage in
        let centres = try stage.centres()
        let (near, far) = (centres.near, centres.far)
        let letter = try centres.apply(for: stage.person(10, of: near))
        let opened = try centres.get(far, letter)
        try stage.require(
            opened["turn"]?.string == "ours"
                && opened["received"]?.array?.first?["fields"]?["EmpName"]?.string == "甲某",
            opened.line)
        say("· \(letter), \(near.name) to \(far.name): \(state(opened))")
        try centres.step(far, "acceptance", letter, to: "02")
        say("· \(far.name) accepts: \(state(try centres.get(near, letter)))")
        try centres.step(far, "information", letter, information, to: "08")
        say("· \(far.name) tells 10300.25: \(state(try centres.get(near, letter)))")

        let early = try centres.say(near, "completion", letter)
        try stage.require(early["code"]?.string == "letter/money-missing", early.line)
        say("· completion without the money: \(early["code"]?.string ?? "")")
        let notice = StrictJSON.object([
            ("serial", .string("bank-1")), ("amount", .string("10300.25")),
            ("remark", .string("转移接续 \(letter.suffix(16))")),
            ("time", .string("2026-11-26T10:00:00+08:00")),
        ])
        let filed = try centres.call(near, "/v1/letters/arrivals", notice.line)
        try stage.require(
            filed["letter"]?.string == letter && filed["reconciled"] == .bool(true), filed.line)
        say("· the bank's notice of 10300.25 finds the letter: reconciled")
        let again = try centres.call(near, "/v1/letters/arrivals", notice.line)
        try stage.require(again["filed"]?.string == "known", again.line)

        try centres.step(near, "completion", letter, to: "00")
        let whole = try centres.get(near, letter)
        let acts = whole["timeline"]?.array?.compactMap { $0["act"]?.string } ?? []
        try stage.require(
            whole["ended"] == .bool(true) && whole["money"]?["reconciled"] == .bool(true)
                && acts == ["application", "acceptance", "information", "completion"], whole.line)
        say("· completed: \(state(whole)); \(acts.joined(separator: " → "))")
    }

    static let rejection = Act(
        name: "rejection",
        title: "an account is frozen: the letter is rejected, and closes as failed"
    ) { stage in
        let centres = try stage.centres()
        let letter = try centres.apply(for: stage.person(11, of: centres.near))
        try centres.step(centres.far, "acceptance", letter, to: "02")
        try centres.step(
            centres.far, "rejection", letter, [("TranRstMsg", "acct.frozen 账户被冻结")], to: "13")
        let heard = try centres.get(centres.near, letter)
        let reason = heard["received"]?.array?.last?["reason"]
        try stage.require(reason?["code"]?.string == "acct.frozen", heard.line)
        say("· \(letter): \(state(heard)); acct.frozen \(reason?["chinese"]?.string ?? "")")
        try centres.step(centres.near, "completion", letter, to: "40")
        let whole = try centres.get(centres.far, letter)
        try stage.require(whole["ended"] == .bool(true), whole.line)
        say("· closed: \(state(whole))")
    }

    static let withdrawal = Act(
        name: "withdrawal",
        title: "withdrawal and acceptance race: one wins on both chains, the other is told why"
    ) { stage in
        let centres = try stage.centres()
        let (near, far) = (centres.near, centres.far)
        let words = [(city: near, act: "withdrawal"), (city: far, act: "acceptance")]
        let first = try centres.apply(for: stage.person(12, of: near))
        try centres.sayAtOnce(words, first)
        say("· \(first): both words are posted at once")
        try conclude(first, centres, stage)

        let second = try centres.apply(for: stage.person(13, of: near))
        try centres.step(near, "withdrawal", second, to: "05")
        let late = try centres.say(far, "acceptance", second)
        try stage.require(late["code"]?.string == "letter/withdrawn-first", late.line)
        say("· \(second), no race: \(state(try centres.get(far, second))); "
            + "\(far.name)'s acceptance gets letter/withdrawn-first")
    }

    /// Both sides agree who won, the loser has the code, and the letter ends.
    private static func conclude(
        _ letter: String, _ centres: FundCentres, _ stage: Stage
    ) throws {
        let isWithdrawn = try centres.settle(letter, in: ["02", "05"]) == "05"
        let loser = isWithdrawn ? centres.far : centres.near
        let code = isWithdrawn ? "letter/withdrawn-first" : "letter/accepted-first"
        let shown = try centres.get(loser, letter)
        let refusal = shown["lastRefusal"]
        try stage.require(refusal?["code"]?.string == code, shown.line)
        say("· both sides: \(state(shown)); \(loser.name) is told \(code): "
            + "\(refusal?["english"]?.string ?? "")")
        if !isWithdrawn {
            try centres.step(
                centres.far, "rejection", letter, [("TranRstMsg", "acct.frozen 账户被冻结")],
                to: "13")
            try centres.step(centres.near, "completion", letter, to: "40")
        }
        let ends = try [centres.near, centres.far].map { try centres.get($0, letter) }
        try stage.require(
            ends.allSatisfy { $0["ended"] == .bool(true) }
                && ends[0]["state"]?["code"] == ends[1]["state"]?["code"],
            ends.map(\.line).joined(separator: "\n"))
        say("· the letter has ended on both sides: \(state(ends[0]))")
    }

    private static func state(_ letter: StrictJSON) -> String {
        let state = letter["state"]
        return [state?["code"], state?["chinese"], state?["english"]].compactMap { $0?.string }
            .joined(separator: " ")
    }

    private static let information = [
        ("TranAmt", "10300.25"), ("OrAcctAmt", "10000.00"), ("Yinter", "300.25"),
        ("OAcctDate", "201001"), ("PayEndDate", "202610"), ("SixMconFlag", "1"),
        ("LoanNum", "0"), ("LoanEndFlag", "2"), ("FrLoanFlag", "2"),
    ]
}
