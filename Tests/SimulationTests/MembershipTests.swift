// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

/// Cities that join, leave, come back and begin anew while everything around them fails.
@Suite struct `Simulation of members that change` {
    private func started(_ seed: UInt64, members: Set<String>) -> SimulatedFederation {
        let federation = SimulatedFederation(seed: seed, cities: 4)
        federation.beginWithMembers(members)
        return federation
    }

    private func plan(
        _ federation: SimulatedFederation, at second: Int64,
        _ change: @escaping (inout SimulatedMembers.Version) -> Void
    ) {
        federation.world.after(second * World.second) { [unowned federation] in
            federation.sign(change)
        }
    }

    private func acknowledged(
        _ federation: SimulatedFederation, from: String, to: String
    ) -> Int {
        federation.city(from)?.store.packets.values.count {
            $0.id.direction == .outgoing && $0.counterpartyChain == to && $0.state == .acknowledged
        } ?? 0
    }

    @Test(arguments: Array(UInt64(1)...12))
    func `a city that joins under faults trades with everybody, and every packet ends`(
        seed: UInt64
    ) {
        let federation = started(seed, members: ["city-0", "city-1", "city-2"])
        plan(federation, at: 60) { $0.active.insert("city-3") }
        #expect(federation.run() == nil, "SEED=\(seed): \(federation.summary)")
        for city in federation.cities {
            #expect(city.engine?.configuration.topologyVersion == 2, "SEED=\(seed): \(city.id)")
        }
        let traded = ["city-0", "city-1", "city-2"].reduce(0) {
            $0 + acknowledged(federation, from: $1, to: "city-3")
                + acknowledged(federation, from: "city-3", to: $1)
        }
        #expect(traded > 0, "SEED=\(seed)")
    }

    @Test(arguments: Array(UInt64(1)...12))
    func `nothing waits in silence for a revoked city, and what is parked ends when it is back`(
        seed: UInt64
    ) {
        let names: Set = ["city-0", "city-1", "city-2", "city-3"]
        let federation = started(seed, members: names)
        plan(federation, at: 40) { version in
            version.active.remove("city-1")
            version.bars["city-1"] = MemberBar(.revoked, version: version.number)
        }
        plan(federation, at: 230) { version in
            version.active.insert("city-1")
            version.bars["city-1"] = nil
        }
        var parked = 0
        var silent: [String] = []
        federation.world.after(225 * World.second) { [unowned federation] in
            // A minute for relays that were down at the deadline.
            let past = UInt64(max(0, federation.world.now / World.second - 60))
            for city in federation.cities where city.id != "city-1" && city.engine != nil {
                for record in city.store.packets.values
                where record.counterpartyChain == "city-1" && record.id.direction == .outgoing {
                    if record.reasonCode == "member/deadline-unproven" { parked += 1 }
                    guard record.timeoutSeconds < past else { continue }
                    switch record.state {
                    case .observed, .proven, .forwarded:
                        silent.append("\(city.id): \(record.id) \(record.state)")
                    default: break
                    }
                }
            }
        }
        #expect(federation.run() == nil, "SEED=\(seed): \(federation.summary)")
        #expect(parked > 0, "SEED=\(seed): no deadline passed while the city was out")
        #expect(silent.isEmpty, "SEED=\(seed): \(silent)")
    }

    @Test(arguments: Array(UInt64(1)...12))
    func `a forked city is frozen, then begins anew from the members' anchor`(seed: UInt64) {
        let names: Set = ["city-0", "city-1", "city-2", "city-3"]
        let federation = started(seed, members: names)
        federation.world.after(70 * World.second) { [unowned federation] in
            federation.forker = "city-2"
        }
        var frozen = 0
        federation.world.after(160 * World.second) { [unowned federation] in
            frozen = federation.cities.count { $0.store.clients["city-2"]?.isFrozen == true }
            federation.forker = nil
            federation.sign { version in
                version.anchors["city-2"] = (federation.city("city-2")?.chain.height ?? 2) - 1
            }
        }
        // Their chains' own clients are recovered by those who govern the chains.
        federation.world.after(200 * World.second) { [unowned federation] in
            for city in federation.cities { city.chain.recoverClient(of: "city-2") }
        }
        // Proofs that the new clients passed over are not offered again and again.
        var stubborn: [String] = []
        federation.world.after(235 * World.second) { [unowned federation] in
            for city in federation.cities {
                stubborn += city.store.packets.values.filter {
                    $0.reasonCode == "client/no-trusted-state" && $0.attempts >= 4
                }.map { "\(city.id): \($0.id) \($0.state), \($0.attempts) attempts" }
            }
        }
        #expect(federation.run() == nil, "SEED=\(seed): \(federation.summary)")
        #expect(stubborn.isEmpty, "SEED=\(seed): \(stubborn.prefix(3))")
        #expect(frozen > 0, "SEED=\(seed): nobody saw the fork")
        for city in federation.cities where city.id != "city-2" {
            let client = city.store.clients["city-2"]
            #expect(client?.isFrozen == false, "SEED=\(seed): \(city.id)")
            #expect(
                client?.anchorHeight.height == federation.members?.latest.anchors["city-2"],
                "SEED=\(seed): \(city.id)")
        }
    }
}
