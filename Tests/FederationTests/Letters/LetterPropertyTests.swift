// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// Both sides at once, over a carrier that delays, reorders and repeats.
private struct LetterWorld {
    enum Parcel: Hashable {
        case word(LetterStatement, to: LetterSide)
        case answer(LetterEventID, LetterErrorCode?, to: LetterSide)
        case timeout(LetterEventID, to: LetterSide)
    }

    var letters: [LetterSide: Letter]
    var parcels: [Parcel] = []
    var generator: Generator
    var sequences: [LetterSide: UInt64] = [.transferIn: 0, .transferOut: 0]
    /// The answer that each word got when it came first; a copy may not change it.
    var verdicts: [LetterStatement: LetterErrorCode?] = [:]
    var effects: [LetterSide: [LetterEffect]] = [:]
    var history: [LetterSide: [LetterState]] = [:]
    var height: UInt64 = 0
    let repeats: Bool

    init(seed: UInt64, repeats: Bool = true) throws {
        generator = Generator(seed: seed)
        self.repeats = repeats
        letters = [
            .transferIn: try LetterSamples.letter(.transferIn),
            .transferOut: try LetterSamples.letter(.transferOut),
        ]
    }

    mutating func step() throws {
        height += 1
        if parcels.isEmpty || generator.oneIn(3) { speak() } else { try carry() }
        for (side, letter) in letters where history[side]?.last != letter.state {
            history[side, default: []].append(letter.state)
        }
    }

    private mutating func speak() {
        let side: LetterSide = generator.oneIn(2) ? .transferIn : .transferOut
        let acts = LetterAct.allCases.filter { $0.authority == side }
        let act = acts[Int(generator.next() % UInt64(acts.count))]
        guard var letter = letters[side] else { return }
        let sequence = (sequences[side] ?? 0) + 1
        // The application comes first, as no centre can accept what it has not seen.
        if side == .transferOut, letter.entries.isEmpty { return }
        if letter.entries.isEmpty, letter.pending == nil, act != .application { return }
        let money = act == .completion && letter.state != .rejected
        let statement = LetterSamples.statement(act, sequence, reconciled: money)
        let said = try? letter.apply(
            .statement(statement), by: side, at: LetterSamples.at(height),
            now: LetterSamples.start)
        letters[side] = letter
        guard let said, !said.isEmpty else { return }
        sequences[side] = sequence
        parcels.append(.word(statement, to: side.other))
    }

    mutating func carry() throws {
        let index = Int(generator.next() % UInt64(parcels.count))
        let parcel = parcels[index]
        let stays = repeats && generator.oneIn(3)
        if !stays { parcels.remove(at: index) }
        switch parcel {
        case .word(let statement, let side): deliver(statement, to: side)
        case .answer(let id, let code, let side):
            let event: LetterEvent = code.map { .refused(id, $0) } ?? .taken(id)
            take(event, by: side.other, at: side)
        case .timeout(let id, let side): take(.timedOut(id), by: side.other, at: side)
        }
    }

    private mutating func deliver(_ statement: LetterStatement, to side: LetterSide) {
        guard var letter = letters[side] else { return }
        let isFirst = verdicts[statement] == nil
        // Now and then a word never arrives: the carrier proves so, and no copy comes either.
        if isFirst, generator.oneIn(6) {
            parcels.removeAll { $0 == .word(statement, to: side) }
            verdicts[statement] = .some(.timedOut)
            parcels.append(.timeout(statement.id, to: side.other))
            return
        }
        if verdicts[statement] == .some(.timedOut) { return }
        var refusal: LetterErrorCode?
        do {
            let done = try letter.apply(
                .statement(statement), by: side.other, at: LetterSamples.at(height),
                now: LetterSamples.start)
            if !isFirst { #expect(done.isEmpty) }
            effects[side, default: []] += done
        } catch {
            refusal = error.code
        }
        letters[side] = letter
        if isFirst {
            verdicts[statement] = refusal
            parcels.append(.answer(statement.id, refusal, to: side.other))
        } else {
            #expect(verdicts[statement] == .some(refusal))
        }
    }

    private mutating func take(_ event: LetterEvent, by speaker: LetterSide, at side: LetterSide) {
        guard var letter = letters[side] else { return }
        let done = try? letter.apply(
            event, by: speaker, at: LetterSamples.at(height), now: LetterSamples.start)
        letters[side] = letter
        effects[side, default: []] += done ?? []
    }
}

@Suite struct `Two sides of a letter, whatever the carrier does` {
    private static let completedStates: Set<LetterState> = [
        .completed, .completedAfterNegotiation,
    ]

