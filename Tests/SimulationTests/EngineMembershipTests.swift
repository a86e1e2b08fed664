// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

import struct RelayEngine.PacketEvent

@Suite struct `Engine, members that change` {
    private static let anchor = Height(revision: 1, height: 40)

    private func route(
        _ chainID: String = "there", anchor: UInt64 = 1, hash: [UInt8] = [], terms: [UInt8] = []
    ) -> RouteConfiguration {
        RouteConfiguration(
            chainID: chainID, family: "simulated",
            anchorHeight: Height(revision: 1, height: anchor),
            trustingPeriodNanoseconds: 3_600 * World.second, anchorHash: hash, terms: terms)
    }

    private func version(
        _ number: UInt64, _ routes: [RouteConfiguration], bars: [String: MemberBar] = [:],
        soft: Int64 = 1_000_000, hard: Int64 = 2_000_000
    ) -> VerifiedManifest {
        VerifiedManifest(
            record: ManifestRecord(
                version: number, digest: [UInt8(number)], bytes: [1], source: "file",
                adoptedAt: Timestamp(unixNanoseconds: World.start)),
            previousDigest: [UInt8(number - 1)],
            change: TopologyChange(
                version: number, digest: [UInt8(number)], routes: routes, bars: bars,
                manifest: ManifestTerms(
                    softExpiry: Timestamp(unixNanoseconds: World.start + soft * World.second),
                    hardExpiry: Timestamp(unixNanoseconds: World.start + hard * World.second))))
    }

    /// Version 6 of a manifest holds; the digest that the harness greets with is 7's.
    private func harness(hard: Int64 = 2_000_000) -> EngineHarness {
        EngineHarness { configuration in
            configuration.topologyVersion = 7
            configuration.manifest = ManifestTerms(
                softExpiry: Timestamp(unixNanoseconds: World.start + 100 * World.second),
                hardExpiry: Timestamp(unixNanoseconds: World.start + hard * World.second))
        }
    }

    private func send(_ sequence: UInt64, in world: EngineHarness) -> PacketEvent {
        PacketEvent(kind: .send, packet: world.outgoing(sequence))
    }

    @Test func `a member that joins is greeted, and its anchor is fetched, without a restart`() {
        var world = harness()
        let effects = world.send(.manifestsVerified([version(8, [route(), route("elsewhere")])]))
        #expect(effects.contains(.greet(chainID: "elsewhere")))
        #expect(world.store.manifests[8] != nil)
        #expect(world.engine.configuration.topologyVersion == 8)
        let hello = PeerHello(
            chainID: "elsewhere", protocolVersion: 1, topologyVersion: 8, topologyDigest: [8],
            clock: world.now, clientID: "", trustedHeight: .zero, software: "test")
        let requests = world.send(.peerConnected(hello)).headerRequests
        #expect(requests.map(\.1.peerChain) == ["elsewhere"])
    }

    @Test func `versions may differ while one is pulled; one number with two digests may not`() {
        var world = harness()
        let older = PeerHello(
            chainID: "there", protocolVersion: 1, topologyVersion: 6, topologyDigest: [6],
            clock: world.now, clientID: EngineHarness.remote, trustedHeight: .zero,
            software: "test")
        _ = world.send(.peerConnected(older))
        #expect(world.engine.route(to: "there")?.blockedCode == "")
        let other = PeerHello(
            chainID: "there", protocolVersion: 1, topologyVersion: 7, topologyDigest: [99],
            clock: world.now, clientID: EngineHarness.remote, trustedHeight: .zero,
            software: "test")
        #expect(world.send(.peerConnected(other)).codes.contains("manifest/equivocation"))
        #expect(world.engine.route(to: "there")?.blockedCode == "manifest/equivocation")
    }

    @Test func `a version that does not follow is left alone, and evidence is kept`() {
        var world = harness()
        #expect(world.send(.manifestsVerified([version(9, [])])).codes == ["manifest/not-next"])
        let known = world.send(.manifestsVerified([version(7, [])]))
        #expect(known.codes.isEmpty)
        #expect(world.engine.configuration.topologyVersion == 7)
        let evidence = EvidenceRecord(
            chainID: "there", height: Height(revision: 0, height: 7),
            kind: "manifest/equivocation", evidence: [1], reportedBy: "there", at: world.now)
        let effects = world.send(
            .manifestRefused(
                ManifestRefusal(
                    code: "manifest/equivocation", detail: "two", source: "there",
                    evidence: evidence)))
        #expect(effects.codes == ["manifest/equivocation"])
        #expect(world.store.evidence == [evidence])
    }

