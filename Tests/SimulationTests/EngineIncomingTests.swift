// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

@Suite struct `Engine, packets of others` {
    private func id(_ sequence: UInt64) -> PacketID {
        PacketID(direction: .incoming, client: EngineHarness.local, sequence: sequence)
    }

    /// Delivers packets and reads the account; returns the first submission.
    private func submission(
        _ harness: inout EngineHarness, _ packets: [PacketSummary]
    ) -> (JobID, Submission)? {
        let effects = harness.deliver(packets)
        guard let read = effects.accountReads.first else { return effects.submissions.first }
        return harness.send(
            .accountRead(read, AccountState(address: "relay", sequence: 5))
        ).submissions.first
    }

    private func prepare(
        _ harness: inout EngineHarness, _ submission: (JobID, Submission), hash: [UInt8]
    ) -> [EngineEffect] {
        harness.send(
            .transactionPrepared(
                submission.0,
                TransactionRecord(
                    hash: hash, account: "relay", sequence: submission.1.sequence, bytes: hash,
                    timeoutHeight: harness.height + 10, packets: submission.1.packets,
                    createdAt: harness.now, purpose: submission.1.purpose,
                    counterpartyChain: "there")))
    }

    @Test func `a proven packet is answered, submitted with its update, and accepted once`() throws
    {
        var harness = EngineHarness()
        let first = try #require(submission(&harness, [harness.incoming(1)]))
        #expect(harness.effects.answers.last?.first?.outcome == .accepted)
        #expect(first.1.updates.map { $0.height.height } == [11])
        #expect(first.1.sequence == 5)
        #expect(harness.store.accountSequences["relay"] == 6)
        let repeated = harness.deliver([harness.incoming(1)], token: 2).answers
        #expect(repeated.first?.first?.outcome == .alreadyKnown)
        let sent = prepare(&harness, first, hash: [0xaa])
        #expect(sent.broadcasts == [[0xaa]])
        #expect(harness.store.transactions[[0xaa]] != nil)
        #expect(harness.store.packets[id(1)]?.transaction == [0xaa])
    }

    @Test func `the same header with another hash freezes the client, with both messages kept`() {
        var harness = EngineHarness()
        _ = harness.deliver([harness.incoming(1)])
        let effects = harness.deliver(
            [harness.incoming(2)], token: 2, headers: [harness.verified(11, hash: [0xff])])
        #expect(effects.answers.first?.first?.code == "client/frozen")
        #expect(effects.codes.contains("client/conflicting-header"))
        #expect(harness.store.clients["there"]?.isFrozen == true)
        #expect(harness.store.evidence.first?.kind == "client/conflicting-header")
        #expect(harness.engine.record(of: id(2)) == nil)
        let later = harness.deliver([harness.incoming(3)], token: 3, height: 12)
        #expect(later.answers.first?.first?.outcome == .retry)
    }

    @Test func `a later height with an earlier time freezes the client`() {
        var harness = EngineHarness()
        _ = harness.deliver([harness.incoming(1)], height: 20)
        _ = harness.deliver(
            [harness.incoming(2)], token: 2, headers: [harness.verified(21, after: -5)])
        #expect(harness.store.evidence.first?.kind == "client/time-not-increasing")
    }

    @Test func `what is late, for another link or unproven is refused with its code`() {
        var harness = EngineHarness()
        let late = harness.deliver([harness.incoming(1, timeoutAfter: 0)]).answers[0][0]
        #expect(late.outcome == .refused && late.code == "packet/elapsed")
        let stranger = SimulatedPacket(
            sequence: 2, source: "07-other-0", destination: EngineHarness.local,
            timeoutSeconds: harness.now.unixSeconds + 60, port: "fund", amount: 1, receiver: "r"
        ).summary
        let wrong = harness.deliver([stranger], token: 2).answers[0][0]
        #expect(wrong.outcome == .refused && wrong.code == "packet/wrong-client")
        let forged = harness.send(
            .deliveryVerified(
                AnswerToken(rawValue: 3),
                VerifiedDelivery(
                    chainID: "there", revisionCounter: 1, headers: [],
                    proofHeight: Height(revision: 1, height: 11),
                    items: [
                        .init(
                            packet: harness.incoming(3), proof: [],
                            verdict: .refused(code: "proof/invalid", detail: ""))
                    ]))
        ).answers[0][0]
        #expect(forged.outcome == .refused && forged.code == "proof/invalid")
        #expect(harness.engine.openPackets.isEmpty)
    }

    @Test func `a full inbox asks the peer to come back, and forgets nothing`() {
        var harness = EngineHarness { $0.limits.inboxPackets = 3 }
        let packets = (1...5).map { harness.incoming(UInt64($0)) }
        let outcomes = harness.deliver(packets).answers[0]
        #expect(outcomes.map { $0.outcome } == [.accepted, .accepted, .accepted, .retry, .retry])
        #expect(outcomes[4].code == "inbox/full" && outcomes[4].retryAfterMilliseconds > 0)
        #expect(!harness.engine.inboxHasRoom(for: "there"))
    }

    @Test func `an unknown outcome is looked up before anything is tried again`() throws {
        var harness = EngineHarness()
        let first = try #require(submission(&harness, [harness.incoming(1)]))
        _ = prepare(&harness, first, hash: [0xaa])
        harness.send(
            .broadcastAnswered(hash: [0xaa], .unknown(code: "transport/timeout", detail: "")))
        let later = harness.wait(5)
        #expect(later.resolves == [[0xaa]])
        #expect(later.submissions.isEmpty)
        // A refusal after an unknown answer decides nothing.
        harness.send(
            .broadcastAnswered(
                hash: [0xaa],
                .refused(TransactionResult(codespace: "sdk", code: 32, log: "expected 6, got 5"))))
        #expect(harness.engine.explain(id(1))?.code == "transaction/pending")
        harness.send(.resolved(hash: [0xaa], .absent(through: harness.height + 3)))
        #expect(harness.store.transactions[[0xaa]]?.state == .pending)
        harness.send(.resolved(hash: [0xaa], .absent(through: harness.height + 10)))
        #expect(harness.store.transactions[[0xaa]]?.state == .dead)
        #expect(!harness.wait(10).accountReads.isEmpty)
    }

