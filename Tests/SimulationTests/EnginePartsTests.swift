// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

@Suite struct `Engine parts` {
    @Test func `waiting grows to its maximum and jitter only shortens it`() {
        let backoff = Backoff()
        var random = SplitMix(seed: 3)
        for attempts in 1...80 {
            let full = backoff.delay(attempts: attempts, random: 0)
            #expect(full <= backoff.maximum)
            #expect(full >= backoff.delay(attempts: max(1, attempts - 1), random: 0))
            let jittered = backoff.delay(attempts: attempts, random: random.next())
            #expect(jittered <= full && jittered >= full / 2 - 1_000)
        }
        #expect(backoff.delay(attempts: 1, random: 0) == backoff.initial)
        #expect(backoff.delay(attempts: 80, random: 0) == backoff.maximum)
    }

    static let codes: [(space: String, code: UInt32, action: RetryAction)] = [
        ("sdk", 32, .readAccount), ("channel", 22, .lookUp), ("sdk", 11, .moreGas),
        ("sdk", 30, .again), ("sdk", 18, .againThenPark), ("undefined", 111_222, .park),
        ("client", 29, .readHostedClient), ("client", 7, .readHostedClient),
        ("ibc", 9, .readHostedClient), ("channelv2", 9, .awaitExpiry), ("channelv2", 10, .reprove),
        ("commitment", 2, .reprove), ("sdk", 41, .split), ("nobody", 77, .againThenPark),
    ]

    @Test(arguments: codes)
    func `each code of a chain leads to one action`(
        code: (space: String, code: UInt32, action: RetryAction)
    ) {
        let result = TransactionResult(codespace: code.space, code: code.code, log: "")
        #expect(RetryPolicy.action(for: result) == code.action)
    }

    @Test func `the index of a refused message is read from any log, or not at all`() {
        #expect(RetryPolicy.messageIndex(in: "x; message index: 12: elapsed") == 12)
        #expect(RetryPolicy.messageIndex(in: "message index: 0") == 0)
        #expect(RetryPolicy.messageIndex(in: "message index: x") == nil)
        #expect(RetryPolicy.messageIndex(in: "no such text") == nil)
        #expect(RetryPolicy.messageIndex(in: "message index: ") == nil)
        #expect(RetryPolicy.messageIndex(in: "") == nil)
        #expect(RetryPolicy.messageIndex(in: "message index: 99999999999999999999") != nil)
    }

    @Test func `a packet's fields are read from its bytes, and garbage is an error`() throws {
        let packet = SimulatedPacket(
            sequence: 7, source: "07-a-0", destination: "07-b-1", timeoutSeconds: 99, port: "fund",
            amount: 5, receiver: "r")
        let summary = try PacketSummary(encoded: packet.encoded)
        #expect(summary == packet.summary)
        #expect(throws: WireError.self) { try PacketSummary(encoded: [0x0a, 0xff]) }
    }

    /// 300,000 open packets: a turn's work follows what changed.
    @Test func `a large backlog is taken up, and each turn touches only its batch`() {
        var snapshot = JournalSnapshot()
        let count: UInt64 = 300_000
        let deadline = UInt64(World.start / World.second) + 80_000
        snapshot.packets.reserveCapacity(Int(count))
        for sequence in 1...count {
            snapshot.packets.append(
                PacketRecord(
                    id: PacketID(
                        direction: .outgoing, client: EngineHarness.local, sequence: sequence),
                    counterpartyChain: "there", packet: [1, 2, 3], state: .observed,
                    timeoutSeconds: deadline, committedHeight: Height(revision: 1, height: 50),
                    now: Timestamp(unixNanoseconds: World.start)))
        }
        var harness = EngineHarness(snapshot: snapshot)
        #expect(harness.engine.openPackets.count == Int(count))
        var delivered = 0
        for _ in 0..<50 {
            let proofs = harness.advance([])
            let turn = harness.prove(proofs.isEmpty ? harness.effects.suffix(4).map { $0 } : proofs)
            for (job, delivery) in turn.deliveries {
                #expect(delivery.items.count <= 100)
                delivered += delivery.items.count
                let outcomes = delivery.items.map {
                    PeerOutcome(
                        sourceClient: $0.id.client, sequence: $0.id.sequence, outcome: .accepted)
                }
                let more = harness.send(
                    .delivered(
                        job, outcomes: outcomes, trustedHeight: Height(revision: 1, height: 90)))
                for case .prove(let job, let request) in more {
                    harness.send(
                        .proved(
                            job, proofHeight: Height(revision: 1, height: harness.height),
                            items: request.items.map { ProvedItem(id: $0, value: [1], proof: [2]) })
                    )
                }
            }
        }
        #expect(delivered >= 1_000)
    }
}
