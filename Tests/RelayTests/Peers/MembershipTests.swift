// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import Testing

/// The members change while their relays run. In order: each test goes on where the one before
/// ended, as a federation does.
@Suite(.serialized) struct `Members that change` {
    /// Three cities that are linked with each other.
    static let shared = Result<FederationHarness, any Error> {
        let harness = try FederationHarness(["330100", "110000", "431300"])
        for relay in harness.relays { try harness.start(relay, with: harness.versions) }
        try harness.until("three cities are linked") {
            try harness.areLinked(harness["330100"], harness["110000"])
                && harness.areLinked(harness["330100"], harness["431300"])
                && harness.areLinked(harness["110000"], harness["431300"])
        }
        return harness
    }

    private func harness() throws -> FederationHarness { try Self.shared.get() }

    @Test func `a fourth city joins live, and its first packet is verified without a restart`()
        throws
    {
        let harness = try harness()
        let hangzhou = harness["330100"]
        let nanjing = try harness.addCity("320100")
        let joined = try harness.next { manifest in
            manifest.quorum = QuorumRule(.atLeast(3))
            manifest.set(try harness.entry(nanjing))
        }
        // The newcomer is ready, and nobody lets it in before the version reaches them.
        try harness.start(nanjing, with: [joined])
        let before = harness.relays.map { relay in relay.daemon.withLock { $0 } }
        let begun = FederationHarness.milliseconds
        harness.offer([joined], to: hangzhou)
        try harness.until("every relay has version 2") {
            harness.relays.allSatisfy { harness.version(at: $0) == 2 }
        }
        let spread = FederationHarness.milliseconds - begun
        try harness.until("Nanjing is connected and linked with Hangzhou") {
            try harness.areLinked(hangzhou, nanjing)
        }
        let linked = FederationHarness.milliseconds - begun
        let packets = try harness.send(1, from: hangzhou, to: nanjing)
        let client = try harness.link(nanjing, to: hangzhou)?.localClient ?? ""
        try harness.until("Nanjing's relay has verified the packet") {
            try nanjing.journal().packet(
                PacketID(direction: .incoming, client: client, sequence: packets[0].sequence))
                != nil
        }
        let verified = FederationHarness.milliseconds - begun
        try harness.until("the packet is acknowledged") {
            try harness.record(packets[0], at: hangzhou)?.state == .acknowledged
        }
        for (relay, daemon) in zip(harness.relays, before) {
            #expect(relay.daemon.withLock { $0 } === daemon)
        }
        print(
            "after the last approval: every relay had the version after \(spread) ms, the clients "
                + "were linked after \(linked) ms, the first packet was verified after "
                + "\(verified) ms")
    }

