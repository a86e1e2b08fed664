// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

import struct RelayEngine.PacketEvent

/// What a person may do by hand, and what not.
@Suite struct `Orders of operators` {
    private func out(_ sequence: UInt64) -> PacketID {
        PacketID(direction: .outgoing, client: EngineHarness.local, sequence: sequence)
    }

    private func incoming(_ sequence: UInt64) -> PacketID {
        PacketID(direction: .incoming, client: EngineHarness.local, sequence: sequence)
    }

    /// Gives an order; what came of it.
    private func order(
        _ harness: inout EngineHarness, _ kind: OperatorAction.Kind,
        _ subject: OperatorAction.Subject, reason: String = "as the bureau asked",
        after: UInt64? = nil, ended: PacketState? = nil
    ) -> OperatorResult? {
        let effects = harness.send(
            .operate(
                OperatorOrder(
                    token: OrderToken(rawValue: 7), kind: kind, subject: subject, reason: reason,
                    who: "person/operator/wang", after: after, ended: ended)))
        for case .ordered(OrderToken(rawValue: 7), let result) in effects { return result }
        return nil
    }

    private func code(_ result: OperatorResult?) -> String? {
        switch result {
        case .refused(let refusal): refusal.code
        case .done: "done"
        case nil: nil
        }
    }

