// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

/// The invariants of letters and licences can fail: each world is broken in one way, and the
/// invariant that is named catches it.
@Suite struct `Simulation of broken letters and licences` {
    static let defects: [(defect: LetterDefect, says: String)] = [
        (.withdrawsBehindCompletion, "both completed and withdrawn"),
        (.creditsTwice, " in came 2 times"),
        (.takesLateWithdrawals, "contradiction"),
        (.completesUntold, "money in that never went out"),
        (.takesLateCancellations, "contradiction"),
        (.takesUntold, "two licences in force"),
        (.cancelsWhatWasTaken, "ended as taken, now cancelled"),
        (.failsWithdrawals, ": ended as ["),
    ]

    private func run(_ seed: UInt64, _ defect: LetterDefect?) -> (String?, [String]) {
        let federation = SimulatedFederation(seed: seed, cities: 2)
        federation.stormSeconds = 120
        let traffic = LetterTraffic(federation)
        for city in federation.cities { city.chain.state.letters.defect = defect }
        traffic.begin()
        let breach = federation.run()
        return (breach, traffic.disagreements())
    }

    @Test(arguments: defects)
    func `a chain that breaks a rule is caught by its invariant`(
        defect: LetterDefect, says: String
    ) {
        var found: [String] = []
        for seed: UInt64 in 1...10 {
            guard let breach = run(seed, defect).0 else { continue }
            found.append(breach)
            if breach.contains(says) { return }
        }
        Issue.record("\(defect): \(found)")
    }

    @Test func `a chain that forgets its answers leaves words that wait`() {
        let (breach, disagreements) = run(1, .losesAnswers)
        #expect(breach == nil && disagreements.contains { $0.hasSuffix("waits") })
    }

    @Test(arguments: Array(UInt64(1)...10))
    func `the same worlds with unbroken chains hold`(seed: UInt64) {
        let (breach, disagreements) = run(seed, nil)
        #expect(breach == nil && disagreements == [], "SEED=\(seed)")
    }
}