    @Test func `a relay's key is replaced in an overlap, and no call is cut off`() async throws {
        let harness = try harness()
        let (hangzhou, loudi) = (harness["330100"], harness["431300"])
        let key = try harness.newKey(of: hangzhou)
        let lost = harness.relays.map { $0.said("peer/lost").count }
        var packets: [Packet] = []
        func pin(_ pins: [KeyPin]) throws {
            let version = try harness.next { manifest in
                var member = try harness.entry(hangzhou)
                member.relay.keyPins = pins.compactMap { Digest($0.bytes) }
                manifest.set(member)
            }
            harness.offer([version], to: loudi)
            try harness.until("every relay has version \(version.manifest.version)") {
                try trade()
                return harness.relays.allSatisfy {
                    harness.version(at: $0) == version.manifest.version
                }
            }
        }
        /// Letters both ways, so that calls are always under way.
        func trade() throws {
            guard packets.count < 180 else { return }
            packets += try harness.send(3, from: hangzhou, to: loudi)
        }
        /// An overlap as people make it lasts; here some seconds, so that calls under way on
        /// connections with the old key end before that key does.
        func overlap(_ what: String) throws {
            var rounds = 0
            try harness.until(what) {
                try trade()
                rounds += 1
                return rounds > 400
            }
        }
        try pin([hangzhou.credentials.pin, key.pin])
        try overlap("both keys count")
        try harness.install(key, at: hangzhou)
        try hangzhou.daemon.withLock { try $0?.reloadCertificates() }
        try overlap("connections with the new key")
        try pin([key.pin])
        try trade()
        try harness.until("every letter is acknowledged") {
            try packets.allSatisfy {
                try harness.record($0, at: hangzhou)?.state == .acknowledged
            }
        }
        #expect(packets.count > 30)
        for (relay, count) in zip(harness.relays, lost) {
            let notes = relay.said("peer/lost").dropFirst(count)
            #expect(notes.isEmpty, "\(relay.city.chainID): \(notes.map(\.detail))")
        }
        for packet in packets {
            let id = PacketID(
                direction: .outgoing, client: packet.sourceClient.description,
                sequence: packet.sequence)
            let cut = try hangzhou.journal().attempts(of: id).filter {
                $0.code.hasPrefix("transport/")
            }
            #expect(cut.isEmpty, "\(id): \(cut.map(\.detail))")
        }
        // The old key opens nothing any more.
        let old = try PeerWire(to: loudi, as: hangzhou.credentials)
        defer { old.stop() }
        let refused = await old.call("Handshake", [])
        #expect(refused.failure != nil, "\(refused)")
    }

    @Test func `a suspended member stays connected, what is open finishes, and nothing new begins`()
        throws
    {
        let harness = try harness()
        let (hangzhou, beijing) = (harness["330100"], harness["110000"])
        let lost = hangzhou.said("peer/lost").count
        let open = try harness.send(20, from: hangzhou, to: beijing)
        // What a relay sees only after it knows of the suspension is new to it.
        try harness.until("they are seen") {
            try open.allSatisfy { try harness.record($0, at: hangzhou) != nil }
        }
        let number = try harness.change(beijing, to: .suspended, from: hangzhou)
        // A block bears the time of the votes before it: two more, and what comes is younger than
        // the suspension.
        for relay in harness.relays { relay.city.makeBlocks(2) }
        let held = try harness.send(2, from: hangzhou, to: beijing)
        let own = try harness.send(1, from: beijing, to: hangzhou)
        try harness.until("what was open is acknowledged, what is new waits and says for what") {
            try open.allSatisfy { try harness.record($0, at: hangzhou)?.state == .acknowledged }
                && held.allSatisfy {
                    let record = try harness.record($0, at: hangzhou)
                    return record?.reasonCode == "member/suspended"
                        && record?.reasonDetail.contains("version \(number)") == true
                }
                && own.allSatisfy {
                    try harness.record($0, at: beijing)?.reasonCode == "member/suspended"
                }
        }
        #expect(hangzhou.said("peer/lost").count == lost)
        _ = try harness.change(beijing, to: .active, from: hangzhou)
        try harness.until("what waited is acknowledged") {
            try held.allSatisfy { try harness.record($0, at: hangzhou)?.state == .acknowledged }
                && own.allSatisfy { try harness.record($0, at: beijing)?.state == .acknowledged }
        }
    }

