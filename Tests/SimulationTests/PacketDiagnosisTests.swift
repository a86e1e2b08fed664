// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

import struct RelayEngine.PacketEvent

/// What is said of a packet in every phase, before every step, whatever blocks it.
@Suite struct `Why a packet waits` {
    /// What can be in the way, and the code that says so.
    private enum Blocker: CaseIterable {
        case nothing, nodeDown, chainStalled, peerLost, topologyDiffers, peerPaused, queuePaused
        case hostedFrozen

        func put(before harness: inout EngineHarness) {
            switch self {
            case .nothing: break
            case .nodeDown:
                harness.send(
                    .chainUnreachable(code: "connector/unreachable", detail: "refused"))
            case .chainStalled: _ = harness.wait(3_000)
            case .peerLost:
                harness.send(
                    .peerLost(chainID: "there", code: "transport/net.cannot-connect"))
            case .topologyDiffers: harness.send(.peerConnected(harness.hello(digest: [9])))
            case .peerPaused: harness.send(.pause(chainID: "there", reason: "their audit"))
            case .queuePaused:
                harness.send(
                    .operate(
                        OperatorOrder(
                            token: OrderToken(rawValue: 1), kind: .pauseQueue,
                            subject: .chain("there"), reason: "their upgrade", who: "wang")))
            case .hostedFrozen:
                harness.send(
                    .hostedClient(
                        HostedClient(
                            client: EngineHarness.local, status: .frozen, states: [],
                            counterparty: EngineHarness.remote)))
            }
        }
    }

    private static let phases: [Phase] =
        Stage.allCases.flatMap { stage in
            [
                .queued(stage), .inFlight(stage, JobID(rawValue: 9)), .backoff(stage),
                .awaitingTip(stage),
            ]
        } + [.awaitingHeader, .inTransaction, .waiting, .parked]

    private func record(_ state: PacketState, _ harness: EngineHarness) -> PacketRecord {
        let isOutgoing = state.rawValue < 40
        let packet = isOutgoing ? harness.outgoing(1) : harness.incoming(1)
        var record = PacketRecord(
            id: isOutgoing ? packet.outgoingID : packet.incomingID, counterpartyChain: "there",
            packet: packet.encoded, state: state, timeoutSeconds: packet.timeoutSeconds,
            committedHeight: Height(revision: 1, height: 100), now: harness.now)
        record.attempts = 2
        record.reasonCode = "peer/busy"
        record.reasonDetail = "try later"
        record.parkedFrom = state == .parked ? .proven : nil
        return record
    }

    @Test func `every phase, step and blocker has its sentence, turn, next step and evidence`() {
        for blocker in Blocker.allCases {
            var harness = EngineHarness()
            harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(7))])
            blocker.put(before: &harness)
            for phase in Self.phases {
                for state in PacketState.allCases where !state.isTerminal {
                    let place = "\(blocker) \(phase) \(state)"
                    let why = harness.engine.explain(
                        record(state, harness), phase, towards: "there")
                    guard let why else {
                        Issue.record("nothing is said: \(place)")
                        continue
                    }
                    #expect(why.code.contains("/"), "\(place)")
                    #expect(why.sentence.count > 12 && !why.sentence.contains("()"), "\(place)")
                    #expect(!why.nextAction.isEmpty, "\(place)")
                    #expect(why.evidence.contains { $0.hasPrefix("deadline 20") }, "\(place)")
                    // A state's case name is no sentence, and seconds since 1970 no moment.
                    #expect(!why.sentence.contains("It waits ("), "\(place)")
                    #expect(!why.nextAction.contains("Unix"), "\(place)")
                }
            }
        }
    }

    /// What a blocked step is said to wait for: the blocker, not the queue.
    private static let blocked: [(blocker: Blocker, stages: [Stage], code: String)] = [
        (.nodeDown, [.prove, .proveAcknowledgement, .lookUp, .submit], "connector/unreachable"),
        (.chainStalled, [.prove, .proveAcknowledgement, .lookUp, .submit], "chain/stalled"),
        (
            .peerLost, [.prove, .deliver, .ask, .proveAcknowledgement, .acknowledge],
            "transport/net.cannot-connect"
        ),
        (.topologyDiffers, [.prove, .deliver, .ask, .acknowledge], "peer/topology-mismatch"),
        (.peerPaused, [.prove, .deliver, .ask, .acknowledge], "route/paused"),
        (.queuePaused, [.deliver], "queue/paused"),
        (.hostedFrozen, [.submit], "hosted-client/not-active"),
    ]

    @Test func `a queue is named as the reason only where nothing blocks it`() {
        for (blocker, stages, code) in Self.blocked {
            var harness = EngineHarness()
            harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(7))])
            blocker.put(before: &harness)
            for stage in stages {
                let why = harness.engine.explain(
                    record(.observed, harness), .queued(stage), towards: "there")
                #expect(why?.code == code, "\(blocker) before \(stage.name)")
            }
        }
        let free = EngineHarness()
        for stage in Stage.allCases where stage != .lookUp {
            let why = free.engine.explain(
                record(.observed, free), .queued(stage), towards: "there")
            #expect(why?.code == "queue/\(stage.name)")
        }
    }

    @Test func `a clock is said to be behind where it is behind`() {
        var harness = EngineHarness()
        harness.send(.peerConnected(harness.hello(skew: -42 * World.second)))
        let why = harness.engine.explainPeer("there")?.first
        #expect(why?.code == "peer/clock-skew")
        #expect(why?.sentence.contains("42 s behind ours") == true, "\(why?.sentence ?? "")")
        harness.send(.peerConnected(harness.hello(skew: 11 * World.second)))
        #expect(
            harness.engine.explainPeer("there")?.first?.sentence.contains("11 s ahead of ours")
                == true)
    }
}
