// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

@Suite struct `Engine, a link from nothing` {
    private static let anchor = Height(revision: 1, height: 5)

    private func fresh() -> RelayEngine {
        RelayEngine(
            configuration: EngineConfiguration(
                chainID: "here", account: "relay",
                routes: [
                    RouteConfiguration(
                        chainID: "there", family: "simulated", anchorHeight: Self.anchor,
                        trustingPeriodNanoseconds: 3_600 * World.second)
                ], topologyVersion: 1, topologyDigest: [7], seed: 1),
            snapshot: JournalSnapshot(), now: Timestamp(unixNanoseconds: World.start))
    }

    @Test func `anchor, client, counterparty, in this order and each once`() throws {
        var engine = fresh()
        var now = Timestamp(unixNanoseconds: World.start)
        var height: UInt64 = 1
        func turn(_ events: [EngineEvent]) -> [EngineEffect] {
            now = now.adding(nanoseconds: 6 * World.second)
            return engine.handle(events, now: now)
        }
        func block(_ transactions: [IncludedTransaction]) -> EngineEvent {
            height += 1
            let at = Height(revision: 1, height: height)
            return .chainAdvanced(
                ChainAdvance(
                    blocks: [BlockSummary(height: at, time: now, transactions: transactions)],
                    tip: at, tipTime: now))
        }
        func hello(_ client: String) -> EngineEvent {
            .peerConnected(
                PeerHello(
                    chainID: "there", protocolVersion: 1, topologyVersion: 1, topologyDigest: [7],
                    clock: now, clientID: client, trustedHeight: .zero, software: "test"))
        }
        _ = turn([block([])])
        let anchors = turn([hello("")]).headerRequests
        #expect(anchors.first?.1.trustedHeight == .zero)
        #expect(anchors.first?.1.targetHeight == Self.anchor)
        let header = VerifiedHeader(
            height: Self.anchor, timestamp: now, hash: [5], consensusState: [5], message: [],
            trustedHeight: .zero)
        let job = try #require(anchors.first?.0)
        var effects = turn([.headersFetched(job, chainID: "there", headers: [header])])
        #expect(effects.contains(.greet(chainID: "there")))
        let read = try #require(effects.accountReads.first)
        effects = turn([.accountRead(read, AccountState(address: "relay", sequence: 0))])
        let creation = try #require(effects.submissions.first)
        #expect(creation.1.content == .createClient(trusted: header))
        effects = turn([prepared(creation, [1])])
        #expect(effects.broadcasts == [[1]])
        effects = turn([
            block([
                IncludedTransaction(
                    hash: [1], height: Height(revision: 1, height: height + 1),
                    result: TransactionResult(), gasUsed: 1, createdClient: "07-here-3")
            ])
        ])
        #expect(engine.route(to: "there")?.link.localClient == "07-here-3")
        #expect(effects.contains(.greet(chainID: "there")))
        #expect(effects.contains(.readHostedClient(client: "07-here-3")))
        #expect(effects.submissions.isEmpty)
        let hosted = HostedClient(
            client: "07-here-3", status: .active,
            states: [HostedClient.State(height: Self.anchor, timestamp: now)], counterparty: "")
        #expect(turn([.hostedClient(hosted)]).submissions.isEmpty)
        // Only the peer knows its own client's id.
        let registration = try #require(turn([hello("07-there-9")]).submissions.first)
        #expect(registration.1.content == .registerCounterparty(remoteClient: "07-there-9"))
    }

    @Test func `a client whose id the chain does not tell is never created twice`() throws {
        var engine = fresh()
        let now = Timestamp(unixNanoseconds: World.start)
        let at = Height(revision: 1, height: 2)
        func advance(_ height: UInt64, _ done: [IncludedTransaction]) -> EngineEvent {
            let at = Height(revision: 1, height: height)
            return .chainAdvanced(
                ChainAdvance(
                    blocks: [BlockSummary(height: at, time: now, transactions: done)], tip: at,
                    tipTime: now))
        }
        var effects = engine.handle(
            [
                advance(2, []),
                .peerConnected(
                    PeerHello(
                        chainID: "there", protocolVersion: 1, topologyVersion: 1,
                        topologyDigest: [7], clock: now, clientID: "", trustedHeight: at,
                        software: "test")),
            ], now: now)
        let header = VerifiedHeader(
            height: Self.anchor, timestamp: now, hash: [5], consensusState: [5], message: [],
            trustedHeight: .zero)
        let job = try #require(effects.headerRequests.first?.0)
        effects = engine.handle(
            [.headersFetched(job, chainID: "there", headers: [header])], now: now)
        let read = try #require(effects.accountReads.first)
        effects = engine.handle(
            [.accountRead(read, AccountState(address: "relay", sequence: 0))], now: now)
        let creation = try #require(effects.submissions.first)
        _ = engine.handle([prepared(creation, [1])], now: now)
        let silent = IncludedTransaction(
            hash: [1], height: Height(revision: 1, height: 3), result: TransactionResult(),
            gasUsed: 1)
        effects = engine.handle([advance(3, [silent])], now: now)
        #expect(effects.codes.contains("link/created-client-unknown"))
        for second in 1...50 {
            let later = now.adding(nanoseconds: Int64(second) * World.second)
            #expect(engine.handle([.tick], now: later).submissions.isEmpty)
        }
    }

    private func prepared(_ submission: (JobID, Submission), _ hash: [UInt8]) -> EngineEvent {
        .transactionPrepared(
            submission.0,
            TransactionRecord(
                hash: hash, account: "relay", sequence: submission.1.sequence, bytes: hash,
                timeoutHeight: 20, packets: [], createdAt: Timestamp(unixNanoseconds: World.start),
                purpose: submission.1.purpose, counterpartyChain: "there"))
    }
}
