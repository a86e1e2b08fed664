// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

import struct RelayEngine.PacketEvent

/// A suspended member begins nothing new, and what is open with it finishes.
@Suite struct `Engine, a suspended member` {
    /// Seconds after the harness's start at which the suspension is taken.
    private static let suspended: Int64 = 60

    private func route(_ chainID: String = "there", bar: MemberBar? = nil) -> RouteConfiguration {
        RouteConfiguration(
            chainID: chainID, family: "simulated", anchorHeight: Height(revision: 1, height: 1),
            trustingPeriodNanoseconds: 3_600 * World.second, bar: bar)
    }

    private func version(
        _ number: UInt64, _ world: EngineHarness, _ kind: MemberBar.Kind?, isOwn: Bool = false
    ) -> EngineEvent {
        let bar = kind.map { MemberBar($0, version: number, since: world.now, isOwn: isOwn) }
        let isListed = bar?.isCut != true
        return .manifestsVerified([
            VerifiedManifest(
                record: ManifestRecord(
                    version: number, digest: [UInt8(number)], bytes: [1], source: "file",
                    adoptedAt: world.now),
                previousDigest: [UInt8(number - 1)],
                change: TopologyChange(
                    version: number, digest: [UInt8(number)],
                    routes: isListed ? [route(bar: bar)] : [],
                    bars: bar.map { ["there": $0] } ?? [:],
                    manifest: ManifestTerms(
                        softExpiry: world.now.adding(nanoseconds: 9_000 * World.second),
                        hardExpiry: world.now.adding(nanoseconds: 9_000 * World.second))))
        ])
    }

    private func harness() -> EngineHarness {
        EngineHarness { configuration in
            configuration.topologyVersion = 7
            configuration.manifest = ManifestTerms(
                softExpiry: Timestamp(unixNanoseconds: World.start + 9_000 * World.second),
                hardExpiry: Timestamp(unixNanoseconds: World.start + 9_000 * World.second))
        }
    }

    private func send(_ sequence: UInt64, in world: EngineHarness) -> PacketEvent {
        PacketEvent(kind: .send, packet: world.outgoing(sequence))
    }

    private func id(_ sequence: UInt64) -> PacketID {
        PacketID(direction: .outgoing, client: EngineHarness.local, sequence: sequence)
    }

    /// Packet 1 was sent before the suspension, packet 2 after it.
    private func suspendedWorld(isOwn: Bool = false) -> (EngineHarness, [EngineEffect]) {
        var world = harness()
        _ = world.advance([send(1, in: world)])
        _ = world.wait(Self.suspended)
        var effects = world.send(version(8, world, .suspended, isOwn: isOwn))
        _ = world.wait(5)
        effects += world.advance([send(2, in: world)]) + world.advance([])
        return (world, effects)
    }

    /// The first delivery is taken.
    private func take(_ effects: [EngineEffect], _ world: inout EngineHarness) throws {
        let delivery = try #require(world.prove(effects).deliveries.first)
        world.send(
            .delivered(
                delivery.0,
                outcomes: delivery.1.items.map {
                    PeerOutcome(
                        sourceClient: $0.id.client, sequence: $0.id.sequence, outcome: .accepted)
                }, trustedHeight: .zero))
    }