    @Test func `a wrong sequence is settled before the next transaction`() throws {
        var harness = EngineHarness()
        let first = try #require(submission(&harness, [harness.incoming(1)]))
        _ = prepare(&harness, first, hash: [0xaa])
        let refused = TransactionResult(codespace: "sdk", code: 32, log: "expected 9, got 5")
        let effects = harness.send(.broadcastAnswered(hash: [0xaa], .refused(refused)))
        #expect(effects.submissions.isEmpty)
        let read = try #require(harness.wait(3).accountReads.first)
        let second = harness.send(
            .accountRead(read, AccountState(address: "relay", sequence: 9))
        ).submissions
        #expect(second.first?.1.sequence == 9)
    }

    @Test func `a refusal with an index takes out one packet, without one it halves`() throws {
        var harness = EngineHarness()
        let packets = (1...4).map { harness.incoming(UInt64($0)) }
        let first = try #require(submission(&harness, packets))
        _ = prepare(&harness, first, hash: [0xaa])
        let indexed = IncludedTransaction(
            hash: [0xaa], height: Height(revision: 1, height: harness.height + 1),
            result: TransactionResult(
                codespace: "undefined", code: 111_222,
                log: "failed to execute message; message index: 2: panic"), gasUsed: 1)
        let next = harness.advance([], transactions: [indexed])
        let parked = first.1.packets[1]
        #expect(harness.store.packets[parked]?.state == .parked)
        #expect(harness.store.packets[parked]?.reasonCode == "chain/unknown-port")
        // The others went to the same port, which is now known to be deaf.
        #expect(next.submissions.isEmpty)
        #expect(harness.store.packets.values.allSatisfy { $0.state == .parked })

        var other = EngineHarness()
        let batch = try #require(submission(&other, packets))
        let halved = other.send(
            .submissionRefused(
                batch.0, TransactionResult(codespace: "sdk", code: 6, log: "failed")))
        #expect(halved.submissions.first?.1.packets.count == 2)
        #expect(halved.submissions.first?.1.sequence == 5)
    }

    @Test func `a no-op is asked about, and a receipt found there moves the packet on`() throws {
        var harness = EngineHarness()
        let first = try #require(submission(&harness, [harness.incoming(1)]))
        _ = prepare(&harness, first, hash: [0xaa])
        harness.send(
            .broadcastAnswered(
                hash: [0xaa],
                .refused(TransactionResult(codespace: "channel", code: 22, log: "redundant"))))
        let looked = try #require(harness.wait(2).lookUps.first)
        let fact = PacketFact(
            id: id(1), packet: nil, hasCommitment: false, hasReceipt: true,
            acknowledgement: [0x0a, 1, 1], ending: nil,
            committedHeight: Height(revision: 1, height: harness.height),
            asOf: Height(revision: 1, height: harness.height))
        harness.send(.lookedUp(looked.0, [fact]))
        #expect(harness.store.packets[id(1)]?.state == .acknowledgementWritten)
    }

    @Test func `what our chain did not take in time ends when its clock says so`() {
        var harness = EngineHarness()
        _ = harness.deliver([harness.incoming(1, timeoutAfter: 10)])
        _ = harness.wait(30)
        #expect(harness.store.packets[id(1)]?.state == .verified)
        harness.advance([])
        #expect(harness.store.packets[id(1)]?.state == .expired)
    }

    @Test func `a header that the hosted client lacks is fetched on one that it has`() throws {
        var harness = EngineHarness()
        let header = VerifiedHeader(
            height: Height(revision: 1, height: 40), timestamp: harness.now.adding(nanoseconds: 1),
            hash: [40], consensusState: [1], message: [9],
            trustedHeight: Height(revision: 1, height: 33))
        let effects = harness.deliver([harness.incoming(1)], height: 40, headers: [header])
        let read = try #require(effects.accountReads.first)
        let more = harness.send(.accountRead(read, AccountState(address: "relay", sequence: 5)))
        let request = try #require((more + harness.wait(1)).headerRequests.first)
        #expect(request.1.trustedHeight == Height(revision: 1, height: 10))
        #expect(request.1.targetHeight == Height(revision: 1, height: 40))
        #expect(harness.engine.explain(id(1))?.code == "hosted-client/header-awaited")
        let rebased = VerifiedHeader(
            height: header.height, timestamp: header.timestamp, hash: header.hash,
            consensusState: [1], message: [8], trustedHeight: Height(revision: 1, height: 10))
        let submitted = harness.send(
            .headersFetched(request.0, chainID: "there", headers: [rebased])
        ).submissions
        #expect(submitted.first?.1.updates.map { $0.message } == [[8]])
    }

    @Test func `clients are refreshed before a third of their trust is left`() {
        var harness = EngineHarness()
        #expect(harness.wait(2_000).headerRequests.isEmpty)
        harness.advance([])
        // Two fifths of an hour are left: a third is 1,200 s.
        let due = harness.wait(165).headerRequests
        #expect(due.first?.1.targetHeight == .zero)
        #expect(harness.engine.client(of: "there")?.budget?.verdict == .refreshDue)
    }
}
