// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

/// A chain that shows one history to one member and another to the rest, and members that lie.
@Suite struct `Simulation of forks and lies` {
    private func started(_ federation: SimulatedFederation) -> SimulatedFederation {
        for city in federation.cities {
            city.chain.run()
            federation.world.after(World.second) { city.start() }
        }
        federation.begin()
        return federation
    }

    /// The client that a city's own chain hosts.
    private func hasFrozen(_ city: SimulatedCity, _ chain: SimulatedChain) -> Bool {
        city.chain.state.clients.values.contains { $0.chainID == chain.id && $0.isFrozen }
    }

    private func holdsFork(_ city: SimulatedCity, of chain: SimulatedChain) -> Bool {
        let headers = city.store.headers[chain.id] ?? [:]
        return headers.values.contains { chain.forks[$0.height.height]?.hash == $0.headerHash }
    }

    private func holdsOther(_ city: SimulatedCity, of chain: SimulatedChain, from: UInt64) -> Bool {
        let headers = city.store.headers[chain.id] ?? [:]
        return headers.values.contains {
            $0.height.height >= from && chain.forks[$0.height.height]?.hash != $0.headerHash
        }
    }

    @Test(arguments: [21, 22, 23] as [UInt64])
    func `two histories for two members freeze every relay within two blocks`(seed: UInt64) {
        let federation = started(SimulatedFederation(seed: seed, cities: 4))
        federation.faults.isOn = false
        federation.advance(seconds: 60)
        let chain = federation.cities[0].chain
        let victims = Array(federation.cities.dropFirst())
        federation.forker = chain.id
        federation.forkedTo = [victims[0].id]
        federation.forkHeight = chain.height + 1
        var shownAt: UInt64?
        var frozenAt: UInt64?
        for _ in 0..<1_200 where frozenAt == nil {
            federation.advance(milliseconds: 50)
            if shownAt == nil, holdsFork(victims[0], of: chain),
                victims.dropFirst().contains(where: {
                    holdsOther($0, of: chain, from: federation.forkHeight)
                })
            {
                shownAt = chain.height
            }
            if victims.allSatisfy({ $0.store.clients[chain.id]?.isFrozen == true }) {
                frozenAt = chain.height
            }
        }
        #expect(federation.invariants.breach == nil)
        guard let shownAt, let frozenAt else {
            Issue.record("SEED=\(seed): shown \(shownAt ?? 0), frozen \(frozenAt ?? 0)")
            return
        }
        #expect(frozenAt <= shownAt + 2, "SEED=\(seed): shown at \(shownAt), frozen at \(frozenAt)")
        federation.advance(seconds: 60)
        for city in victims {
            let reason = city.store.clients[chain.id]?.frozenReason ?? ""
            #expect(reason.contains("has two signed headers"))
            #expect(city.store.evidence.filter { $0.chainID == chain.id }.count == 1)
            // Our chain's own client is frozen too, by one transaction.
            #expect(hasFrozen(city, chain))
            let submitted = city.store.transactions.values.filter {
                $0.purpose == .misbehaviour && $0.state == .included
            }
            #expect(submitted.count == 1, "SEED=\(seed): \(city.id)")
            let waiting = city.store.packets.values.first {
                $0.counterpartyChain == chain.id && !$0.state.isTerminal && $0.state != .parked
                    && $0.transaction.isEmpty
            }
            if let waiting, let why = city.engine?.explain(waiting.id) {
                #expect(why.code == "client/frozen")
                #expect(why.sentence.contains(reason))
            }
        }
        #expect(federation.cities[0].codes["evidence/own-chain"] ?? 0 > 0)
    }

    @Test(arguments: [31, 32] as [UInt64])
    func `under faults and crashes they freeze too, and their chains' clients once`(seed: UInt64) {
        let federation = started(SimulatedFederation(seed: seed, cities: 4))
        federation.advance(seconds: 60)
        let chain = federation.cities[0].chain
        federation.forker = chain.id
        federation.forkedTo = [federation.cities[1].id]
        federation.forkHeight = chain.height + 1
        federation.advance(seconds: 150)
        federation.faults.isOn = false
        federation.advance(seconds: 60)
        #expect(federation.invariants.breach == nil)
        for city in federation.cities.dropFirst() {
            #expect(city.store.clients[chain.id]?.isFrozen == true, "SEED=\(seed): \(city.id)")
            #expect(hasFrozen(city, chain))
            let submitted = city.store.transactions.values.filter {
                $0.purpose == .misbehaviour && $0.state == .included
            }
            #expect(submitted.count == 1, "SEED=\(seed): \(city.id)")
        }
    }

