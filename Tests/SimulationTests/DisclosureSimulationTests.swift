// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

/// Disclosures under faults: the log holds what left, whatever happens.
@Suite struct `Simulation of disclosures` {
    @Test(arguments: Array(UInt64(1)...6))
    func `no disclosure without its log entry, no request answered twice, no cap exceeded`(
        seed: UInt64
    ) throws {
        let disclosures = try SimulatedDisclosures(seed: seed)
        #expect(try disclosures.run() == nil, "SEED=\(seed)")
        let releases = disclosures.answers.count { $0.isRelease }
        #expect(releases > 5 && releases < disclosures.answers.count, "SEED=\(seed)")
        #expect(disclosures.replays > 0 && disclosures.crashes > 0, "SEED=\(seed)")
    }

    @Test func `an answer that leaves before its commit is noticed`() throws {
        let disclosures = try SimulatedDisclosures(seed: 1)
        disclosures.answersBeforeCommit = true
        #expect(try disclosures.run()?.contains("without its entry") == true)
    }

    @Test func `a log that was put back to an older state is noticed`() throws {
        let breaches = try (UInt64(1)...4).compactMap { seed in
            let disclosures = try SimulatedDisclosures(seed: seed)
            disclosures.restoresOldLog = true
            return try disclosures.run()
        }
        #expect(!breaches.isEmpty)
    }

    @Test func `one seed is one run of disclosures`() throws {
        func tickets() throws -> [Digest] {
            let disclosures = try SimulatedDisclosures(seed: 3)
            _ = try disclosures.run()
            return disclosures.answers.map(\.leafHash)
        }
        #expect(try tickets() == tickets())
    }
}
