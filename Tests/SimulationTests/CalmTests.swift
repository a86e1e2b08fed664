// SPDX-License-Identifier: Apache-2.0

import Federation
import RelayEngine
import Testing

/// Without faults there are no excuses.
@Suite struct `Simulation without faults` {
    @Test func `what has a minute and an application is never timed out`() {
        for seed: UInt64 in 1...4 {
            let federation = SimulatedFederation(seed: seed)
            federation.faults.isOn = false
            #expect(federation.run() == nil, "SEED=\(seed)")
            #expect(federation.sent > 100)
            for city in federation.cities {
                for (key, entry) in city.chain.state.sent {
                    let packet = entry.packet
                    let sentAt =
                        city.chain.headers[entry.height].map {
                            UInt64($0.timeNanoseconds / World.second)
                        } ?? 0
                    guard packet.port != SimulatedPacket.nobody,
                        packet.timeoutSeconds >= sentAt + 60
                    else { continue }
                    let ending = city.chain.state.endings[key]
                    #expect(ending != .timedOut, "SEED=\(seed): \(city.id) \(key)")
                }
            }
        }
    }

    @Test func `one seed is one run`() {
        let first = SimulatedFederation(seed: 7)
        let second = SimulatedFederation(seed: 7)
        _ = first.run()
        _ = second.run()
        #expect(first.summary == second.summary)
    }
}