    /// Three calm cities; the first one's chain forks, and the first of the others has taken the
    /// fork's header.
    private func forkShownToOne(
        seed: UInt64
    ) -> (SimulatedFederation, SimulatedChain, victims: [SimulatedCity]) {
        let federation = started(SimulatedFederation(seed: seed, cities: 3))
        federation.faults.isOn = false
        federation.advance(seconds: 60)
        let chain = federation.cities[0].chain
        let victims = Array(federation.cities.dropFirst())
        federation.forker = chain.id
        federation.forkedTo = [victims[0].id]
        federation.forkHeight = chain.height + 1
        for _ in 0..<1_200 where !holdsFork(victims[0], of: chain) {
            federation.advance(milliseconds: 20)
        }
        return (federation, chain, victims)
    }

    /// The forked chain's relay is out of reach just when the others would compare, and nobody
    /// sends any more, so that no height is met by chance.
    @Test func `a comparison that could not be made is made later`() {
        var lateFinds = 0
        for seed: UInt64 in 61...68 {
            let (federation, chain, victims) = forkShownToOne(seed: seed)
            federation.cut(chain.id, from: victims.map(\.id))
            federation.sendsMoney = false
            federation.advance(seconds: 20)
            let isFrozen = { victims.allSatisfy { $0.store.clients[chain.id]?.isFrozen == true } }
            if !isFrozen() { lateFinds += 1 }
            federation.joinAll()
            federation.advance(seconds: 90)
            #expect(federation.invariants.breach == nil)
            #expect(isFrozen(), "SEED=\(seed): a fork was never seen")
        }
        #expect(lateFinds > 0)
    }

    /// The chain's relay shows nothing more to whoever saw its other history: that member learns of
    /// the fork from the member that it showed its header to, or never.
    @Test(arguments: [71, 73, 76, 78] as [UInt64])
    func `whoever shows the header that proves a fork is told at once`(seed: UInt64) {
        let (federation, chain, victims) = forkShownToOne(seed: seed)
        federation.cut(chain.id, from: [victims[0].id])
        federation.advance(seconds: 3)
        #expect(federation.invariants.breach == nil)
        for city in victims {
            #expect(city.store.clients[chain.id]?.isFrozen == true, "SEED=\(seed): \(city.id)")
        }
    }

    @Test(arguments: [41, 42] as [UInt64])
    func `liars freeze nobody, are blamed, and every packet ends`(seed: UInt64) {
        let federation = SimulatedFederation(seed: seed, cities: 4)
        federation.stormSeconds = 120
        federation.liars = ["city-3"]
        #expect(federation.run() == nil, "SEED=\(seed): \(federation.summary)")
        for city in federation.cities where city.id != "city-3" {
            #expect(city.store.clients.values.allSatisfy { !$0.isFrozen })
            #expect(city.store.counters["evidence/false/city-3"] ?? 0 > 0, "\(city.id)")
            let kept = city.store.evidence.filter { $0.kind == EvidenceJudgement.falseEvidence }
            #expect(kept.allSatisfy { $0.reportedBy == "city-3" })
            #expect(!kept.isEmpty)
        }
    }

    @Test func `a relay that believed a liar would be noticed`() {
        let federation = SimulatedFederation(seed: 51, cities: 3)
        federation.stormSeconds = 60
        federation.world.after(30 * World.second) { [unowned federation] in
            let city = federation.cities[0]
            let record = EvidenceRecord(
                chainID: "city-1", height: Height(revision: 1, height: 3),
                kind: FrozenReason.conflictingHeader, evidence: [], reportedBy: "city-2",
                at: city.clock)
            city.post(
                .evidenceJudged(
                    AnswerToken(rawValue: 1), from: "city-2",
                    .proven(record, reason: "client/conflicting-header: believed")))
        }
        #expect(federation.run()?.contains("nobody forked") == true)
    }
}