    @Test func `its connection stays, an older packet is delivered and acknowledged`() throws {
        var (world, effects) = suspendedWorld()
        #expect(effects.codes.contains("member/suspended"))
        #expect(world.engine.route(to: "there")?.isConnected == true)
        try take(effects, &world)
        #expect(world.store.packets[id(1)]?.state == .forwarded)
        let packet = try PacketSummary(encoded: try #require(world.store.packets[id(1)]).packet)
        let answer = world.send(
            .acknowledgementsVerified(
                AnswerToken(rawValue: 4),
                VerifiedAcknowledgements(
                    chainID: "there", revisionCounter: 1, headers: [world.verified(150)],
                    proofHeight: Height(revision: 1, height: 150),
                    items: [
                        VerifiedAcknowledgements.Item(
                            packet: packet, acknowledgement: [1], proof: [1], verdict: .proven)
                    ])))
        #expect(answer.answers.first?.first?.outcome == .accepted)
        #expect(world.store.packets[id(1)]?.state == .acknowledgementVerified)
        #expect(!answer.accountReads.isEmpty)
    }

    @Test func `what was sent later waits, says why, and is refunded after its deadline`() throws {
        var (world, effects) = suspendedWorld()
        try take(effects, &world)
        let held = try #require(world.store.packets[id(2)])
        #expect(held.state == .observed && held.reasonCode == "member/suspended")
        #expect(held.reasonDetail.contains("version 8"))
        let why = try #require(world.engine.explain(id(2)))
        #expect(why.code == "member/suspended")
        #expect(why.sentence.contains("was sent after the member of there had been suspended"))
        #expect(why.nextAction.contains("refunded"))
        let route = try #require(world.engine.explainRoute("there")?.first)
        #expect(route.code == "member/suspended" && route.sentence.contains("nothing new is begun"))
        effects = world.wait(700)
        let question = try #require(
            effects.questions.flatMap(\.1.questions).first { $0.id == id(2) })
        #expect(question.subject == .receipt)
        let job = try #require(effects.questions.first { $0.1.questions.contains(question) })
        let late = world.verified(800)
        effects = world.send(
            .answered(
                job.0,
                VerifiedAnswers(
                    chainID: "there", revisionCounter: 1, headers: [late],
                    proofHeight: late.height,
                    items: job.1.questions.map {
                        .init(question: $0, proof: [1], finding: .absent)
                    })))
        #expect(world.store.packets[id(2)]?.state == .absenceVerified)
        #expect(!effects.accountReads.isEmpty)
    }

    @Test func `of its packets only those are taken that were provably sent before`() {
        var (world, _) = suspendedWorld()
        // Headers are a second apart: 40 is before the suspension, 200 after it.
        let early = world.deliver([world.incoming(1)], token: 5, height: 40)
        #expect(early.answers.first?.first?.outcome == .accepted)
        let late = world.deliver([world.incoming(2)], token: 6, height: 200)
        #expect(late.answers.first?.first?.outcome == .retry)
        #expect(late.answers.first?.first?.code == "member/suspended")
        #expect(world.engine.record(of: world.incoming(2).incomingID) == nil)
    }

