// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

extension Act {
    static let withdrawal = Act(
        name: "withdrawal",
        title: "withdrawal against acceptance: each comes first once, then both at once",
        asserts: "either may win, on both chains alike; never both"
    ) { stage in
        let race = WithdrawalRace(centres: try stage.centres(), stage: stage)
        try race.withdrawalFirst(stage.person(12, of: race.near))
        try race.acceptanceFirst(stage.person(13, of: race.near))
        try race.bothAtOnce(stage.person(14, of: race.near))
    }
}

/// The near centre withdraws a letter while the far one accepts it. The far city's chain decides,
/// by which of the two it has in a block first.
private struct WithdrawalRace {
    let centres: FundCentres
    let stage: Stage

    var near: City { centres.near }
    private var far: City { centres.far }

    /// The withdrawal is on the far chain before the far centre's clerk says a word.
    func withdrawalFirst(_ person: String) throws {
        let letter = try centres.apply(for: person)
        try centres.post(near, .withdrawal, letter)
        try centres.waitOnChain(far, letter, "the withdrawal") { $0.state == .withdrawn }
        // At once: the far relay has hardly read that block.
        try refuse(.acceptance, by: far, letter, "letter/withdrawn-first")
        try requireWinner(.withdrawal, of: letter)
        try requireNoMoney(letter)
    }

    /// The acceptance is in a block, and the near centre has not heard of it.
    func acceptanceFirst(_ person: String) throws {
        let letter = try centres.apply(for: person)
        try centres.post(far, .acceptance, letter)
        try centres.waitOnChain(far, letter, "the acceptance") {
            $0.position(of: .acceptance) != nil
        }
        try refuse(.withdrawal, by: near, letter, "letter/accepted-first")
        try requireWinner(.acceptance, of: letter)
        try completeWithMoney(letter)
    }

    /// Both words are posted in one moment: whichever wins, it wins on both chains.
    func bothAtOnce(_ person: String) throws {
        let letter = try centres.apply(for: person)
        try centres.postAtOnce([(near, .withdrawal), (far, .acceptance)], letter)
        let isWithdrawn = try centres.settle(letter, in: [.accepted, .withdrawn]) == .withdrawn
        let loser = isWithdrawn ? far : near
        let code = isWithdrawn ? "letter/withdrawn-first" : "letter/accepted-first"
        let shown = try centres.get(loser, letter)
        try stage.require(
            shown["lastRefusal"]?["code"]?.string == code, "\(loser.name) is told \(code)",
            shown: shown.line)
        say("· \(number(letter)), both at once: \(loser.name) is told \(code)")
        try requireWinner(isWithdrawn ? .withdrawal : .acceptance, of: letter)
        try isWithdrawn ? requireNoMoney(letter) : completeWithMoney(letter)
    }

    private func number(_ letter: String) -> Substring { FundCentres.number(of: letter) }

    // MARK: What must hold

    private func refuse(
        _ act: LetterAct, by city: City, _ letter: String, _ code: String
    ) throws {
        let refusal = try centres.refusal(of: act, by: city, letter)
        try stage.require(
            refusal.code == code, "\(city.name)'s \(act.rawValue) gets \(code)",
            shown: "\(refusal)")
        say(
            "· \(number(letter)), \(act.rawValue) second: \(city.name) is told \(code):\n"
                + "    \(refusal.text)")
    }

    /// Both relays and both chains know one winner, and nothing of the loser.
    private func requireWinner(_ winner: LetterAct, of letter: String) throws {
        let state: LetterState = winner == .withdrawal ? .withdrawn : .accepted
        let loser: LetterAct = winner == .withdrawal ? .acceptance : .withdrawal
        _ = try centres.settle(letter, in: [state])
        var heights: [String] = []
        for city in [near, far] {
            guard let kept = try centres.onChain(city, letter) else {
                throw World.Failure(description: "\(city.name)'s chain has no letter \(letter)")
            }
            let taken = kept.entries.map(\.statement.act)
            try stage.require(
                kept.state == state && taken == [.application, winner]
                    && kept.position(of: loser) == nil,
                "\(city.name)'s chain knows the \(winner.rawValue) alone",
                shown: "\(kept.state.rawValue) by \(taken.map(\.rawValue))")
            heights.append("\(city.name)'s at height \(kept.position(of: winner)?.height ?? 0)")
        }
        say(
            "· \(number(letter)) on both chains: \(try centres.get(near, letter).stateText);\n"
                + "    " + heights.joined(separator: ", "))
    }

    /// Withdrawn: nothing is booked, and a payment that comes all the same finds no open letter.
    private func requireNoMoney(_ letter: String) throws {
        let filed = try centres.arrive(letter, serial: "bank-\(letter)")
        try stage.require(
            filed["filed"]?.string == "suspense"
                && filed["code"]?.string == "suspense/letter-ended",
            "money for a withdrawn letter waits in suspense", shown: filed.line)
        for city in [near, far] {
            let shown = try centres.get(city, letter)
            try stage.require(
                shown["ended"] == .bool(true) && shown["bookings"]?.array?.isEmpty == true
                    && shown["money"] == nil,
                "\(city.name) books nothing of a withdrawn letter", shown: shown.line)
        }
        say("· \(number(letter)) ended, nothing booked; a payment for it waits in suspense")
    }

    /// Accepted: it goes on to its end, and each side books the money once.
    private func completeWithMoney(_ letter: String) throws {
        try centres.inform(letter)
        let filed = try centres.arrive(letter, serial: "bank-\(letter)")
        try stage.require(
            filed["letter"]?.string == letter && filed["reconciled"] == .bool(true),
            "the bank's notice finds its letter", shown: filed.line)
        try centres.step(near, .completion, letter, to: .completed)
        for (city, booking) in [(near, "08"), (far, "07")] {
            let shown = try centres.get(city, letter)
            let bookings = shown["bookings"]?.array?.compactMap { $0["code"]?.string }
            try stage.require(
                shown["ended"] == .bool(true) && bookings == [booking],
                "\(city.name) books the money once, as \(booking)", shown: shown.line)
        }
        say("· \(number(letter)) ended: 00, \(FundCentres.sum.told) booked once on either side")
    }
}
