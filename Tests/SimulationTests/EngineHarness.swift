// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

import struct RelayEngine.PacketEvent

/// One engine with one linked, connected route, driven by hand.
struct EngineHarness {
    var engine: RelayEngine
    var store = SimulatedStore()
    var now = Timestamp(unixNanoseconds: World.start)
    var height: UInt64 = 100
    /// All effects but the journal, in order.
    var effects: [EngineEffect] = []

    static let local = "07-here-0"
    static let remote = "07-there-0"

    static func configuration(
        _ adapt: (inout EngineConfiguration) -> Void = { _ in }
    ) -> EngineConfiguration {
        var configuration = EngineConfiguration(
            chainID: "here", account: "relay",
            routes: [
                RouteConfiguration(
                    chainID: "there", family: "simulated",
                    anchorHeight: Height(revision: 1, height: 1),
                    trustingPeriodNanoseconds: 3_600 * World.second, localClient: local,
                    remoteClient: remote)
            ], topologyVersion: 1, topologyDigest: [7], seed: 1)
        adapt(&configuration)
        return configuration
    }

    init(
        snapshot: JournalSnapshot = JournalSnapshot(), hosted heights: [UInt64] = [10],
        _ adapt: (inout EngineConfiguration) -> Void = { _ in }
    ) {
        var snapshot = snapshot
        if snapshot.headers.isEmpty {
            snapshot.headers = [EngineHarness.header(10, hash: [10], at: World.start)]
            var client = ClientRecord(
                chainID: "there", family: "simulated", latestHeight: Height(revision: 1, height: 10)
            )
            client.revisionCounter = 1
            snapshot.clients = [client]
        }
        snapshot.cursors["here"] = snapshot.cursors["here"] ?? 100
        engine = RelayEngine(
            configuration: EngineHarness.configuration(adapt), snapshot: snapshot, now: now)
        advance([])
        send(.peerConnected(hello()))
        send(
            .hostedClient(
                HostedClient(
                    client: EngineHarness.local, status: .active,
                    states: heights.map {
                        HostedClient.State(height: Height(revision: 1, height: $0), timestamp: now)
                    }, counterparty: EngineHarness.remote)))
    }

    static func header(_ height: UInt64, hash: [UInt8], at time: Int64) -> HeaderRecord {
        HeaderRecord(
            chainID: "there", height: Height(revision: 1, height: height),
            timestamp: Timestamp(unixNanoseconds: time), headerHash: hash, consensusState: hash,
            message: [], verifiedAt: Timestamp(unixNanoseconds: time))
    }

    func hello(digest: [UInt8] = [7], protocolVersion: UInt32 = 1, skew: Int64 = 0) -> PeerHello {
        PeerHello(
            chainID: "there", protocolVersion: protocolVersion, topologyVersion: 1,
            topologyDigest: digest, clock: now.adding(nanoseconds: skew),
            clientID: EngineHarness.remote, trustedHeight: Height(revision: 1, height: 90),
            software: "test")
    }

    func verified(_ height: UInt64, hash: [UInt8]? = nil, after seconds: Int64 = 1)
        -> VerifiedHeader
    {
        VerifiedHeader(
            height: Height(revision: 1, height: height),
            timestamp: Timestamp(
                unixNanoseconds: World.start + (Int64(height) - 10 + seconds) * World.second),
            hash: hash ?? [UInt8(truncatingIfNeeded: height)], consensusState: [1], message: [9],
            trustedHeight: Height(revision: 1, height: 10))
    }

    /// One turn; what is due is done, what is durable is stored.
    @discardableResult
    mutating func send(_ events: EngineEvent...) -> [EngineEffect] {
        var turn: [EngineEffect] = []
        for effect in engine.handle(events, now: now) {
            if case .journal(let entries) = effect {
                try? store.commit(entries)
            } else {
                turn.append(effect)
            }
        }
        effects += turn
        return turn
    }

    mutating func wait(_ seconds: Int64) -> [EngineEffect] {
        now = now.adding(nanoseconds: seconds * World.second)
        return send(.tick)
    }