    @Test func `a member that is suspended itself takes what the others sent before`() {
        var (world, effects) = suspendedWorld(isOwn: true)
        #expect(world.prove(effects).deliveries.first?.1.items.map(\.id) == [id(1)])
        #expect(world.store.packets[id(2)]?.reasonCode == "member/suspended")
        #expect(
            world.engine.explain(id(2))?.sentence.contains("our own member had been suspended")
                == true)
        // The others hold back what is new; their older packets may be proven late.
        let late = world.deliver([world.incoming(2)], token: 6, height: 200)
        #expect(late.answers.first?.first?.outcome == .accepted)
    }

    @Test func `a later version keeps the first one's moment, and the member's return lets all go`()
        throws
    {
        var (world, effects) = suspendedWorld()
        try take(effects, &world)
        _ = world.send(version(9, world, .suspended))
        #expect(world.engine.route(to: "there")?.bar?.version == 8)
        #expect(world.store.packets[id(2)]?.reasonDetail.contains("version 8") == true)
        let late = world.deliver([world.incoming(1)], token: 5, height: 72)
        #expect(late.answers.first?.first?.code == "member/suspended")
        effects = world.send(version(10, world, nil)) + world.advance([])
        #expect(effects.codes.contains("member/active"))
        #expect(world.engine.route(to: "there")?.isConnected == true)
        #expect(world.prove(effects).deliveries.first?.1.items.map(\.id) == [id(2)])
    }

    @Test func `when it is revoked then, its connection is dropped and nothing waits in silence`()
        throws
    {
        var (world, _) = suspendedWorld()
        let dropped = world.send(version(9, world, .revoked))
        #expect(dropped.codes.contains("member/revoked"))
        #expect(world.engine.route(to: "there")?.isConnected == false)
        #expect(world.store.packets[id(2)]?.reasonCode == "member/revoked")
        let silent = world.wait(700)
        #expect(silent.deliveries.isEmpty && silent.questions.isEmpty)
        for sequence in [1, 2] as [UInt64] {
            #expect(world.store.packets[id(sequence)]?.state == .parked)
            #expect(world.store.packets[id(sequence)]?.reasonCode == "member/deadline-unproven")
        }
        _ = world.send(version(10, world, nil))
        let asked = world.send(.peerConnected(world.hello(digest: [10]))) + world.wait(1)
        #expect(asked.questions.flatMap(\.1.questions).count == 2)
    }

    @Test
    func `a restart knows what was sent before; a block that is read late counts by its time`()
        throws
    {
        var (world, effects) = suspendedWorld()
        let since = Timestamp(unixNanoseconds: World.start + Self.suspended * World.second)
        _ = world.prove(effects)
        var snapshot = try world.store.load()
        snapshot.links = [
            LinkRecord(
                counterpartyChain: "there", localClient: EngineHarness.local,
                remoteClient: EngineHarness.remote, isRegistered: true)
        ]
        let now = world.now
        var again = EngineHarness(snapshot: snapshot) { configuration in
            configuration.routes = [
                RouteConfiguration(
                    chainID: "there", family: "simulated",
                    anchorHeight: Height(revision: 1, height: 1),
                    trustingPeriodNanoseconds: 3_600 * World.second,
                    localClient: EngineHarness.local, remoteClient: EngineHarness.remote,
                    bar: MemberBar(.suspended, version: 8, since: since))
            ]
        }
        again.height = world.height
        let block = { (event: PacketEvent, time: Timestamp) in
            again.height += 1
            let height = Height(revision: 1, height: again.height)
            return EngineEvent.chainAdvanced(
                ChainAdvance(
                    blocks: [BlockSummary(height: height, time: time, events: [event])],
                    tip: height, tipTime: time))
        }
        again.now = now
        // Made before the suspension, read after it.
        effects = again.send(block(send(3, in: again), since.adding(nanoseconds: -World.second)))
        effects += again.send(block(send(4, in: again), now))
        effects += again.advance([])
        // One proof job at a time.
        for _ in 0..<4 { effects = again.prove(effects) }
        for sequence in [1, 3] as [UInt64] {
            #expect(again.store.packets[id(sequence)]?.state == .proven)
        }
        #expect(again.store.packets[id(4)]?.reasonCode == "member/suspended")
        #expect(again.engine.explain(id(2))?.code == "member/suspended")
    }

    @Test func `no client is made for a suspended member, and an open route's client lives on`() {
        var world = harness()
        let bar = MemberBar(.suspended, version: 8, since: world.now)
        let elsewhere = route("elsewhere", bar: bar)
        let effects = world.send(
            .manifestsVerified([
                VerifiedManifest(
                    record: ManifestRecord(
                        version: 8, digest: [8], bytes: [1], source: "file", adoptedAt: world.now),
                    previousDigest: [7],
                    change: TopologyChange(
                        version: 8, digest: [8], routes: [route(bar: bar), elsewhere],
                        bars: ["there": bar, "elsewhere": bar],
                        manifest: world.engine.configuration.manifest))
            ]))
        #expect(effects.codes.filter { $0 == "member/suspended" }.count == 2)
        let hello = PeerHello(
            chainID: "elsewhere", protocolVersion: 1, topologyVersion: 8, topologyDigest: [8],
            clock: world.now, clientID: "", trustedHeight: .zero, software: "test")
        #expect(world.send(.peerConnected(hello)).headerRequests.isEmpty)
        // More than a third of its trusting period later, on a route where packets were exchanged.
        _ = world.wait(2_165)
        world.advance([])
        #expect(world.effects.headerRequests.map(\.1.peerChain) == ["there"])
    }
}
