// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

/// A city that is suspended while everything around it fails: what was sent before finishes, what
/// is sent later waits for its return or comes back, and no money is lost.
@Suite struct `Simulation of a suspended city` {
    private static let city = "city-1"
    /// Second at which the authorities sign, and by which every relay that lives has heard of it.
    private static let signed: Int64 = 80
    private static let known: Int64 = 115
    private static let lifted: Int64 = 190

    private func suspended(_ seed: UInt64) -> SimulatedFederation {
        let federation = SimulatedFederation(seed: seed, cities: 4)
        federation.beginWithMembers(["city-0", Self.city, "city-2", "city-3"])
        federation.world.after(Self.signed * World.second) { [unowned federation] in
            federation.sign { version in
                version.active.remove(Self.city)
                version.bars[Self.city] = MemberBar(.suspended, version: version.number)
            }
        }
        return federation
    }

    /// Packets between the suspended city and the others, with the second of their block.
    private func exchanged(
        _ federation: SimulatedFederation
    ) -> [(city: SimulatedCity, id: PacketID, peer: String, second: Int64)] {
        federation.cities.flatMap { city in
            city.chain.state.sent.values.compactMap { entry in
                guard let client = city.chain.state.clients[entry.packet.source],
                    city.id == Self.city || client.chainID == Self.city,
                    let header = city.chain.headers[entry.height]
                else { return nil }
                let id = PacketID(
                    direction: .outgoing, client: entry.packet.source,
                    sequence: entry.packet.sequence)
                let second = (header.timeNanoseconds - World.start) / World.second
                return (city, id, client.chainID, second)
            }
        }
    }

    /// Packets sent after the suspension was known that went out all the same.
    private func newWork(_ federation: SimulatedFederation) -> [String] {
        exchanged(federation).filter { $0.second >= Self.known }.compactMap { sent in
            guard let record = sent.city.store.packets[sent.id] else { return nil }
            switch record.state {
            case .observed, .timedOut, .absenceVerified: break
            default: return "\(sent.city.id): \(sent.id) is \(record.state)"
            }
            let arrived = federation.city(sent.peer)?.store.packets.values.contains {
                $0.id.direction == .incoming && $0.packet == record.packet
            }
            return arrived == true ? "\(sent.peer) took \(sent.id) of \(sent.city.id)" : nil
        }
    }

    @Test(arguments: Array(UInt64(1)...12))
    func `open packets finish meanwhile, new ones wait and go on when it is back`(seed: UInt64) {
        let federation = suspended(seed)
        var open: [(SimulatedCity, PacketID)] = []
        federation.world.after(Self.signed * World.second) { [unowned federation] in
            open = exchanged(federation).filter { sent in
                sent.city.store.packets[sent.id]?.state.isTerminal != true
            }.map { ($0.city, $0.id) }
        }
        var finished = 0
        var waiting = 0
        var begun: [String] = []
        federation.world.after((Self.lifted - 5) * World.second) { [unowned federation] in
            begun = newWork(federation)
            finished = open.count { city, id in
                let state = city.store.packets[id]?.state
                return state == .acknowledged || state == .refused
            }
            waiting = federation.cities.reduce(0) { sum, city in
                sum
                    + city.store.packets.values.count {
                        $0.state == .observed && $0.reasonCode == "member/suspended"
                            && $0.reasonDetail.contains("version 2")
                    }
            }
        }
        federation.world.after(Self.lifted * World.second) { [unowned federation] in
            federation.sign { version in
                version.active.insert(Self.city)
                version.bars[Self.city] = nil
            }
        }
        #expect(federation.run() == nil, "SEED=\(seed): \(federation.summary)")
        #expect(begun.isEmpty, "SEED=\(seed): \(begun.prefix(3))")
        #expect(finished > 0, "SEED=\(seed): of \(open.count) nothing finished")
        #expect(waiting > 0, "SEED=\(seed): nothing waited for the suspended city")
        let later = exchanged(federation).filter { $0.second >= Self.known }.count { sent in
            sent.city.store.packets[sent.id]?.state == .acknowledged
        }
        #expect(later > 0, "SEED=\(seed): nothing went on")
    }

    @Test(arguments: Array(UInt64(21)...28))
    func `a city that stays suspended leaves nothing open`(seed: UInt64) {
        let federation = suspended(seed)
        #expect(federation.run() == nil, "SEED=\(seed): \(federation.summary)")
        #expect(newWork(federation).isEmpty, "SEED=\(seed): \(newWork(federation).prefix(3))")
        let later = exchanged(federation).filter { $0.second >= Self.known }
        #expect(!later.isEmpty)
        for sent in later {
            #expect(sent.city.store.packets[sent.id]?.state == .timedOut, "SEED=\(seed)")
        }
    }
}
