// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayStore
import RelayTransport

/// Answers a peer's question about a packet; nil: the store cannot be read now.
typealias PacketTracer =
    @Sendable (TraceRequest, PeerChain, @escaping @Sendable (TraceResponse?) -> Void) -> Void

extension OperationsService {
    /// What we tell the relay of `peer` about a packet between us: states, steps and codes, no
    /// details and no names. Packets with others are unknown to it.
    func tell(
        _ request: TraceRequest, _ peer: PeerChain,
        _ then: @escaping @Sendable (TraceResponse?) -> Void
    ) {
        let isPosted = loop.post { [self] in
            let id = PacketID(
                direction: request.isIncoming ? .incoming : .outgoing, client: request.clientID,
                sequence: request.sequence)
            do {
                let reader = try openReader()
                guard let record = try reader.packet(id), record.counterpartyChain == peer.chainID
                else { return then(TraceResponse(isKnown: false)) }
                let steps = try TraceStep.ours(record, reader, chain: context.ownChainID)
                let events = steps.suffix(PeerLimits.itemsPerCall).map {
                    TraceEvent(unixNanoseconds: $0.unixNanoseconds, step: $0.step, code: $0.code)
                }
                then(
                    TraceResponse(isKnown: true, state: record.state.name, events: Array(events)))
            } catch {
                then(nil)
            }
        }
        if !isPosted { then(nil) }
    }
}

extension PeerSet {
    /// Asks the relay of a packet's other chain for its part.
    func trace(
        _ question: PacketTraceQuestion, _ then: @escaping @Sendable (PeerTrace) -> Void
    ) {
        guard let caller = caller(question.chainID) else {
            return then(
                .unreachable(
                    code: "peer/unknown-chain", detail: "no relay of that chain is known"))
        }
        let request = TraceRequest(
            chainID: question.chainID, isIncoming: question.packet.direction == .incoming,
            clientID: question.packet.client, sequence: question.packet.sequence)
        caller.trace(request) { answer in
            switch answer {
            case .failure(let failure):
                then(.unreachable(code: failure.code, detail: failure.detail))
            case .success(let response) where !response.isKnown: then(.unknown)
            case .success(let response):
                then(
                    .steps(
                        state: Redaction.clean(response.state),
                        response.events.map { TraceStep($0, city: question.chainID) }))
            }
        }
    }
}

extension PeerSet {
    /// Asks the relay of a chain how that chain stands.
    func standing(of chainID: String, _ then: @escaping @Sendable (ChainWord) -> Void) {
        guard let caller = caller(chainID) else { return then(.untold("peer/unknown-chain")) }
        caller.trace(TraceRequest(chainID: chainID, asksChain: true)) { answer in
            switch answer {
            case .failure(let failure): then(.untold(failure.code))
            case .success(let response):
                // A relay of an earlier release does not know the question.
                then(response.chain.map { .told($0) } ?? .untold("peer/not-told"))
            }
        }
    }
}

extension TraceStep {
    /// A step from another relay's words.
    init(_ event: TraceEvent, city: String) {
        self.init(
            Timestamp(unixNanoseconds: event.unixNanoseconds), city: city,
            step: Redaction.clean(String(event.step.prefix(64))),
            code: Redaction.clean(String(event.code.prefix(64))), detail: "")
    }
}

extension PeerCaller {
    /// Asks the peer's relay for its part of a packet's timeline. Any thread.
    func trace(
        _ request: TraceRequest,
        then: @escaping @Sendable (Result<TraceResponse, JobFailure>) -> Void
    ) {
        call(.trace, request.encoded) { answer in
            then(
                answer.flatMap { bytes in
                    (try? TraceResponse(reading: bytes)).map { .success($0) }
                        ?? .failure(
                            JobFailure(
                                code: "peer/bad-answer",
                                detail: "its answer is not one of this protocol"))
                })
        }
    }
}

extension PeerService {
    /// Nil when the call is under way; otherwise the status that ends it.
    func trace(
        _ request: TraceRequest, _ peer: PeerChain, _ call: GRPCCall
    ) -> GRPCStatus? {
        guard request.chainID == context.ownChainID else {
            return wrongChain(request.chainID, peer)
        }
        guard !request.asksChain else {
            context.connector.standing { [self] standing in
                finish(call, peer, .success(TraceResponse(chain: standing).encoded))
            }
            return nil
        }
        guard let tracer else { return GRPCStatus(.unavailable, "nobody answers traces here") }
        tracer(request, peer) { [self] response in
            finish(
                call, peer,
                response.map { .success($0.encoded) }
                    ?? .failure(GRPCStatus(.unavailable, "the store cannot be read now")))
        }
        return nil
    }
}
