// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

@Suite struct `A letter's states` {
    /// Acts that lead from 01 to each state, in order.
    static let ways: [LetterState: [LetterAct]] = [
        .sent: [], .accepted: [.acceptance], .informed: [.acceptance, .information],
        .rejected: [.acceptance, .rejection],
        .negotiating: [.acceptance, .information, .negotiation],
        .completed: [.acceptance, .information, .completion], .withdrawn: [.withdrawal],
        .completedAfterNegotiation: [.acceptance, .information, .negotiation, .completion],
        .failed: [.acceptance, .rejection, .completion],
    ]

    /// What may follow, as the national diagram draws it: written out, not computed.
    static let diagram: [LetterState: [LetterAct: LetterState]] = [
        .sent: [.application: .sent, .acceptance: .accepted, .withdrawal: .withdrawn],
        .accepted: [
            .progress: .accepted, .hold: .accepted, .information: .informed,
            .rejection: .rejected,
        ],
        .informed: [.negotiation: .negotiating, .completion: .completed],
        .rejected: [.completion: .failed],
        .negotiating: [.completion: .completedAfterNegotiation],
        .completed: [:], .withdrawn: [:], .completedAfterNegotiation: [:], .failed: [:],
    ]

    /// Brings a record of `side` into a state by words and answers.
    static func brought(_ side: LetterSide, to state: LetterState) throws -> Letter {
        var letter = try LetterSamples.letter(side)
        var sequence: UInt64 = 0
        let acts = [LetterAct.application] + (ways[state] ?? [])
        for act in acts {
            sequence += 1
            let money = act == .completion && letter.state != .rejected
            let statement = LetterSamples.statement(act, sequence, reconciled: money)
            _ = try letter.apply(
                .statement(statement), by: act.authority, at: LetterSamples.at(sequence),
                now: LetterSamples.start)
            if act.authority == side {
                _ = try letter.apply(
                    .taken(statement.id), by: side.other, at: LetterSamples.at(sequence),
                    now: LetterSamples.start)
            }
        }
        return letter
    }

    @Test func `there are nine, and four of them are the end`() {
        #expect(LetterState.allCases.count == 9)
        #expect(
            Set(LetterState.allCases.filter(\.isTerminal).map(\.rawValue))
                == ["00", "05", "20", "40"])
        for state in LetterState.allCases { #expect((state.turn == nil) == state.isTerminal) }
    }

    @Test(arguments: LetterSide.allCases)
    func `every state takes exactly the acts of the diagram, from exactly their side`(
        _ side: LetterSide
    ) throws {
        for state in LetterState.allCases {
            let letter = try Self.brought(side, to: state)
            #expect(letter.state == state)
            for act in LetterAct.allCases {
                for speaker in LetterSide.allCases {
                    try expect(act, by: speaker, of: letter)
                }
            }
        }
    }

    private func expect(_ act: LetterAct, by speaker: LetterSide, of letter: Letter) throws {
        let next = Self.diagram[letter.state]?[act]
        let money = next == .completed || next == .completedAfterNegotiation
        let statement = LetterSamples.statement(act, 50, reconciled: money)
        var copy = letter
        let label: Comment =
            "\(letter.side.rawValue) \(letter.state.rawValue) \(act.rawValue) \(speaker.rawValue)"
        do {
            let effects = try copy.apply(
                .statement(statement), by: speaker, at: LetterSamples.at(60),
                now: LetterSamples.start)
            #expect(speaker == act.authority, label)
            let reached = try #require(next, label)
            if speaker == letter.side {
                #expect(effects == [.deliver(statement)], label)
                #expect(copy.state == letter.state && copy.pending?.to == reached, label)
                _ = try copy.apply(
                    .taken(statement.id), by: speaker.other, at: LetterSamples.at(61),
                    now: LetterSamples.start)
            }
            #expect(copy.state == reached, label)
        } catch let error as LetterError {
            #expect(copy.state == letter.state, label)
            if speaker != act.authority {
                #expect(error == .wrongSide(act, by: speaker), label)
            } else {
                #expect(next == nil, label)
                #expect(error.code == expectedRefusal(act, letter.state), label)
            }
        }
    }

    private func expectedRefusal(_ act: LetterAct, _ state: LetterState) -> LetterErrorCode {
        let wasAccepted = Self.ways[state]?.contains(.acceptance) == true
        switch act {
        case .withdrawal where wasAccepted: return .acceptedFirst
        case .acceptance where state == .withdrawn: return .withdrawnFirst
        case .application where !state.isTerminal: return .inProcess
        default: return state.isTerminal ? .closed : .wrongState
        }
    }

    @Test(arguments: LetterSide.allCases)
    func `a letter that has ended never changes again, whatever comes`(
        _ side: LetterSide
    ) throws {
        for state in LetterState.allCases where state.isTerminal {
            var letter = try Self.brought(side, to: state)
            let entries = letter.entries
            for act in LetterAct.allCases {
                for speaker in LetterSide.allCases {
                    let statement = LetterSamples.statement(act, 70, reconciled: true)
                    let events: [LetterEvent] = [
                        .statement(statement), .taken(statement.id),
                        .refused(statement.id, .wrongState), .timedOut(statement.id),
                        .bankReturned(serial: "1"),
                    ]
                    for event in events {
                        _ = try? letter.apply(
                            event, by: speaker, at: LetterSamples.at(80),
                            now: LetterSamples.later(hours: 1))
                    }
                }
            }
            #expect(letter.state == state)
            #expect(letter.entries == entries)
            #expect(letter.pending == nil)
        }
    }

    @Test func `a state survives its way through a store, byte for byte`() throws {
        for side in LetterSide.allCases {
            for state in LetterState.allCases {
                var letter = try Self.brought(side, to: state)
                _ = try? letter.apply(
                    .statement(LetterSamples.statement(.acceptance, 90)), by: .transferOut,
                    at: LetterSamples.at(9), now: LetterSamples.later(hours: 2))
                let read = try Letter(reading: letter.encoded)
                #expect(read == letter)
                #expect(read.encoded == letter.encoded)
            }
        }
    }

    @Test func `broken bytes of a store are refused and never trap`() throws {
        let bytes = try Self.brought(.transferIn, to: .negotiating).encoded
        for index in bytes.indices {
            _ = try? Letter(reading: Array(bytes[..<index]))
            var changed = bytes
            changed[index] ^= 0x15
            _ = try? Letter(reading: changed)
        }
        #expect(throws: WireError.self) { try Letter(reading: []) }
    }

    @Test func `every code has a Chinese and an English text, all different`() {
        let chinese = LetterErrorCode.allCases.map(\.chinese)
        let english = LetterErrorCode.allCases.map(\.english)
        for code in LetterErrorCode.allCases {
            #expect(code.rawValue.hasPrefix("letter/"))
            #expect(code.chinese.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) })
            #expect(!code.english.isEmpty && code.english.utf8.allSatisfy { $0 < 0x80 })
            #expect(code.english != code.rawValue)
        }
        #expect(Set(chinese).count == chinese.count)
        #expect(Set(english).count == english.count)
        for reason in LetterReason.allCases {
            #expect(!reason.chinese.isEmpty && !reason.english.isEmpty)
        }
        for code in LicenceErrorCode.allCases {
            #expect(code.rawValue.hasPrefix("licence/"))
            #expect(!code.chinese.isEmpty && !code.english.isEmpty)
        }
        for reason in SuspenseReason.allCases {
            #expect(!reason.chinese.isEmpty && !reason.english.isEmpty)
        }
    }
}
