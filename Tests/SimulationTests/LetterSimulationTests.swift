// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

/// Letters and licences on packets, while nodes lie silent, networks part and relays die.
@Suite struct `Simulation of letters and licences` {
    private static func run(
        _ seed: UInt64, stormSeconds: Int64 = 120
    ) -> (federation: SimulatedFederation, traffic: LetterTraffic, breach: String?) {
        let federation = SimulatedFederation(seed: seed, cities: 3)
        federation.stormSeconds = stormSeconds
        let traffic = LetterTraffic(federation)
        traffic.begin()
        return (federation, traffic, federation.run())
    }

    @Test(arguments: Array(UInt64(1)...12))
    func `no letter ends twice, money comes in once, and in the end both sides agree`(
        seed: UInt64
    ) {
        let (federation, traffic, breach) = Self.run(seed)
        #expect(breach == nil, "SEED=\(seed): \(federation.summary)")
        #expect(traffic.disagreements() == [], "SEED=\(seed)")
        #expect(traffic.said > 50, "SEED=\(seed)")
    }

    @Test func `every end of a letter and of a licence is reached`() {
        let ends =
            LetterState.allCases.filter(\.isTerminal).map(\.rawValue)
            + LicenceMove.Phase.allCases.map(\.rawValue)
        var tally: [String: Int] = [:]
        for seed in UInt64(1)...16 where ends.contains(where: { tally[$0] == nil }) {
            let (_, traffic, _) = Self.run(seed, stormSeconds: 240)
            tally.merge(traffic.tally, uniquingKeysWith: +)
        }
        for end in ends { #expect(tally[end, default: 0] > 0, "\(end) \(tally)") }
    }

    @Test func `one seed is one run, letters and all`() {
        let first = Self.run(3)
        let second = Self.run(3)
        #expect(first.federation.summary == second.federation.summary)
        #expect(first.traffic.tally == second.traffic.tally)
    }
}