    @Test func `a revoked member's connections are dropped at once, and its packets say why`()
        throws
    {
        let harness = try harness()
        let (hangzhou, beijing) = (harness["330100"], harness["110000"])
        let events = Rig.EventLog()
        let loop = try EventLoop(name: "beijing")
        defer { loop.stop() }
        // Beijing's key on a connection of its own to Loudi's listener, at rest.
        let loudi = harness["431300"]
        let client = HTTP2Client(
            loop: loop, host: "127.0.0.1", port: loudi.port,
            tls: try TLSContext(files: beijing.credentials.files, authorize: { _ in .accept }),
            expected: loudi.credentials.expected, onEvent: { events.add($0) }, random: { 0.5 })
        client.send(
            [OutgoingRequest(method: .get, path: "/livez")], deadlineMilliseconds: 20_000
        ) { _ in }
        try harness.until("Beijing's connection is open") { events.isConnected }
        let revoked = try harness.next { manifest in
            var member = try #require(manifest.member(beijing.city.member))
            member.status = .revoked
            member.statusReason = "its relay's key was stolen"
            manifest.set(member)
        }
        let begun = FederationHarness.milliseconds
        harness.offer([revoked], to: hangzhou)
        try harness.until("Loudi drops Beijing", seconds: 30) { !events.errors.isEmpty }
        let dropped = FederationHarness.milliseconds - begun
        try harness.until("the others have dropped it too") {
            [hangzhou, loudi, harness["320100"]].allSatisfy {
                !$0.said("member/revoked").isEmpty
            }
        }
        print("after the last approval: the revoked member's connection ended in \(dropped) ms")
        #expect(dropped < 2_000, "\(dropped) ms")
        let packet = try harness.send(1, from: hangzhou, to: beijing)[0]
        let number = revoked.manifest.version
        try harness.until("the packet waits, and says for what") {
            let record = try harness.record(packet, at: hangzhou)
            return record?.reasonCode == "member/revoked"
                && record?.reasonDetail.contains("version \(number)") == true
        }
    }

    @Test func `two signed versions of one number are kept as evidence, and the first one holds`()
        throws
    {
        let harness = try harness()
        let hangzhou = harness["330100"]
        let other = try harness.sign(after: harness.versions[harness.versions.count - 2]) {
            $0.note = "another history"
        }
        let digest = hangzhou.daemon.withLock { $0?.membersVersion?.digest }
        harness.offer([other], to: hangzhou)
        try harness.until("the evidence is kept") {
            try hangzhou.journal().evidence().contains { $0.kind == "manifest/equivocation" }
        }
        #expect(!hangzhou.said("manifest/equivocation").isEmpty)
        #expect(hangzhou.daemon.withLock { $0?.membersVersion?.digest } == digest)
        // One signature too few, and nobody moves.
        var few = try harness.sign { $0.note = "too few" }
        few = SignedManifest(few.sealed, signatures: Array(few.signatures.dropLast()))
        harness.offer([few], to: hangzhou)
        try harness.until("the refusal is told") {
            !hangzhou.said("manifest/not-enough-signatures").isEmpty
        }
        #expect(hangzhou.daemon.withLock { $0?.membersVersion?.digest } == digest)
    }

    @Test func `a relay that was away verifies every version in between`() throws {
        let harness = try harness()
        let (hangzhou, nanjing) = (harness["330100"], harness["320100"])
        nanjing.stop()
        let first = harness.latest.manifest.version
        for _ in 0..<100 { _ = try harness.next { _ in } }
        harness.offer(Array(harness.versions.suffix(100)), to: hangzhou)
        try harness.until("Hangzhou has a hundred versions more", seconds: 120) {
            harness.version(at: hangzhou) == first + 100
        }
        let begun = FederationHarness.milliseconds
        try harness.start(nanjing, with: [harness.versions[1]])
        #expect(harness.version(at: nanjing) == first)
        try harness.until("Nanjing has caught up", seconds: 120) {
            harness.version(at: nanjing) == first + 100
        }
        print("a relay caught up 100 versions in \(FederationHarness.milliseconds - begun) ms")
        let stored = try nanjing.journal().manifests(after: first, limit: 1_000)
        #expect(stored.map(\.version) == Array(first + 1...first + 100))
        #expect(stored.contains { $0.source != "file" })
        // And starts again from what its store has verified.
        nanjing.stop()
        try harness.start(nanjing, with: [harness.versions[1]])
        #expect(harness.version(at: nanjing) == first + 100)
        harness.stop()
    }
}

extension Rig.EventLog {
    var isConnected: Bool { connections > 0 }
}
