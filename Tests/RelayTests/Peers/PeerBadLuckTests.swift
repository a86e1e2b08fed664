// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import Glibc
import LightClient
import RelayAPI
import RelayConnectors
import RelayEngine
import RelayLaboratory
import RelayStore
import Synchronization
import Testing

extension `Relays among peers` {
    /// Nothing goes wrong: what letters cost, and that the money adds up.
    @Suite(.serialized) struct `Good days` {
        @Test func `letters both ways end, the money adds up, and few requests are needed`() throws
        {
            let harness = try PeerHarness.linked(reconcileSeconds: 600)
            defer { harness.stop() }
            let relays = [harness.hangzhou, harness.beijing]
            let before = counts(relays)
            let count = 30
            let sent = try relays.map { relay in
                try harness.send(from: relay, (1...count).map { relay.city.letter($0) })
            }
            let refused = try harness.send(
                from: harness.hangzhou, [harness.hangzhou.city.letter(99, reply: "refuse")])
            try harness.until("every letter has ended") {
                try zip(sent, relays).allSatisfy { packets, relay in
                    try harness.states(packets, at: relay).allSatisfy { $0 == .acknowledged }
                }
                    && harness.states(refused, at: harness.hangzhou) == [.refused]
            }
            for relay in relays { #expect(relay.city.total(.locked) == 0) }
            let settled = relays.reduce(0) { $0 + $1.city.total(.settled) }
            let received = relays.reduce(0) { $0 + $1.city.total(.received) }
            #expect(settled == UInt64(2 * count * 100))
            #expect(received == settled)
            // Following blocks costs the same with and without letters: counted apart.
            let after = counts(relays)
            let following: Set<String> = ["status", "block_results", "header"]
            let calls = after.reduce(0) { sum, entry in
                following.contains(entry.key)
                    ? sum : sum + entry.value - (before[entry.key] ?? 0)
            }
            // 2 + 6/n calls a packet (building-cometbft §6.2); batches form as blocks allow.
            let perPacket = Double(calls) / Double(2 * count + 1)
            #expect(perPacket < 4, "\(perPacket) calls a packet: \(after), before \(before)")
        }

        private func counts(_ relays: [PeerHarness.Relay]) -> [String: Int] {
            relays.reduce(into: [:]) { sum, relay in
                let calls = relay.daemon.withLock { $0?.nodeCallsByMethod } ?? [:]
                sum.merge(calls) { $0 + $1 }
            }
        }
    }

    /// Nodes that are down, slow, behind, pruned or of another chain, while letters travel.
    @Suite(.serialized) struct `Bad luck` {
        private func allAcknowledged(_ packets: [Packet], at relay: PeerHarness.Relay) throws
            -> Bool
        {
            guard let harness else { return false }
            return try harness.states(packets, at: relay).allSatisfy { $0 == .acknowledged }
        }

        private let harness: PeerHarness?

        init() throws { harness = try PeerHarness.linked() }

        @Test func `a relay whose first nodes are down, silent or of another chain uses the next`()
            throws
        {
            let harness = try #require(harness)
            defer { harness.stop() }
            harness.hangzhou.stop()
            let silent = try ScriptedNode { connection in
                while connection.read() != nil {}
            }
            defer { silent.close() }
            // Down, then one that never answers, then another chain's, then the right one.
            try harness.start(
                harness.hangzhou,
                nodes: [
                    "http://127.0.0.1:\(try FreePort.any())", "http://127.0.0.1:\(silent.port)",
                    harness.beijing.city.address, harness.hangzhou.city.address,
                ], change: { $0.connector.nodeLimits.timeoutMilliseconds = 500 })
            let packets = try harness.send(
                from: harness.hangzhou, (1...3).map { harness.hangzhou.city.letter($0) })
            try harness.until("the letters end over the fourth node", seconds: 90) {
                try allAcknowledged(packets, at: harness.hangzhou)
            }
        }

        @Test func `a chain that is down is told once, and work goes on when it is back`() throws {
            let harness = try #require(harness)
            defer { harness.stop() }
            // The relay sees a port at which its node comes up only later.
            harness.hangzhou.stop()
            let port = try FreePort.any()
            try harness.start(harness.hangzhou, nodes: ["http://127.0.0.1:\(port)"])
            let packets = try harness.send(
                from: harness.beijing, (1...2).map { harness.beijing.city.letter($0) })
            try harness.until("the relay says that no node answers") {
                !harness.hangzhou.said("node.unreachable").isEmpty
            }
            let alarms = harness.hangzhou.said("node.unreachable").count
            #expect(try harness.states(packets, at: harness.beijing).allSatisfy { $0 != .refused })
            harness.hangzhou.stop()
            try harness.start(harness.hangzhou)
            try harness.until("the letters end") {
                try allAcknowledged(packets, at: harness.beijing)
            }
            #expect(alarms == 1)
        }

        @Test func `blocks that every node has pruned are passed over with an alarm`() throws {
            let harness = try #require(harness)
            defer { harness.stop() }
            let relay = harness.hangzhou
            relay.stop()
            // Sent while the relay is away, and pruned, index and all, before it is back.
            _ = try harness.send(from: relay, (1...3).map { relay.city.letter($0) })
            relay.city.makeBlocks(5)
            relay.city.prune(below: relay.city.height)
            try harness.start(relay)
            try harness.until("the lost blocks are told") {
                !relay.said("chain/blocks-pruned").isEmpty
            }
            #expect(relay.said("chain/blocks-pruned").first?.level == .alarm)
            #expect((try relay.journal().counters()["chain/blocks-lost"] ?? 0) > 0)
            try harness.until("reconcile sees the letters that nobody read") {
                try relay.journal().counters()["reconcile/unknown-commitment"] ?? 0 >= 3
            }
            // The work goes on: updates build on a height that no node keeps.
            let packets = try harness.send(from: relay, (4...5).map { relay.city.letter($0) })
            try harness.until("new letters end", seconds: 90) {
                try allAcknowledged(packets, at: relay)
            }
        }

        @Test func `a relay whose port is taken does not start, and leaves nothing running`() throws
        {
            let harness = try #require(harness)
            defer { harness.stop() }
            let spare = harness.hangzhou.folder.file("spare.db")
            for _ in 0..<2 {
                // The second try would find the store locked if the first still held it.
                let failure = #expect(throws: (any Error).self) {
                    try harness.start(harness.hangzhou, change: { $0.storeFile = spare })
                }
                #expect(!"\(String(describing: failure))".contains("lock"))
            }
            // The first one is not disturbed.
            let packets = try harness.send(
                from: harness.hangzhou, [harness.hangzhou.city.letter(1)])
            try harness.until("a letter ends") {
                try allAcknowledged(packets, at: harness.hangzhou)
            }
        }
    }
}
