// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

extension Act {
    static let rejection = Act(
        name: "rejection",
        title: "an account is frozen: the letter is rejected, and closes as failed",
        asserts: "01 → 02 → 13 → 40; the reason arrives in words"
    ) { stage in
        let centres = try stage.centres()
        let letter = try centres.apply(for: stage.person(11, of: centres.near))
        try centres.step(centres.far, .acceptance, letter, to: .accepted)
        try centres.step(
            centres.far, .rejection, letter, [("TranRstMsg", "acct.frozen 账户被冻结")],
            to: .rejected)
        let heard = try centres.get(centres.near, letter)
        let reason = heard["received"]?.array?.last?["reason"]
        let words = reason?["chinese"]?.string ?? ""
        try stage.require(
            reason?["code"]?.string == "acct.frozen", "the reason arrives", shown: heard.line)
        say(
            "· \(FundCentres.number(of: letter)): \(heard.stateText); acct.frozen \(words)"
        )
        try centres.step(centres.near, .completion, letter, to: .failed)
        let whole = try centres.get(centres.far, letter)
        try stage.require(
            whole["ended"] == .bool(true), "the rejected letter has ended", shown: whole.line)
        say("· closed: \(whole.stateText)")
    }
}
