// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

import struct RelayEngine.PacketEvent

/// Two members that hold different headers of one height, and proofs that a peer's new client
/// passed over.
@Suite struct `Engine, headers compared and proofs passed over` {
    private static let other = HeldHeader(
        chainID: "there", height: Height(revision: 1, height: 20), hash: [66])

    /// A relay of "there" and one of "elsewhere", both connected.
    private func harness() -> EngineHarness {
        var world = EngineHarness { configuration in
            configuration.routes.append(
                RouteConfiguration(
                    chainID: "elsewhere", family: "simulated",
                    anchorHeight: Height(revision: 1, height: 1),
                    trustingPeriodNanoseconds: 3_600 * World.second))
        }
        let connected = world.send(
            .peerConnected(
                PeerHello(
                    chainID: "elsewhere", protocolVersion: 1, topologyVersion: 1,
                    topologyDigest: [7], clock: world.now, clientID: "", trustedHeight: .zero,
                    software: "test")))
        _ = takeNews(connected, &world)
        return world
    }

    private func comparisons(_ effects: [EngineEffect]) -> [(JobID, HeaderRequest)] {
        effects.headerRequests.filter {
            $0.1.peerChain == "there" && $0.1.targetHeight == Self.other.height
        }
    }

    private func reports(_ effects: [EngineEffect], to peer: String) -> [(JobID, PeerReport)] {
        effects.compactMap {
            if case .report(let job, let report) = $0, report.peerChain == peer {
                (job, report)
            } else {
                nil
            }
        }
    }

    /// What comes in some seconds, or until something is there. News are taken by whoever is told.
    private func seconds(
        _ count: Int, _ world: inout EngineHarness,
        until isThere: ([EngineEffect]) -> Bool = { _ in false }
    ) -> [EngineEffect] {
        var effects: [EngineEffect] = []
        for _ in 0..<count where !isThere(effects) {
            let turn = world.wait(1)
            effects += turn + takeNews(turn, &world)
        }
        return effects
    }

    private func takeNews(
        _ turn: [EngineEffect], _ world: inout EngineHarness
    ) -> [EngineEffect] {
        var effects: [EngineEffect] = []
        for case .report(let job, let report) in turn {
            guard case .held = report.content else { continue }
            effects += world.send(.reportAnswered(job, ReportAnswer(outcome: .accepted)))
        }
        return effects
    }

    @Test func `a comparison that failed is repeated once the chain's relay answers again`() throws
    {
        var world = harness()
        let told = world.send(.headersTold(from: "elsewhere", [Self.other]))
        let first = try #require(comparisons(told).first)
        world.send(.jobFailed(first.0, JobFailure(code: "transport/closed", detail: "down")))
        let later = seconds(90, &world) { !comparisons($0).isEmpty }
        let second = try #require(comparisons(later).first)
        let ours = world.verified(20, hash: [20])
        let found = world.send(
            .headersFetched(second.0, chainID: "there", headers: [ours]))
        #expect(found.codes.contains("headers/disagree"))
        let wanted = try #require(
            reports(found + seconds(3, &world), to: "elsewhere").first {
                if case .wanted = $0.1.content { true } else { false }
            })
        #expect(
            wanted.1.content
                == .wanted(
                    Self.other,
                    ours: try #require(world.store.headers["there"]?[Self.other.height])))
    }

    @Test func `a comparison that can never be made does not stand in the way of the next`() throws
    {
        var world = harness()
        let told = world.send(.headersTold(from: "elsewhere", [Self.other]))
        let first = try #require(comparisons(told).first)
        world.send(
            .jobFailed(
                first.0, JobFailure(code: "verify/client/no-trusted-state", detail: "of no use")))
        #expect(comparisons(seconds(90, &world)).isEmpty)
        let again = world.send(.headersTold(from: "elsewhere", [Self.other]))
        #expect(!comparisons(again + seconds(5, &world)).isEmpty)
    }

    private func fork(_ world: EngineHarness) -> EvidenceJudgement {
        let body = EvidenceBody(first: [9], second: [8])
        return .proven(
            EvidenceRecord(
                chainID: "there", height: Self.other.height, kind: FrozenReason.conflictingHeader,
                evidence: body.encoded, reportedBy: "elsewhere", at: world.now),
            reason: "two headers of one height")
    }