    /// One more block of our chain.
    @discardableResult
    mutating func advance(
        _ events: [PacketEvent], transactions: [IncludedTransaction] = [],
        updates: [Height] = []
    ) -> [EngineEffect] {
        height += 1
        let block = BlockSummary(
            height: Height(revision: 1, height: height), time: now, events: events,
            transactions: transactions,
            clientUpdates: updates.map { .init(client: EngineHarness.local, height: $0) })
        return send(
            .chainAdvanced(
                ChainAdvance(
                    blocks: [block], tip: Height(revision: 1, height: height), tipTime: now)))
    }

    func outgoing(_ sequence: UInt64, timeoutAfter seconds: UInt64 = 600) -> PacketSummary {
        SimulatedPacket(
            sequence: sequence, source: EngineHarness.local, destination: EngineHarness.remote,
            timeoutSeconds: now.unixSeconds + seconds, port: SimulatedPacket.fund, amount: 1,
            receiver: "r"
        ).summary
    }

    func incoming(
        _ sequence: UInt64, timeoutAfter seconds: UInt64 = 600, port: String = SimulatedPacket.fund
    ) -> PacketSummary {
        SimulatedPacket(
            sequence: sequence, source: EngineHarness.remote, destination: EngineHarness.local,
            timeoutSeconds: now.unixSeconds + seconds, port: port, amount: 1, receiver: "r"
        ).summary
    }

    /// A verified delivery of these packets, proven at a fresh header.
    mutating func deliver(
        _ packets: [PacketSummary], token: UInt64 = 1, height: UInt64 = 11,
        headers: [VerifiedHeader]? = nil
    ) -> [EngineEffect] {
        send(
            .deliveryVerified(
                AnswerToken(rawValue: token),
                VerifiedDelivery(
                    chainID: "there", revisionCounter: 1, headers: headers ?? [verified(height)],
                    proofHeight: Height(revision: 1, height: height),
                    items: packets.map {
                        VerifiedDelivery.Item(packet: $0, proof: [1], verdict: .proven)
                    })))
    }

    /// Proves whatever proof is asked for in these effects; returns what follows.
    mutating func prove(_ effects: [EngineEffect]) -> [EngineEffect] {
        var result: [EngineEffect] = []
        for case .prove(let job, let request) in effects {
            result += send(
                .proved(
                    job, proofHeight: Height(revision: 1, height: height),
                    items: request.items.map { ProvedItem(id: $0, value: [1], proof: [2]) }))
        }
        return result
    }
}

extension [EngineEffect] {
    var deliveries: [(JobID, Delivery)] {
        compactMap { if case .deliver(let job, let delivery) = $0 { (job, delivery) } else { nil } }
    }
    var submissions: [(JobID, Submission)] {
        compactMap { if case .submit(let job, let content) = $0 { (job, content) } else { nil } }
    }
    var answers: [[PeerOutcome]] {
        compactMap { if case .answer(_, let outcomes, _) = $0 { outcomes } else { nil } }
    }
    var questions: [(JobID, PeerQuestions)] {
        compactMap { if case .ask(let job, let questions) = $0 { (job, questions) } else { nil } }
    }
    var headerRequests: [(JobID, HeaderRequest)] {
        compactMap {
            if case .fetchHeaders(let job, let request) = $0 { (job, request) } else { nil }
        }
    }
    var accountReads: [JobID] {
        compactMap { if case .readAccount(let job) = $0 { job } else { nil } }
    }
    var broadcasts: [[UInt8]] {
        compactMap { if case .broadcast(let hash, _) = $0 { hash } else { nil } }
    }
    var resolves: [[UInt8]] {
        compactMap { if case .resolve(let hash, _) = $0 { hash } else { nil } }
    }
    var lookUps: [(JobID, [PacketID])] {
        compactMap { if case .lookUp(let job, let ids) = $0 { (job, ids) } else { nil } }
    }
    var codes: [String] {
        compactMap { if case .note(let note) = $0 { note.code } else { nil } }
    }
}