    @Test(arguments: [MemberBar.Kind.revoked, .left])
    func
        `packets of a member that is out wait with the version's number, and go on when it is back`(
            kind: MemberBar.Kind
        )
    {
        var world = harness()
        let id = world.outgoing(1).outgoingID
        _ = world.advance([send(1, in: world)])
        let bars = kind == .left ? [:] : ["there": MemberBar(kind, version: 8)]
        let dropped = world.send(.manifestsVerified([version(8, [], bars: bars)]))
        #expect(dropped.codes.contains("member/\(kind.rawValue)"))
        #expect(world.store.packets[id]?.reasonCode == "member/\(kind.rawValue)")
        #expect(world.store.packets[id]?.reasonDetail.contains("version 8") == true)
        #expect(world.engine.explain(id)?.code == "member/\(kind.rawValue)")
        // Its relay may say what it likes, and time may pass: nothing is exchanged.
        _ = world.send(.peerConnected(world.hello(digest: [8])))
        var silent = world.advance([]) + world.wait(700)
        silent += world.advance([send(2, in: world)])
        #expect(silent.deliveries.isEmpty && silent.questions.isEmpty)
        // Its deadline passes: nobody can prove what became of it, and it says who can help.
        #expect(world.store.packets[id]?.state == .parked)
        #expect(world.store.packets[id]?.reasonCode == "member/deadline-unproven")
        let why = world.engine.explain(id)
        #expect(why?.code == "member/deadline-unproven")
        #expect(why?.sentence.contains("only a proof from there can tell") == true)
        #expect(why?.nextAction.contains("A quorum") == true)
        let late = world.deliver([world.incoming(1)])
        #expect(late.answers.first?.first?.outcome == .retry)
        #expect(late.answers.first?.first?.code == "member/\(kind.rawValue)")
        // Back: the one goes on, the other's deadline has passed and is asked about.
        _ = world.send(.manifestsVerified([version(9, [route()])]))
        #expect(world.store.packets[id]?.reasonCode == "")
        #expect(world.store.packets[id]?.state == .observed)
        var effects = world.send(.peerConnected(world.hello(digest: [9])))
        effects += world.advance([])
        #expect(!effects.questions.isEmpty)
        let proofs = world.prove(effects)
        #expect(proofs.deliveries.first?.1.items.map(\.id.sequence) == [2])
    }

    @Test func `a restart without the member keeps its open packets in sight`() {
        var world = harness()
        _ = world.advance([send(1, in: world)])
        var snapshot = (try? world.store.load()) ?? JournalSnapshot()
        snapshot.links = [
            LinkRecord(
                counterpartyChain: "there", localClient: EngineHarness.local,
                remoteClient: EngineHarness.remote, isRegistered: true)
        ]
        var configuration = EngineHarness.configuration()
        configuration.routes = []
        let engine = RelayEngine(
            configuration: configuration, snapshot: snapshot, now: world.now)
        #expect(engine.explain(world.outgoing(1).outgoingID)?.code == "member/left")
        #expect(engine.route(to: "there")?.bar?.kind == .left)
    }

    // MARK: Anchors

    private func anchored(_ height: UInt64, _ hash: [UInt8]) -> VerifiedHeader {
        VerifiedHeader(
            height: Height(revision: 1, height: height),
            timestamp: Timestamp(unixNanoseconds: World.start + Int64(height) * World.second),
            hash: hash, consensusState: [1], message: [], trustedHeight: .zero)
    }

    /// Somebody brought proof that the other chain signed two headers of one height.
    private func fork(at height: UInt64, _ now: Timestamp) -> EngineEvent {
        let record = EvidenceRecord(
            chainID: "there", height: Height(revision: 1, height: height),
            kind: FrozenReason.conflictingHeader, evidence: [], reportedBy: "elsewhere", at: now)
        return .evidenceJudged(
            AnswerToken(rawValue: height), from: "elsewhere",
            .proven(record, reason: "two headers of one height"))
    }

    @Test func `a frozen client begins anew from the members' anchor, and proofs are asked again`()
        throws
    {
        var world = harness()
        _ = world.deliver([world.incoming(1)])
        let id = world.incoming(1).incomingID
        #expect(world.store.packets[id]?.state == .verified)
        _ = world.send(fork(at: 12, world.now))
        #expect(world.engine.client(of: "there")?.record.isFrozen == true)
        let revision = world.engine.client(of: "there")?.record.revisionCounter ?? 0
        let effects = world.send(
            .manifestsVerified([version(8, [route(anchor: 40, hash: [40])])]))
        let fetch = try #require(effects.headerRequests.first)
        #expect(fetch.1.trustedHeight == .zero && fetch.1.targetHeight == Self.anchor)
        // Another header than the one agreed on changes nothing.
        _ = world.send(.headersFetched(fetch.0, chainID: "there", headers: [anchored(40, [41])]))
        #expect(world.engine.client(of: "there")?.record.isFrozen == true)
        let again = try #require(world.wait(6).headerRequests.first)
        let anew = world.send(
            .headersFetched(again.0, chainID: "there", headers: [anchored(40, [40])]))
        #expect(anew.codes.contains("client/begun-anew"))
        let client = try #require(world.engine.client(of: "there"))
        #expect(!client.record.isFrozen && client.headers.map(\.headerHash) == [[40]])
        #expect(client.record.anchorHeight == Self.anchor)
        #expect(world.store.headers["there"]?.keys.map(\.height) == [40])
        #expect(world.store.clients["there"]?.isFrozen == false)
        // What the old client vouched for is asked about again.
        let questions = anew.questions + world.wait(1).questions
        #expect(questions.first?.1.questions.first?.subject == .commitment)
        // A verdict on the old client counts no more.
        let stale = world.send(
            .deliveryVerified(
                AnswerToken(rawValue: 9),
                VerifiedDelivery(
                    chainID: "there", revisionCounter: revision,
                    headers: [world.verified(13)], proofHeight: Height(revision: 1, height: 13),
                    items: [
                        VerifiedDelivery.Item(
                            packet: world.incoming(2), proof: [1], verdict: .proven)
                    ])))
        #expect(stale.answers.first?.first?.code == "client/changed")
        #expect(world.engine.client(of: "there")?.headers.count == 1)
        // The fork that the members have settled freezes nobody again; a new one does.
        for (height, isFrozen) in [(UInt64(12), false), (41, true)] {
            _ = world.send(fork(at: height, world.now))
            #expect(world.engine.client(of: "there")?.record.isFrozen == isFrozen)
        }
    }