    @Test(arguments: [UInt64](1...400))
    func `never end it in two ways, and no effect comes twice`(_ seed: UInt64) throws {
        var world = try LetterWorld(seed: seed)
        for _ in 0..<160 { try world.step() }
        let states = LetterSide.allCases.compactMap { world.letters[$0]?.state }
        if states.contains(.withdrawn) {
            #expect(!states.contains { $0 != .withdrawn && $0 != .sent }, "seed \(seed)")
        }
        let ends = Set(states.filter(\.isTerminal))
        #expect(ends.count <= 1, "seed \(seed): \(states)")
        for side in LetterSide.allCases {
            let effects = world.effects[side] ?? []
            for state in LetterState.allCases {
                #expect(effects.filter { $0 == .tellCitizen(state) }.count <= 1, "seed \(seed)")
            }
            #expect(effects.filter { $0 == .accountTransferredIn }.count <= 1)
            #expect(effects.filter { $0 == .accountTransferredOut }.count <= 1)
            #expect(!effects.contains { if case .contradiction = $0 { true } else { false } })
            let history = world.history[side] ?? []
            for (earlier, later) in zip(history, history.dropFirst()) {
                #expect(!earlier.isTerminal, "seed \(seed): \(earlier) → \(later)")
            }
        }
        // Money is in only where it went out.
        let isIn = world.effects[.transferIn]?.contains(.accountTransferredIn) == true
        if isIn {
            #expect(
                world.letters[.transferOut]?.entries.contains {
                    $0.statement.act == .information
                } == true, "seed \(seed)")
        }
        if let letter = world.letters[.transferIn], Self.completedStates.contains(letter.state) {
            #expect(isIn, "seed \(seed)")
        }
    }

    @Test(arguments: [UInt64](1...100))
    func `agree once everything has been carried`(_ seed: UInt64) throws {
        var world = try LetterWorld(seed: seed &* 7_919, repeats: false)
        for _ in 0..<120 { try world.step() }
        // Nobody speaks any more: carry what is left.
        for _ in 0..<400 where !world.parcels.isEmpty { try world.drain() }
        let sides = LetterSide.allCases.compactMap { world.letters[$0] }
        #expect(sides.allSatisfy { $0.pending == nil }, "seed \(seed)")
        #expect(Set(sides.map(\.state)).count == 1, "seed \(seed): \(sides.map(\.state))")
    }

    @Test func `the random walks reach every end`() throws {
        var ends: Set<LetterState> = []
        for seed in UInt64(1)...400 {
            var world = try LetterWorld(seed: seed)
            for _ in 0..<160 { try world.step() }
            for side in LetterSide.allCases {
                if let state = world.letters[side]?.state, state.isTerminal { ends.insert(state) }
            }
        }
        #expect(ends == Set(LetterState.allCases.filter(\.isTerminal)))
    }

    @Test func `a refused word stays refused, however often and late its copies come`() throws {
        var out = try LetterSamples.letter(.transferOut)
        func take(_ event: LetterEvent, _ side: LetterSide) throws {
            _ = try out.apply(event, by: side, at: LetterSamples.at(1), now: LetterSamples.start)
        }
        let acceptance = LetterSamples.statement(.acceptance)
        let withdrawal = LetterSamples.statement(.withdrawal, 2)
        try take(.statement(LetterSamples.statement(.application)), .transferIn)
        try take(.statement(acceptance), .transferOut)
        #expect(throws: LetterError.self) { try take(.statement(withdrawal), .transferIn) }
        try take(.timedOut(acceptance.id), .transferIn)
        #expect(throws: LetterError.refusedBefore(.acceptedFirst)) {
            try take(.statement(withdrawal), .transferIn)
        }
        #expect(throws: LetterError.sequenceReused(withdrawal.id)) {
            try take(
                .statement(LetterSamples.statement(.withdrawal, 2, salt: 9)), .transferIn)
        }
        // Another word is judged afresh.
        try take(.statement(LetterSamples.statement(.withdrawal, 3)), .transferIn)
        #expect(out.state == .withdrawn)
    }

    @Test func `a flood of refused words is bounded and opens nothing`() throws {
        var out = try LetterSamples.letter(.transferOut)
        for sequence in UInt64(1)...500 {
            _ = try? out.apply(
                .statement(LetterSamples.statement(.completion, sequence)), by: .transferIn,
                at: LetterSamples.at(1), now: LetterSamples.start)
        }
        #expect(out.encoded.count < 3_000)
        #expect(throws: LetterError.tooManyMessages(limit: LetterLimits.refusals)) {
            try out.apply(
                .statement(LetterSamples.statement(.withdrawal, 3)), by: .transferIn,
                at: LetterSamples.at(1), now: LetterSamples.start)
        }
        var chatty = try LetterSamples.letter(.transferOut)
        for sequence in UInt64(1)...100 {
            _ = try? chatty.apply(
                .statement(LetterSamples.statement(.application, sequence)), by: .transferIn,
                at: LetterSamples.at(1), now: LetterSamples.start)
        }
        #expect(chatty.entries.count == LetterLimits.notes)
    }
}

extension LetterWorld {
    mutating func drain() throws {
        height += 1
        try carry()
    }
}
