// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

extension Act {
    static let letters = Act(
        name: "letters",
        title: "an account moves: 01, 02, 08, 00, with the bank's money reconciled",
        asserts: "01 → 02 → 08 → 00; no end without the bank's money"
    ) { stage in
        let centres = try stage.centres()
        let (near, far) = (centres.near, centres.far)
        let letter = try centres.apply(for: stage.person(10, of: near))
        let opened = try centres.get(far, letter)
        try stage.require(
            opened["turn"]?.string == "ours"
                && opened["received"]?.array?.first?["fields"]?["EmpName"]?.string == "甲某",
            "\(far.name) reads the application, and it is its turn", shown: opened.line)
        say("· \(FundCentres.number(of: letter)), \(near.name) to \(far.name): \(opened.stateText)")
        try centres.step(far, .acceptance, letter, to: .accepted)
        say("· \(far.name) accepts: \(try centres.get(near, letter).stateText)")
        try centres.inform(letter)
        say(
            "· \(far.name) tells \(FundCentres.sum.told): "
                + "\(try centres.get(near, letter).stateText)")

        let early = try centres.say(near, .completion, letter)
        try stage.require(
            early["code"]?.string == "letter/money-missing",
            "a completion without the money is refused", shown: early.line)
        say("· completion without the money: letter/money-missing")
        let filed = try centres.arrive(letter, serial: "bank-1")
        try stage.require(
            filed["letter"]?.string == letter && filed["reconciled"] == .bool(true),
            "the bank's notice finds its letter", shown: filed.line)
        say("· the bank's notice of \(FundCentres.sum.told) finds the letter: reconciled")
        let again = try centres.arrive(letter, serial: "bank-1")
        try stage.require(
            again["filed"]?.string == "known", "a notice counts once", shown: again.line)

        try centres.step(near, .completion, letter, to: .completed)
        let whole = try centres.get(near, letter)
        let acts = whole["timeline"]?.array?.compactMap { $0["act"]?.string } ?? []
        try stage.require(
            whole["ended"] == .bool(true) && whole["money"]?["reconciled"] == .bool(true)
                && acts == ["application", "acceptance", "information", "completion"],
            "the letter is completed with its money", shown: whole.line)
        say("· completed: \(whole.stateText); \(acts.joined(separator: " → "))")
    }
}