    @Test func `an order is remembered with who, why and when in the commit of its effect`() {
        var harness = EngineHarness()
        harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1))])
        #expect(code(order(&harness, .park, .packet(out(1)))) == "done")
        #expect(harness.store.packets[out(1)]?.state == .parked)
        #expect(code(order(&harness, .release, .packet(out(1)))) == "done")
        let actions = harness.store.actions
        #expect(actions.map(\.kind) == [.park, .release])
        #expect(actions.map(\.number) == [1, 2])
        #expect(actions.allSatisfy { $0.who == "person/operator/wang" && $0.at == harness.now })
        #expect(actions.first?.reason == "as the bureau asked")
        // Numbers go on after a restart.
        let snapshot = try? harness.store.load()
        var again = EngineHarness(snapshot: snapshot ?? JournalSnapshot())
        #expect(code(order(&again, .park, .packet(out(1)))) == "done")
        #expect(again.store.actions.map(\.number) == [3])
    }

    @Test func `what cannot be done is refused with a code and the next step`() {
        var harness = EngineHarness()
        harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1))])
        _ = harness.deliver([harness.incoming(5)])
        let cases: [(OperatorAction.Kind, OperatorAction.Subject, PacketState?, String)] = [
            (.park, .packet(out(99)), nil, "packet/unknown"),
            (.park, .packet(out(99)), .acknowledged, "packet/ended"),
            (.replay, .packet(out(99)), .timedOut, "dead/ended-for-good"),
            (.release, .packet(out(1)), nil, "packet/not-parked"),
            (.retry, .packet(out(1)), nil, "packet/under-way"),
            (.discard, .packet(out(1)), nil, "dead/still-under-way"),
            (.discard, .packet(out(99)), nil, "packet/unknown"),
            (.discard, .packet(out(99)), .acknowledged, "dead/ended-well"),
            (.pausePeer, .chain("nowhere"), nil, "route/unknown"),
            (.resumePeer, .chain("there"), nil, "route/not-paused"),
            (.park, .chain("there"), nil, "action/wrong-subject"),
            (.retryRoute, .packet(out(1)), nil, "action/wrong-subject"),
        ]
        for (kind, subject, ended, expected) in cases {
            let result = order(&harness, kind, subject, ended: ended)
            #expect(code(result) == expected, "\(kind) \(subject)")
            if case .refused(let refusal) = result {
                #expect(!refusal.sentence.isEmpty && refusal.next.hasSuffix("."), "\(kind)")
            }
        }
        #expect(code(order(&harness, .park, .packet(out(1)), reason: "")) == "action/no-reason")
        #expect(harness.store.actions.isEmpty)
    }

    /// The money of a packet of ours is on our chain until it is acknowledged or timed out.
    @Test func `nothing that holds money can be put aside`() {
        var harness = EngineHarness()
        harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1))])
        #expect(code(order(&harness, .park, .packet(out(1)))) == "done")
        #expect(code(order(&harness, .discard, .packet(out(1)))) == "dead/holds-money")
        _ = harness.deliver([harness.incoming(5)])
        #expect(code(order(&harness, .park, .packet(incoming(5)))) == "done")
        #expect(code(order(&harness, .discard, .packet(incoming(5)))) == "done")
        #expect(harness.store.discarded == [incoming(5)])
        #expect(code(order(&harness, .restore, .packet(incoming(5)))) == "done")
        #expect(harness.store.discarded.isEmpty)
        // What has ended is settled on the chains.
        let ended = order(&harness, .discard, .packet(out(77)), ended: .timedOut)
        #expect(code(ended) == "done")
        #expect(harness.store.discarded == [out(77)])
    }

    @Test func `a paused queue delivers nothing, takes everything, and survives a restart`() {
        var harness = EngineHarness()
        #expect(code(order(&harness, .pauseQueue, .chain("there"))) == "done")
        harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1))])
        #expect(harness.prove(harness.advance([])).deliveries.isEmpty)
        #expect(harness.engine.explain(out(1))?.code == "queue/paused")
        #expect(harness.engine.explainRoute("there")?.first?.code == "queue/paused")
        #expect(harness.deliver([harness.incoming(5)]).answers.first?.first?.outcome == .accepted)
        let snapshot = try? harness.store.load()
        var again = EngineHarness(snapshot: snapshot ?? JournalSnapshot())
        #expect(again.engine.standing(of: "there")?.isQueuePaused == true)
        #expect(again.prove(again.advance([])).deliveries.isEmpty)
        let resumed = order(&again, .resumeQueue, .chain("there"))
        #expect(code(resumed) == "done")
        #expect(!again.effects.deliveries.isEmpty || !again.prove(again.advance([])).isEmpty)
    }

    @Test func `a packet in a paused queue still times out`() {
        var harness = EngineHarness()
        _ = order(&harness, .pauseQueue, .chain("there"))
        harness.advance([
            PacketEvent(kind: .send, packet: harness.outgoing(1, timeoutAfter: 30))
        ])
        _ = harness.prove(harness.advance([]))
        var asked = false
        for _ in 0..<10 where !asked { asked = !harness.wait(20).questions.isEmpty }
        #expect(asked)
    }

    @Test func `a paused peer gets nothing and gives nothing`() {
        var harness = EngineHarness()
        #expect(code(order(&harness, .pausePeer, .chain("there"))) == "done")
        let answer = harness.deliver([harness.incoming(5)]).answers.first?.first
        #expect(answer?.outcome == .retry)
        #expect(answer?.code == "route/paused")
        #expect(harness.engine.explainPeer("there")?.first?.code == "route/paused")
        #expect(code(order(&harness, .resumePeer, .chain("there"))) == "done")
        #expect(harness.deliver([harness.incoming(5)]).answers.first?.first?.outcome == .accepted)
    }

    /// Everything that can be undone: the opposite brings back what stood before, and says what it
    /// takes back.
    @Test func `every action that has an opposite is undone by it`() {
        var harness = EngineHarness()
        harness.advance([
            PacketEvent(kind: .send, packet: harness.outgoing(1)),
            PacketEvent(kind: .send, packet: harness.outgoing(2)),
            PacketEvent(kind: .send, packet: harness.outgoing(3)),
        ])
        _ = harness.deliver([harness.incoming(5)])
        for id in [out(2), out(3)] { _ = order(&harness, .park, .packet(id)) }
        _ = order(&harness, .park, .packet(incoming(5)))
        func standing() -> [String] {
            let packets = [out(1), out(2), out(3), incoming(5)].map {
                "\(harness.store.packets[$0]?.state == .parked)"
            }
            let route = harness.engine.standing(of: "there")
            return packets + [
                "\(route?.isPeerPaused ?? false)", "\(route?.isQueuePaused ?? false)",
                "\(harness.store.discarded.count)",
            ]
        }
        let chain = OperatorAction.Subject.chain("there")
        let cases: [(OperatorAction.Kind, OperatorAction.Subject)] = [
            (.park, .packet(out(1))), (.release, .packet(out(2))), (.replay, .packet(out(3))),
            (.pauseQueue, chain), (.pausePeer, chain), (.discard, .packet(incoming(5))),
        ]
        var undone: Set<OperatorAction.Kind> = []
        for (kind, subject) in cases {
            let before = standing()
            #expect(code(order(&harness, kind, subject)) == "done", "\(kind)")
            #expect(standing() != before, "\(kind)")
            guard let inverse = kind.inverse else { continue }
            #expect(code(order(&harness, inverse, subject)) == "done", "\(kind)")
            #expect(standing() == before, "\(kind)")
            undone.formUnion([kind, inverse])
        }
        let all = Set(OperatorAction.Kind.allCases.filter { $0.inverse != nil })
        #expect(undone == all, "\(all.subtracting(undone))")
    }

    @Test func `an order that was judged by what another has changed since is not carried out`() {
        var harness = EngineHarness()
        let chain = OperatorAction.Subject.chain("there")
        #expect(code(order(&harness, .pausePeer, chain)) == "done")
        #expect(code(order(&harness, .resumePeer, chain)) == "done")
        #expect(code(order(&harness, .pausePeer, chain)) == "done")
        #expect(code(order(&harness, .resumePeer, chain, after: 2)) == "action/raced")
        #expect(harness.engine.standing(of: "there")?.isPeerPaused == true)
        #expect(code(order(&harness, .resumePeer, chain, after: 3)) == "done")
    }

    @Test func `a retry does not wait for the next attempt`() {
        var harness = EngineHarness()
        harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(1))])
        let effects = harness.advance([])
        for case .prove(let job, _) in effects {
            harness.send(
                .jobFailed(job, JobFailure(code: "connector/unreachable", detail: "no node")))
        }
        let why = harness.engine.explain(out(1))
        #expect(why?.code == "connector/unreachable")
        #expect(why?.cause == .ourChain)
        #expect(why?.sentence.contains("prove failed 1 times") == true)
        let before = harness.effects.count
        #expect(code(order(&harness, .retry, .packet(out(1)))) == "done")
        let again = harness.effects[before...].contains {
            if case .prove = $0 { true } else { false }
        }
        #expect(again)
        let all = order(&harness, .retryRoute, .chain("there"))
        #expect(code(all) == "done")
    }

    @Test func `a refresh asks the peer for headers, and a frozen client refuses it`() {
        var harness = EngineHarness()
        let before = harness.effects.headerRequests.count
        #expect(code(order(&harness, .refreshClient, .chain("there"))) == "done")
        #expect(harness.effects.headerRequests.count == before + 1)
        harness.send(
            .evidenceJudged(
                AnswerToken(rawValue: 1), from: "there",
                .proven(
                    EvidenceRecord(
                        chainID: "there", height: Height(revision: 1, height: 12),
                        kind: "client/conflicting-header", evidence: [1], reportedBy: "there",
                        at: harness.now), reason: "client/conflicting-header")))
        #expect(code(order(&harness, .refreshClient, .chain("there"))) == "client/frozen")
        #expect(harness.engine.explainClient("there")?.first?.code == "client/frozen")
    }
}
