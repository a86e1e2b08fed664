// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

/// Authorities that lie, and what honest relays make of it.
@Suite struct `Simulation of lying authorities` {
    @Test(arguments: Array(UInt64(1)...8))
    func `forgeries are refused, and honest authorities carry on`(seed: UInt64) throws {
        let federation = try SimulatedAuthorities(seed: seed, voters: 6, liars: 1, lies: .forgeries)
        federation.run()
        #expect(federation.breach == nil, "SEED=\(seed)")
        #expect(federation.divided.isEmpty, "SEED=\(seed)")
        #expect(federation.refusals > 10, "SEED=\(seed)")
        let latest = Set(federation.voters.map(\.chain.latest.digest))
        #expect(latest.count == 1, "SEED=\(seed)")
        #expect(federation.voters[0].chain.manifest.version > 2, "SEED=\(seed)")
    }

    @Test(arguments: Array(UInt64(21)...28))
    func `too few liars for two quorums never divide the relays`(seed: UInt64) throws {
        for liars in 1...3 {
            let federation = try SimulatedAuthorities(
                seed: seed, voters: 4 + liars, liars: liars, lies: .twoFaces)
            guard liars < federation.harmless else { continue }
            federation.run()
            #expect(federation.breach == nil, "SEED=\(seed) liars=\(liars)")
            #expect(federation.divided.isEmpty, "SEED=\(seed) liars=\(liars)")
            #expect(federation.voters.allSatisfy { $0.chain.equivocations.isEmpty })
        }
    }

    @Test func `liars enough for two quorums are shown to everyone, and nobody honest is blamed`()
        throws
    {
        var dividedRuns = 0
        for seed in UInt64(41)...46 {
            let federation = try SimulatedAuthorities(
                seed: seed, voters: 5, liars: 3, lies: .twoFaces)
            federation.run()
            #expect(federation.breach == nil, "SEED=\(seed)")
            guard !federation.divided.isEmpty else { continue }
            dividedRuns += 1
            for voter in federation.voters {
                #expect(!voter.chain.equivocations.isEmpty, "SEED=\(seed) \(voter.id)")
            }
        }
        #expect(dividedRuns > 0)
    }

    @Test func `authorities that forget what they signed are noticed`() throws {
        var found = 0
        for seed in UInt64(61)...66 {
            let federation = try SimulatedAuthorities(
                seed: seed, voters: 6, liars: 1, lies: .twoFaces)
            federation.forgetsPromises = true
            federation.run()
            if federation.breach != nil || !federation.divided.isEmpty { found += 1 }
        }
        #expect(found > 0)
    }

    @Test func `one seed is one run of the authorities`() throws {
        func digests() throws -> [Digest] {
            let federation = try SimulatedAuthorities(
                seed: 5, voters: 5, liars: 1, lies: .twoFaces)
            federation.run()
            return federation.voters.map(\.chain.latest.digest)
        }
        #expect(try digests() == digests())
    }
}
