// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

@Suite struct `A licence's life` {
    static let old =
        "1.2.156.3005.2.11100000000013338W011.12330100TEXT000170.20260101000000000001.001.2"

    private func licence() throws -> LicenceIdentifier { try LicenceIdentifier(Self.old) }

    private func key() throws -> LicenceMoveKey {
        try #require(
            LicenceMoveKey(licence: Self.old, salt: [UInt8](repeating: 1, count: 16)))
    }

    private func issued() throws -> LicenceLife {
        LicenceLife(issuing: try licence(), at: LetterSamples.start)
    }

    /// Operation by status, as far as it is allowed; 05 with the status it ends in.
    static let allowed: [(LicenceStatus, LicenceOperation, LicenceStatus?, LicenceStatus)] = [
        (.valid, .renew, nil, .valid), (.valid, .change, nil, .valid),
        (.valid, .suspend, nil, .suspended), (.valid, .expire, nil, .expired),
        (.valid, .end, .rescinded, .rescinded), (.valid, .end, .cancelled, .cancelled),
        (.valid, .end, .revoked, .revoked), (.valid, .end, .movedOut, .movedOut),
        (.valid, .other, nil, .valid), (.suspended, .restore, nil, .valid),
        (.suspended, .expire, nil, .expired), (.suspended, .end, .rescinded, .rescinded),
        (.suspended, .end, .cancelled, .cancelled), (.suspended, .end, .revoked, .revoked),
        (.suspended, .other, nil, .suspended), (.movedOut, .cancelMove, nil, .valid),
        (.movedOut, .other, nil, .movedOut),
    ]

    private func brought(to status: LicenceStatus) throws -> LicenceLife {
        var life = try issued()
        let time = LetterSamples.later(hours: 1)
        switch status {
        case .valid: break
        case .suspended: try life.apply(.suspend, at: time)
        case .expired: try life.apply(.expire, at: time)
        case .other: break
        default: try life.apply(.end, to: status, at: time)
        }
        return life
    }

    @Test func `takes exactly the operations of the table`() throws {
        let statuses = LicenceStatus.allCases.filter { $0 != .other }
        let targets: [LicenceStatus?] = [nil] + LicenceStatus.allCases
        for status in statuses {
            for operation in LicenceOperation.allCases {
                for target in targets {
                    var life = try brought(to: status)
                    let rule = Self.allowed.first {
                        $0.0 == status && $0.1 == operation
                            && (operation != .end || $0.2 == target)
                    }
                    do {
                        try life.apply(operation, to: target, at: LetterSamples.later(hours: 2))
                        #expect(life.status == rule?.3, "\(status) \(operation)")
                    } catch {
                        #expect(rule == nil, "\(status) \(operation) \(error)")
                        #expect(life.status == status)
                    }
                }
            }
        }
    }

    @Test func `what has ended stays ended, and nothing older overwrites anything newer`() throws {
        for status in LicenceStatus.allCases where status.isFinal {
            var life = try brought(to: status)
            for operation in LicenceOperation.allCases {
                #expect(throws: LicenceError.ended(status)) {
                    try life.apply(operation, to: .valid, at: LetterSamples.later(hours: 9))
                }
            }
        }
        var life = try brought(to: .suspended)
        for hours: Int64 in [0, 1] {
            let time = LetterSamples.later(hours: hours)
            let kept = LetterSamples.later(hours: 1)
            #expect(throws: LicenceError.notNewer(asOf: time, kept: kept)) {
                try life.apply(.restore, at: time)
            }
        }
    }

    @Test func `reports may come in any order and end in the same status`() throws {
        let reports: [(LicenceStatus, Int64)] = [
            (.valid, 1), (.suspended, 2), (.valid, 3), (.movedOut, 4), (.valid, 5), (.revoked, 6),
        ]
        for seed in UInt64(1)...50 {
            var generator = Generator(seed: seed)
            var report = LicenceReport(.valid, asOf: LetterSamples.start)
            for (status, hours) in (reports + reports).shuffled(using: &generator) {
                _ = try? report.hear(status, asOf: LetterSamples.later(hours: hours))
            }
            #expect(report.status == .revoked)
        }
        var report = LicenceReport(.revoked, asOf: LetterSamples.start)
        #expect(throws: LicenceError.ended(.revoked)) {
            try report.hear(.valid, asOf: LetterSamples.later(hours: 1))
        }
        let start = LetterSamples.start
        #expect(
            throws: LicenceError.contradiction(.valid, kept: .revoked, asOf: start)
        ) { try report.hear(.valid, asOf: start) }
        #expect(try !report.hear(.revoked, asOf: start))
    }

    @Test func `moves to another city as a new licence that names the old one`() throws {
        var source = try issued()
        try source.apply(.end, to: .movedOut, at: LetterSamples.later(hours: 1))
        var there = LicenceMove(try key(), side: .destination)
        var here = LicenceMove(try key(), side: .source)
        let at = LetterSamples.at(5)
        #expect(try here.say(.offer, at: at) == [.deliver(.offer)])
        #expect(try there.hear(.offer, at: at).isEmpty)
        #expect(here.answer(.offer, refusal: nil, at: at).isEmpty)
        #expect(try there.say(.take, at: at) == [.deliver(.take)])
        #expect(try here.hear(.take, at: at) == [.taken])
        try source.arrive()
        #expect(there.answer(.take, refusal: nil, at: at) == [.taken])
        #expect(source.isFinal)
        #expect(throws: LicenceError.ended(.movedOut)) {
            try source.apply(.cancelMove, at: LetterSamples.later(hours: 2))
        }
        let new = LicenceLife(
            issuing: try LicenceIdentifier(
                kind: "11100000000013338W011", issuer: "12431300TEXT00017D",
                serial: "20261126000000000001", version: 1),
            replacing: try licence(), at: LetterSamples.start)
        #expect(new.predecessor == (try licence()))
    }

    @Test func `is taken in or comes back, never both, whatever the carrier does`() throws {
        for seed in UInt64(1)...500 {
            var generator = Generator(seed: seed)
            var sides: [LicenceMove.Side: LicenceMove] = [
                .source: LicenceMove(try key(), side: .source),
                .destination: LicenceMove(try key(), side: .destination),
            ]
            var words: [(LicenceMove.Act, LicenceMove.Side)] = []
            var answers: [(LicenceMove.Act, LicenceErrorCode?, LicenceMove.Side)] = []
            var effects: [LicenceMove.Effect] = []
            for step in 1...60 {
                let at = LetterSamples.at(UInt64(step))
                switch generator.next() % 3 {
                case 0:
                    let act = LicenceMove.Act.allCases[Int(generator.next() % 3)]
                    let said = try? sides[act.authority]?.say(act, at: at)
                    if said?.isEmpty == false { words.append((act, act.authority.other)) }
                case 1 where !words.isEmpty:
                    let (act, to) = words.remove(at: Int(generator.next() % UInt64(words.count)))
                    if generator.oneIn(5) {
                        answers.append((act, .timedOut, to.other))
                        continue
                    }
                    do {
                        effects += try sides[to]?.hear(act, at: at) ?? []
                        answers.append((act, nil, to.other))
                    } catch {
                        answers.append((act, error.code, to.other))
                    }
                case 2 where !answers.isEmpty:
                    let index = Int(generator.next() % UInt64(answers.count))
                    let (act, refusal, to) = answers.remove(at: index)
                    effects += sides[to]?.answer(act, refusal: refusal, at: at) ?? []
                default: break
                }
            }
            let phases = Set(sides.values.map(\.phase).filter(\.isTerminal))
            #expect(phases.count <= 1, "seed \(seed)")
            #expect(effects.filter { $0 == .taken }.count <= 2)
            #expect(!effects.contains { if case .contradiction = $0 { true } else { false } })
        }
    }
}
