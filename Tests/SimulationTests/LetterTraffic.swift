// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// Centres that write letters and move licences at random, on both sides at once, and an auditor
/// who sees every chain.
final class LetterTraffic {
    let federation: SimulatedFederation
    private(set) var said = 0
    private var ends: [String: String] = [:]
    private var letterCount = 0
    /// Open letters, and open moves, between two cities: few, so that each gets somewhere.
    private static let openAtOnce = 4
    private var world: World { federation.world }

    init(_ federation: SimulatedFederation) { self.federation = federation }

    /// Sets the centres and the auditor to work.
    func begin() {
        write()
        audit()
    }

    private func write() {
        world.after(world.between(20_000_000, 150_000_000)) { [weak self] in
            guard let self else { return }
            write()
            guard federation.sendsMoney else { return }
            let here = pick(federation.cities)
            let there = pick(federation.cities)
            guard here !== there, let word = word(at: here.chain, to: there.chain) else { return }
            let timeout = world.chance(0.3) ? world.between(5, 30) : world.between(60, 400)
            if here.chain.send(word, to: there.id, timeoutAfter: UInt64(timeout)) { said += 1 }
        }
    }

    private func audit() {
        world.after(2 * World.second) { [weak self] in
            guard let self else { return }
            check()
            audit()
        }
    }

    private func pick<Element>(_ list: [Element]) -> Element {
        list[Int(world.between(0, Int64(list.count - 1)))]
    }

    /// Any act of this side on any letter or licence between the two, or a new one.
    private func word(
        at chain: SimulatedChain, to other: SimulatedChain
    ) -> SimulatedLetters.Word? {
        let place = "\(other.id) "
        if world.chance(0.3) {
            let moves = chain.state.letters.moves.filter { $0.key.hasPrefix(place) }
            let open = moves.values.count { !$0.phase.isTerminal }
            if open < LetterTraffic.openAtOnce {
                letterCount += 1
                let serial = "2026112600000000\(1_000 + letterCount)"
                return SimulatedLetters.licence(serial).map { .move($0, .offer) }
            }
            let move = pick(moves.sorted { $0.key < $1.key }).value
            return .move(move.key, pick(LicenceMove.Act.allCases))
        }
        let letters = chain.state.letters.letters.filter {
            $0.key.hasPrefix(place) && !$0.value.state.isTerminal
        }
        if letters.count < LetterTraffic.openAtOnce { return application(at: chain, to: other) }
        let letter = pick(letters.sorted { $0.key < $1.key }).value
        // Withdrawing everything at once would leave nothing to race with.
        if letter.side == .transferIn, letter.state == .sent, world.chance(0.8) { return nil }
        let acts = LetterAct.allCases.filter { $0.authority == letter.side }
        // Mostly what moves the letter on, now and then anything.
        let moving = acts.filter { !$0.isNote && letter.state.after($0) != nil }
        let act = pick(moving.isEmpty || world.chance(0.2) ? acts : moving)
        let withMoney = act == .completion && letter.state != .rejected
        let sequence = chain.state.letters.nextSequence()
        return .letter(
            letter.key, out: letter.transferOut,
            SimulatedLetters.statement(letter.key, act, sequence, withMoney: withMoney))
    }

    private func application(
        at chain: SimulatedChain, to other: SimulatedChain
    ) -> SimulatedLetters.Word? {
        // Every chain counts for itself: numbers of two centres collide.
        let count = 1 + chain.state.letters.letters.values.count { $0.side == .transferIn }
        let digits = "\(count)"
        let padding = String(repeating: "0", count: max(0, 4 - digits.count))
        guard let institution = SimulatedLetters.institution(chain.id),
            let out = SimulatedLetters.institution(other.id),
            let number = try? LetterNumber("330100261126\(padding)\(digits)"),
            let key = try? LetterKey(institution: institution, number: number)
        else { return nil }
        return .letter(
            key, out: out,
            SimulatedLetters.statement(
                key, .application, chain.state.letters.nextSequence(), withMoney: false))
    }

    // MARK: what must hold

    private func check() {
        for city in federation.cities {
            let book = city.chain.state.letters
            for (place, count) in book.effects {
                if count > 1 { federation.report("\(city.id): \(place) came \(count) times") }
                if place.hasSuffix("contradiction") {
                    federation.report("\(city.id): \(place)")
                }
            }
            for (place, letter) in book.letters where letter.state.isTerminal {
                keepsEnd("\(city.id) \(place)", letter.state.rawValue)
            }
            for (place, move) in book.moves where move.phase.isTerminal {
                keepsEnd("\(city.id) \(place)", move.phase.rawValue)
            }
        }
        for breach in licencesInForce() { federation.report(breach) }
        for pair in pairs() {
            let states = [pair.letter.state, pair.other?.state ?? .sent]
            let isDone = states.contains(.completed) || states.contains(.completedAfterNegotiation)
            if isDone && states.contains(.withdrawn) {
                federation.report("\(pair.letter.key): both completed and withdrawn")
            }
            if Set(states.filter(\.isTerminal)).count > 1 {
                federation.report("\(pair.letter.key): ended as \(states)")
            }
            let paid = pair.letter.entries.contains { $0.statement.act == .information }
            if pair.letter.side == .transferIn, isDone, pair.letter.state.isTerminal, !paid {
                federation.report("\(pair.letter.key): money in that never went out")
            }
        }
    }

    private func keepsEnd(_ place: String, _ end: String) {
        if let before = ends[place], before != end {
            federation.report("\(place): ended as \(before), now \(end)")
        }
        ends[place] = end
    }

    /// Every letter and its record on the other chain, if there is one.
    private func pairs() -> [(letter: Letter, other: Letter?)] {
        var found: [(letter: Letter, other: Letter?)] = []
        for city in federation.cities {
            for (place, letter) in city.chain.state.letters.letters {
                let words = place.split(separator: " ").map(String.init)
                let there = federation.city(words[0])?.chain.state.letters
                found.append((letter, there?.letters["\(city.id) \(words[1])"]))
            }
        }
        return found
    }

    /// When every packet has ended, nothing waits and the two sides agree. Returns what does not.
    func disagreements() -> [String] {
        var found: [String] = []
        for pair in pairs() {
            if pair.letter.pending != nil { found.append("\(pair.letter.key) waits") }
            if let other = pair.other, other.state != pair.letter.state {
                found.append("\(pair.letter.key): \(pair.letter.state) and \(other.state)")
            }
            if pair.other == nil, pair.letter.isDelivered {
                found.append("\(pair.letter.key): delivered to nobody")
            }
        }
        for city in federation.cities {
            for (place, move) in city.chain.state.letters.moves {
                let words = place.split(separator: " ").map(String.init)
                let other = federation.city(words[0])?.chain.state.letters
                    .moves["\(city.id) \(words[1])"]
                if move.pending != nil { found.append("\(place) waits") }
                if let other, other.phase != move.phase {
                    found.append("\(place): \(move.phase) and \(other.phase)")
                }
            }
        }
        return found
    }

    /// States of all letters and phases of all moves, for people and for tests.
    var tally: [String: Int] {
        var counts: [String: Int] = [:]
        for city in federation.cities {
            for letter in city.chain.state.letters.letters.values {
                counts[letter.state.rawValue, default: 0] += 1
            }
            for move in city.chain.state.letters.moves.values {
                counts[move.phase.rawValue, default: 0] += 1
            }
        }
        return counts
    }
}