    @Test func `an expired client begins anew too`() throws {
        var world = harness()
        _ = world.wait(3_700)
        let effects = world.send(
            .manifestsVerified([version(8, [route(anchor: 3_690, hash: [9])])]),
            .peerConnected(world.hello(digest: [8])))
        let fetch = try #require(effects.headerRequests.first)
        #expect(fetch.1.trustedHeight == .zero)
        let anew = world.send(
            .headersFetched(fetch.0, chainID: "there", headers: [anchored(3_690, [9])]))
        #expect(anew.codes.contains("client/begun-anew"))
        #expect(world.engine.client(of: "there")?.headers.map(\.height.height) == [3_690])
    }

    @Test func `a client that works checks the new anchor by itself, and forgets nothing`() throws {
        var world = harness()
        let effects = world.send(
            .manifestsVerified([version(8, [route(anchor: 40, hash: [40])])]))
        let fetch = try #require(effects.headerRequests.first)
        #expect(fetch.1.trustedHeight == Height(revision: 1, height: 10))
        #expect(fetch.1.targetHeight == Self.anchor)
        _ = world.send(
            .headersFetched(
                fetch.0, chainID: "there", headers: [world.verified(40, hash: [40])]))
        let codes = world.wait(6).codes
        #expect(
            codes.contains("client/anchor-confirmed")
                || world.effects.codes.contains(
                    "client/anchor-confirmed")
        )
        let client = try #require(world.engine.client(of: "there"))
        #expect(client.record.anchorHeight == Self.anchor && client.headers.count == 2)
    }

    @Test func `a client that followed another history than the members' is frozen, then rescued`()
        throws
    {
        var world = harness()
        let effects = world.send(
            .manifestsVerified([version(8, [route(anchor: 40, hash: [40])])]))
        let fetch = try #require(effects.headerRequests.first)
        var next = world.send(
            .headersFetched(
                fetch.0, chainID: "there", headers: [world.verified(40, hash: [66])]))
        next += world.wait(6)
        #expect(next.codes.contains("client/anchor-conflict"))
        #expect(world.engine.client(of: "there")?.record.isFrozen == true)
        let again = try #require(next.headerRequests.last)
        #expect(again.1.trustedHeight == .zero)
        _ = world.send(
            .headersFetched(again.0, chainID: "there", headers: [anchored(40, [40])]))
        #expect(world.engine.client(of: "there")?.record.isFrozen == false)
    }

    // MARK: Age

    @Test func `a manifest that ran out lets open packets finish and begins nothing new`() throws {
        var world = harness(hard: 200)
        let codes = world.wait(101).codes
        #expect(codes.contains("manifest/grows-old"))
        // Sent before: goes on. Sent after: waits, and says for what.
        let first = world.advance([send(1, in: world)])
        #expect(!world.prove(first + world.advance([])).deliveries.isEmpty)
        #expect(world.wait(100).codes.contains("manifest/expired"))
        let id = world.outgoing(2).outgoingID
        var effects = world.advance([send(2, in: world)]) + world.advance([])
        #expect(world.prove(effects).deliveries.isEmpty)
        #expect(world.store.packets[id]?.reasonCode == "manifest/expired")
        #expect(world.engine.explain(id)?.code == "manifest/expired")
        // A peer's packet is taken when it was provably sent before, and not when it was not.
        let early = world.deliver([world.incoming(1)], token: 5, height: 150)
        #expect(early.answers.first?.first?.outcome == .accepted)
        let late = world.deliver([world.incoming(2)], token: 6, height: 260)
        #expect(late.answers.first?.first?.code == "manifest/expired")
        // The next version lets it go on.
        effects = world.send(
            .manifestsVerified([version(8, [route()], soft: 5_000, hard: 9_000)]),
            .peerConnected(world.hello(digest: [8])))
        effects += world.advance([])
        #expect(!world.prove(effects).deliveries.isEmpty)
    }

    @Test func `what was held back times out by itself when no version comes`() {
        var world = harness(hard: 10)
        _ = world.wait(20)
        _ = world.advance([send(1, in: world)])
        let effects = world.wait(700)
        #expect(effects.questions.first?.1.questions.first?.subject == .receipt)
    }
}
