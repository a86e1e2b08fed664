// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayAPI
import RelayEngine
import RelayStore
import RelayTransport
import Synchronization
import TestSupport

// Unsafe: sem_t at a stable address.

/// The source's engine and journal with a connection to the destination: what the daemon does,
/// without a chain of its own.
struct SourceRelay {
    private var engine: RelayEngine
    private let journal: SQLiteJournal
    private let source: SourceChain
    private let loop: EventLoop
    private let http: HTTP2Client
    private let client: GRPCClient
    private let inbox = Inbox()
    private let peerChain: String

    init(
        folder: String, source: SourceChain, destination: Destination, batch: Int
    ) throws {
        self.source = source
        journal = try SQLiteJournal(
            path: "\(folder)/source.db", owner: destination.topology.members[0].id.description)
        var configuration = Destination.engine(own: 0, destination.topology, "bench")
        configuration.limits.packetsPerCall = batch
        configuration.timing.jobPatience = 3_600 * EngineTiming.second
        engine = RelayEngine(
            configuration: configuration, snapshot: try journal.load(), now: source.now)
        peerChain = destination.topology.members[1].chain.id.description
        loop = try EventLoop(name: "bench source")
        http = HTTP2Client(
            loop: loop, host: "127.0.0.1", port: destination.daemon.port,
            tls: try TLSContext(files: destination.caller.files, authorize: { _ in .accept }),
            expected: destination.own.expected, random: { 0 })
        client = GRPCClient(http: http, messageBytes: PeerLimits.messageBytes)
    }

    func stop() {
        http.close()
        loop.stop()
    }

    /// From the block that holds all packets to the last journaled acceptance.
    mutating func deliverAll() throws {
        let hello = PeerHello(
            chainID: peerChain, protocolVersion: 1, topologyVersion: 1,
            topologyDigest: engine.configuration.topologyDigest, clock: source.now,
            clientID: PacketBench.client, trustedHeight: source.anchor.height, software: "bench")
        let block = BlockSummary(
            height: source.anchor.height, time: source.anchor.timestamp,
            events: try source.packets.map {
                PacketEvent(kind: .send, packet: try PacketSummary(encoded: $0.encoded))
            })
        var events: [EngineEvent] = [
            .tick, .peerConnected(hello),
            .chainAdvanced(
                ChainAdvance(
                    blocks: [block], tip: source.header.height, tipTime: source.header.timestamp)),
        ]
        var accepted = 0
        while accepted < source.packets.count {
            for effect in engine.handle(events, now: source.now) { try carryOut(effect) }
            events = inbox.take()
            for case .delivered(_, let outcomes, _) in events {
                guard outcomes.allSatisfy({ $0.outcome == .accepted }) else {
                    throw TransportError(.badAnswer, "\(outcomes.first.map { "\($0)" } ?? "none")")
                }
                accepted += outcomes.count
            }
            for case .jobFailed(_, let failure) in events {
                throw TransportError(.badAnswer, "\(failure.code): \(failure.detail)")
            }
        }
        for effect in engine.handle(events, now: source.now) {
            if case .journal = effect { try carryOut(effect) }
        }
    }

    private func carryOut(_ effect: EngineEffect) throws {
        switch effect {
        case .journal(let entries): try journal.commit(entries)
        case .prove(let job, let request):
            let items = request.items.map { id in
                let index = Int(id.sequence) - 1
                return ProvedItem(
                    id: id, value: source.packets[index].commitment.bytes,
                    proof: source.proofs[index])
            }
            inbox.put(.proved(job, proofHeight: source.header.height, items: items))
        case .deliver(let job, let delivery): send(job, delivery)
        default: break
        }
    }

    private func send(_ job: JobID, _ delivery: Delivery) {
        let headers = delivery.trustedHeight < delivery.proofHeight ? [source.message] : []
        let request = DeliverRequest(
            chainID: source.chain.chainID.description, update: ClientUpdate(headers: headers),
            proofHeight: delivery.proofHeight,
            packets: delivery.items.map { PacketWithProof(packet: $0.packet, proof: $0.proof) })
        let call = GRPCRequest(
            method: "\(PeerLimits.service)Deliver", message: request.encoded)
        client.call([call], deadlineMilliseconds: 30_000) { [inbox] outcomes in
            inbox.put(SourceRelay.event(job, outcomes.first))
        }
    }

    private static func event(_ job: JobID, _ outcome: GRPCOutcome?) -> EngineEvent {
        guard case .message(let bytes, _) = outcome,
            let response = try? DeliverResponse(reading: bytes)
        else { return .jobFailed(job, JobFailure(code: "bench", detail: "\(outcome as Any)")) }
        return .delivered(
            job,
            outcomes: response.outcomes.map {
                PeerOutcome(
                    sourceClient: $0.sourceClient, sequence: $0.sequence,
                    outcome: $0.outcome == .accepted ? .accepted : .refused, code: $0.code,
                    detail: $0.detail)
            }, trustedHeight: response.trustedHeight)
    }

    /// Events that other threads hand in; whoever takes waits for the first.
    ///
    /// `@unchecked Sendable`, because `events` is a `Mutex` and a semaphore is made for several
    /// threads.
    @safe
    private final class Inbox: @unchecked Sendable {
        private let events = Mutex<[EngineEvent]>([])
        private let semaphore: UnsafeMutablePointer<sem_t>

        init() {
            unsafe semaphore = .allocate(capacity: 1)
            unsafe sem_init(semaphore, 0, 0)
        }

        deinit {
            unsafe sem_destroy(semaphore)
            unsafe semaphore.deallocate()
        }

        func put(_ event: EngineEvent) {
            events.withLock { $0.append(event) }
            unsafe sem_post(semaphore)
        }

        func take() -> [EngineEvent] {
            while true {
                let taken = events.withLock { list in
                    defer { list = [] }
                    return list
                }
                if !taken.isEmpty { return taken }
                unsafe sem_wait(semaphore)
            }
        }
    }
}
