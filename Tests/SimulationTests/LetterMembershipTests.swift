// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

/// Letters and licences between cities that join, are suspended and come back, and whose chains
/// fork, while everything around them fails.
@Suite struct `Simulation of letters while members change` {
    private static let everybody: Set = ["city-0", "city-1", "city-2", "city-3"]

    private func started(
        _ seed: UInt64, members: Set<String>
    ) -> (federation: SimulatedFederation, traffic: LetterTraffic) {
        let federation = SimulatedFederation(seed: seed, cities: 4)
        federation.beginWithMembers(members)
        let traffic = LetterTraffic(federation)
        traffic.begin()
        return (federation, traffic)
    }

    private func plan(
        _ federation: SimulatedFederation, at second: Int64,
        _ change: @escaping (inout SimulatedMembers.Version) -> Void
    ) {
        federation.world.after(second * World.second) { [unowned federation] in
            federation.sign(change)
        }
    }

    /// Letters of a city that both sides know, by the city's own chain.
    private func letters(_ federation: SimulatedFederation, of city: String) -> Int {
        federation.city(city)?.chain.state.letters.letters.values.count { $0.isDelivered } ?? 0
    }

    private func ended(
        _ run: (federation: SimulatedFederation, traffic: LetterTraffic), _ seed: UInt64
    ) {
        let breach = run.federation.run()
        #expect(breach == nil, "SEED=\(seed): \(run.federation.summary)")
        #expect(run.traffic.disagreements() == [], "SEED=\(seed)")
        #expect(run.traffic.said > 50, "SEED=\(seed)")
    }

    @Test(arguments: Array(UInt64(1)...8))
    func `a city that joins writes letters, and both sides of each agree`(seed: UInt64) {
        let run = started(seed, members: ["city-0", "city-1", "city-2"])
        plan(run.federation, at: 60) { $0.active.insert("city-3") }
        ended(run, seed)
        #expect(letters(run.federation, of: "city-3") > 0, "SEED=\(seed)")
    }

    @Test(arguments: Array(UInt64(1)...8))
    func `letters of a suspended city wait, and no side goes on without the other`(seed: UInt64) {
        let run = started(seed, members: Self.everybody)
        plan(run.federation, at: 80) { version in
            version.active.remove("city-1")
            version.bars["city-1"] = MemberBar(.suspended, version: version.number)
        }
        plan(run.federation, at: 170) { version in
            version.active.insert("city-1")
            version.bars["city-1"] = nil
        }
        var waiting = 0
        run.federation.world.after(165 * World.second) { [unowned federation = run.federation] in
            let book = federation.city("city-1")?.chain.state.letters
            waiting = book?.letters.values.count { $0.pending != nil } ?? 0
        }
        ended(run, seed)
        #expect(waiting > 0, "SEED=\(seed): no word waited for the suspended city")
    }

    @Test(arguments: Array(UInt64(1)...8))
    func `letters of a forked city stand still, and end once it begins anew`(seed: UInt64) {
        let run = started(seed, members: Self.everybody)
        let federation = run.federation
        federation.world.after(70 * World.second) { [unowned federation] in
            federation.forker = "city-2"
        }
        var (frozen, before, after) = (0, 0, 0)
        func taken(_ federation: SimulatedFederation) -> Int {
            federation.cities.filter { $0.id != "city-2" }.reduce(0) { sum, city in
                let kept = city.chain.state.letters.letters.filter {
                    $0.key.hasPrefix("city-2 ")
                }
                return sum + kept.values.reduce(0) { $0 + $1.entries.count }
            }
        }
        federation.world.after(150 * World.second) { [unowned federation] in
            before = taken(federation)
            let others = federation.cities.filter { $0.id != "city-2" }
            frozen = others.count { city in
                city.chain.state.clients.values.contains { $0.chainID == "city-2" && $0.isFrozen }
            }
        }
        federation.world.after(158 * World.second) { [unowned federation] in
            after = taken(federation)
            federation.forker = nil
            federation.sign { version in
                version.anchors["city-2"] = (federation.city("city-2")?.chain.height ?? 2) - 1
            }
        }
        federation.world.after(200 * World.second) { [unowned federation] in
            for city in federation.cities { city.chain.recoverClient(of: "city-2") }
        }
        ended(run, seed)
        #expect(frozen > 0, "SEED=\(seed): no chain froze its client of the forked city")
        if frozen == 3 { #expect(before == after, "SEED=\(seed): a frozen channel moved a letter") }
    }
}
