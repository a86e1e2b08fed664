// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

import struct RelayEngine.PacketEvent

@Suite struct `Engine, packets of ours` {
    private func id(_ sequence: UInt64) -> PacketID {
        PacketID(direction: .outgoing, client: EngineHarness.local, sequence: sequence)
    }

    @Test func `a packet is proven at the header after its block, never before`() {
        var harness = EngineHarness()
        let seen = harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1))])
        #expect(harness.prove(seen).isEmpty)
        #expect(harness.engine.explain(id(1))?.code == "chain/header-awaited")
        let next = harness.advance([])
        let delivery = harness.prove(next).deliveries
        #expect(delivery.count == 1)
        #expect(delivery.first?.1.trustedHeight == Height(revision: 1, height: 90))
        #expect(harness.store.packets[id(1)]?.state == .proven)
    }

    @Test func `cursor and packet go into one commit`() {
        var harness = EngineHarness()
        let packet = harness.outgoing(1)
        let block = BlockSummary(
            height: Height(revision: 1, height: 102), time: harness.now,
            events: [PacketEvent(kind: .send, packet: packet)])
        let effects = harness.engine.handle(
            [
                .chainAdvanced(
                    ChainAdvance(
                        blocks: [block], tip: Height(revision: 1, height: 102), tipTime: harness.now
                    ))
            ], now: harness.now)
        guard case .journal(let entries) = effects.first else {
            Issue.record("the first effect is no commit")
            return
        }
        #expect(entries.contains(.cursor(chainID: "here", height: 102)))
        #expect(entries.contains { if case .packet = $0 { true } else { false } })
    }

    @Test func `a block that skips a height is not read`() {
        var harness = EngineHarness()
        harness.height += 3
        let effects = harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1))])
        #expect(effects.contains(.follow(from: 102)))
        #expect(harness.engine.cursor == 101)
        #expect(harness.engine.record(of: id(1)) == nil)
    }

    @Test func `a refusal for being late becomes a timeout, and no sooner than the header shows`() {
        var harness = EngineHarness()
        harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1, timeoutAfter: 30))])
        let deliveries = harness.prove(harness.advance([])).deliveries
        let outcome = PeerOutcome(
            sourceClient: EngineHarness.local, sequence: 1, outcome: .refused,
            code: "packet/elapsed")
        harness.send(.delivered(deliveries[0].0, outcomes: [outcome], trustedHeight: .zero))
        let asked = harness.wait(40).questions
        #expect(asked.first?.1.questions.first?.subject == .receipt)
        #expect(asked.first?.1.notBeforeSeconds == harness.now.unixSeconds - 10)
        // The header under the proof is older than the deadline: nothing is believed.
        let early = VerifiedAnswers(
            chainID: "there", revisionCounter: 1, headers: [harness.verified(20)],
            proofHeight: Height(revision: 1, height: 20),
            items: [.init(question: asked[0].1.questions[0], proof: [1], finding: .absent)])
        harness.send(.answered(asked[0].0, early))
        #expect(harness.engine.record(of: id(1))?.state == .proven)
        #expect(harness.engine.record(of: id(1))?.reasonCode == "timeout/not-reached")
        let again = harness.wait(60).questions
        let late = VerifiedAnswers(
            chainID: "there", revisionCounter: 1, headers: [harness.verified(60)],
            proofHeight: Height(revision: 1, height: 60),
            items: [.init(question: again[0].1.questions[0], proof: [1], finding: .absent)])
        let effects = harness.send(.answered(again[0].0, late))
        #expect(harness.engine.record(of: id(1))?.state == .absenceVerified)
        #expect(!effects.accountReads.isEmpty)
    }

    @Test func `a packet that its peer never had times out once the peer is back`() {
        var harness = EngineHarness()
        harness.send(.peerLost(chainID: "there", code: "transport/closed"))
        harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1, timeoutAfter: 30))])
        harness.advance([])
        #expect(harness.engine.explain(id(1))?.turn == .peer)
        _ = harness.wait(100)
        let asked = harness.send(.peerConnected(harness.hello())).questions
        #expect(asked.first?.1.questions.first?.subject == .receipt)
    }

    @Test func `a receipt that is there ends all thought of a timeout`() {
        var harness = EngineHarness()
        harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1, timeoutAfter: 30))])
        let delivery = harness.prove(harness.advance([])).deliveries[0]
        harness.send(
            .delivered(
                delivery.0,
                outcomes: [
                    .init(sourceClient: EngineHarness.local, sequence: 1, outcome: .accepted)
                ],
                trustedHeight: Height(revision: 1, height: 102)))
        #expect(harness.store.packets[id(1)]?.state == .forwarded)
        let asked = harness.wait(40).questions[0]
        let present = VerifiedAnswers(
            chainID: "there", revisionCounter: 1, headers: [harness.verified(60)],
            proofHeight: Height(revision: 1, height: 60),
            items: [
                .init(
                    question: asked.1.questions[0], proof: [1],
                    finding: .present(acknowledgement: []))
            ])
        let next = harness.send(.answered(asked.0, present)).questions
        #expect(next.first?.1.questions.first?.subject == .acknowledgement)
        let acknowledged = VerifiedAnswers(
            chainID: "there", revisionCounter: 1, headers: [],
            proofHeight: Height(revision: 1, height: 60),
            items: [
                .init(
                    question: next[0].1.questions[0], proof: [3],
                    finding: .present(acknowledgement: [0x0a, 1, 1]))
            ])
        harness.send(.answered(next[0].0, acknowledged))
        #expect(harness.store.packets[id(1)]?.state == .acknowledgementVerified)
    }

    @Test func `a peer with another topology gets nothing, and its packets wait`() {
        var harness = EngineHarness()
        let noted = harness.send(.peerConnected(harness.hello(digest: [8])))
        #expect(noted.codes.contains("peer/topology-mismatch"))
        harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1))])
        let effects = harness.advance([])
        #expect(harness.prove(effects).isEmpty)
        #expect(harness.engine.explain(id(1))?.code == "peer/topology-mismatch")
        let answers = harness.deliver([harness.incoming(1)]).answers
        #expect(answers.first?.first?.outcome == .retry)
        #expect(answers.first?.first?.code == "peer/topology-mismatch")
        let back = harness.send(.peerConnected(harness.hello()))
        #expect(!harness.prove(back).deliveries.isEmpty)
    }

    @Test func `a clock far off is an alarm and nothing else`() {
        var harness = EngineHarness()
        let effects = harness.send(.peerConnected(harness.hello(skew: 60 * World.second)))
        #expect(effects.codes.contains("peer/clock-skew"))
        harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1))])
        let next = harness.advance([])
        #expect(harness.prove(next).deliveries.count == 1)
    }

    @Test func `a backlog does not starve a new packet`() {
        var harness = EngineHarness()
        harness.send(.peerLost(chainID: "there", code: "transport/closed"))
        let backlog = (1...5_000).map {
            PacketEvent(kind: .send, packet: harness.outgoing(UInt64($0)))
        }
        harness.advance(backlog)
        harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(9_999))])
        harness.advance([])
        let effects = harness.send(.peerConnected(harness.hello()))
        let delivered = harness.prove(effects).deliveries.flatMap {
            $0.1.items.map { $0.id.sequence }
        }
        #expect(delivered.contains(9_999))
        #expect(delivered.contains(1))
    }

    @Test func `a parked packet stays, is explained, and goes on when released`() {
        var harness = EngineHarness()
        harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1))])
        harness.send(.park(id(1), reason: "asked by the bureau"))
        #expect(harness.store.packets[id(1)]?.state == .parked)
        #expect(harness.store.packets[id(1)]?.parkedFrom == .observed)
        #expect(harness.engine.explain(id(1))?.turn == .operators)
        #expect(harness.prove(harness.advance([])).isEmpty)
        let looked = harness.send(.release(id(1))).lookUps
        #expect(looked.first?.1 == [id(1)])
        let fact = PacketFact(
            id: id(1), packet: nil, hasCommitment: true, hasReceipt: false, acknowledgement: [],
            ending: nil, committedHeight: Height(revision: 1, height: 102),
            asOf: Height(revision: 1, height: 104))
        let effects = harness.send(.lookedUp(looked[0].0, [fact]))
        #expect(harness.prove(effects).deliveries.count == 1)
    }
}
