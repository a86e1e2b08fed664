// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

/// The invariants can fail: each of these worlds is broken in one way, and is caught.
@Suite struct `Simulation of broken worlds` {
    /// The first breach among some seeds.
    private func breach(_ prepare: (SimulatedFederation) -> Void) -> String? {
        for seed: UInt64 in 1...6 {
            let federation = SimulatedFederation(seed: seed, cities: 2)
            federation.stormSeconds = 120
            prepare(federation)
            if let breach = federation.run() { return breach }
        }
        return nil
    }

    @Test func `a store that forgets and a chain without receipts pay twice`() {
        let found = breach { federation in
            for city in federation.cities {
                city.store.defect = .forgetsEverything
                city.chain.keepsReceipts = false
            }
        }
        #expect(found != nil)
    }

    @Test func `a store that forgets is noticed by what had ended`() {
        let found = breach { federation in
            for city in federation.cities { city.store.defect = .forgetsEverything }
        }
        #expect(found?.contains("ended as") == true || found?.contains("never ended") == true)
    }

    @Test func `a verifier that believes everything lets forged packets in`() {
        let found = breach { $0.isCredulous = true }
        #expect(
            found?.contains("without proof") == true || found?.contains("nobody signed") == true
                || found?.contains("never wrote") == true || found?.contains("no packet") == true,
            "\(found ?? "no breach")")
    }

    @Test func `a shell that sends before it remembers is noticed`() {
        let found = breach { $0.releasesBeforeCommit = true }
        #expect(found?.contains("remember") == true)
    }

    @Test func `an engine that never begins a timeout does not end`() {
        var found: String?
        let federation = SimulatedFederation(seed: 1, cities: 2) {
            $0.timing.timeoutMargin = 1_000_000 * World.second
        }
        federation.stormSeconds = 60
        federation.calmSeconds = 600
        found = federation.run()
        #expect(found?.contains("never ended") == true)
    }

    @Test func `money from nowhere is noticed`() {
        let federation = SimulatedFederation(seed: 1, cities: 2)
        federation.world.after(30 * World.second) {
            federation.cities[0].chain.state.balances["user-0", default: 0] += 1
        }
        #expect(federation.run()?.hasPrefix("money") == true)
    }
}

@Suite struct `Simulation of a chain that signs twice` {
    @Test(arguments: [11, 12, 13] as [UInt64])
    func `its clients freeze with evidence, stay frozen, and no money is made`(seed: UInt64) {
        let federation = SimulatedFederation(seed: seed, cities: 3)
        federation.forker = "city-0"
        for city in federation.cities {
            city.chain.run()
            federation.world.after(World.second) { city.start() }
        }
        federation.begin()
        federation.advance(seconds: 200)
        let victims = federation.cities.filter { $0.id != "city-0" }
        #expect(federation.invariants.breach == nil)
        for city in victims {
            #expect(city.store.clients["city-0"]?.isFrozen == true)
            #expect(city.store.evidence.contains { $0.chainID == "city-0" && !$0.evidence.isEmpty })
            #expect(city.codes["client/conflicting-header"] ?? 0 > 0)
        }
        // The others go on among themselves.
        let others = victims.flatMap { $0.store.packets.values }.filter {
            $0.id.direction == .outgoing && $0.counterpartyChain != "city-0"
                && $0.state == .acknowledged
        }
        #expect(!others.isEmpty)
    }
}