    @Test func `whoever showed the header that proves a fork is told of it`() throws {
        var world = harness()
        _ = seconds(3, &world)
        let told = world.send(.headersTold(from: "elsewhere", [Self.other]))
        let fetched = try #require(comparisons(told + seconds(3, &world)).first)
        var effects = world.send(
            .headersFetched(
                fetched.0, chainID: "there", headers: [world.verified(20, hash: [20])]))
        effects += seconds(3, &world)
        let wanted = try #require(
            reports(effects, to: "elsewhere").first {
                if case .wanted = $0.1.content { true } else { false }
            })
        effects = world.send(.headerExamined(wanted.0, fork(world)))
        #expect(world.engine.client(of: "there")?.record.isFrozen == true)
        effects += seconds(5, &world)
        #expect(reports(effects, to: "elsewhere").contains { isMisbehaviour($0.1) })
    }

    @Test func `whoever brought the proof of a fork is not told what it knows`() {
        var world = harness()
        var effects = world.send(
            .evidenceJudged(AnswerToken(rawValue: 1), from: "elsewhere", fork(world)))
        #expect(world.engine.client(of: "there")?.record.isFrozen == true)
        effects += seconds(5, &world)
        #expect(!reports(effects, to: "elsewhere").contains { isMisbehaviour($0.1) })
        // The chain's own relay did not bring it, and is told.
        #expect(reports(effects, to: "there").contains { isMisbehaviour($0.1) })
    }

    private func isMisbehaviour(_ report: PeerReport) -> Bool {
        if case .misbehaviour = report.content { true } else { false }
    }

    // MARK: Proofs

    /// What the peer says of an item whose proof stands on a header that it cannot verify.
    private func untrusted(_ client: String) -> PeerOutcome {
        PeerOutcome(
            sourceClient: client, sequence: 1, outcome: .retry, code: "client/no-trusted-state",
            detail: "nothing to build on")
    }

    @Test(arguments: [90, 300] as [UInt64])
    func `a packet whose proof a new client passed over is proven again`(trusted: UInt64) throws {
        var world = EngineHarness()
        world.advance([PacketEvent(kind: .send, packet: world.outgoing(1))])
        let delivery = try #require(world.prove(world.advance([])).deliveries.first)
        world.send(
            .delivered(
                delivery.0, outcomes: [untrusted(EngineHarness.local)],
                trustedHeight: Height(revision: 1, height: trusted)))
        world.height = 310
        let effects = seconds(10, &world)
        let isPassedOver = trusted > delivery.1.proofHeight.height
        #expect(proofs(effects) == (isPassedOver ? 1 : 0))
        let again = isPassedOver ? world.prove(effects) : effects
        let proofHeight = try #require(again.deliveries.first?.1.proofHeight)
        #expect(proofHeight.height == (isPassedOver ? 310 : delivery.1.proofHeight.height))
    }

    @Test(arguments: [90, 300] as [UInt64])
    func `an acknowledgement whose proof a new client passed over is proven again`(
        trusted: UInt64
    ) throws {
        var world = EngineHarness()
        let packet = world.incoming(1)
        world.advance([
            PacketEvent(kind: .writeAcknowledgement, packet: packet, acknowledgement: [1])
        ])
        let sent = acknowledgements(world.prove(world.advance([])))
        let first = try #require(sent.first)
        world.send(
            .acknowledged(
                first.0, outcomes: [untrusted(EngineHarness.remote)],
                trustedHeight: Height(revision: 1, height: trusted)))
        world.height = 310
        let effects = seconds(10, &world)
        let isPassedOver = trusted > first.1.proofHeight.height
        #expect(proofs(effects) == (isPassedOver ? 1 : 0))
        let again = acknowledgements(isPassedOver ? world.prove(effects) : effects)
        let proofHeight = try #require(again.first?.1.proofHeight)
        #expect(proofHeight.height == (isPassedOver ? 310 : first.1.proofHeight.height))
    }

    private func proofs(_ effects: [EngineEffect]) -> Int {
        effects.count { if case .prove = $0 { true } else { false } }
    }

    private func acknowledgements(
        _ effects: [EngineEffect]
    ) -> [(JobID, AcknowledgementDelivery)] {
        effects.compactMap {
            if case .acknowledge(let job, let delivery) = $0 { (job, delivery) } else { nil }
        }
    }
}
