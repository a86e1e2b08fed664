// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayTransport
import Synchronization

/// `Report`: what members tell each other of third chains.
extension PeerService {
    /// Pieces of evidence of one peer a minute: each may cost some hundred signatures.
    static let evidencePerMinute = 30

    func report(_ request: ReportRequest, _ peer: PeerChain, _ call: GRPCCall) -> GRPCStatus? {
        guard request.chainID == peer.chainID else { return wrongChain(request.chainID, peer) }
        for header in request.held + (request.wanted.map { [$0] } ?? [])
        where header.hash.count != Digest.byteCount {
            return GRPCStatus(.invalidArgument, "a header's hash is not 32 bytes long")
        }
        if !request.held.isEmpty {
            context.submit([.headersTold(from: peer.chainID, request.held)])
        }
        if let misbehaviour = request.misbehaviour { return take(misbehaviour, peer, call) }
        var response = ReportResponse(outcome: .accepted)
        if let wanted = request.wanted, let client = context.shared.client(of: wanted.chainID) {
            response.wanted.headers = client.messages(to: wanted)
        }
        finish(call, peer, .success(response.encoded))
        return nil
    }

    private func take(
        _ misbehaviour: ReportedMisbehaviour, _ peer: PeerChain, _ call: GRPCCall
    ) -> GRPCStatus? {
        guard misbehaviour.misbehaviour.count <= PeerLimits.misbehaviourBytes,
            misbehaviour.support.headers.count <= Families.maxSupport
        else { return GRPCStatus(.invalidArgument, "this is more than evidence needs") }
        guard misbehaviour.chainID != context.ownChainID else {
            context.submit([.ownChainAccused(by: peer.chainID)])
            refuse(call, peer, "evidence/own-chain", "our own chain is not ours to judge")
            return nil
        }
        guard context.directory.peer(chainID: misbehaviour.chainID) != nil else {
            refuse(call, peer, "evidence/unknown-chain", "no route of ours leads to this chain")
            return nil
        }
        guard let client = context.shared.client(of: misbehaviour.chainID) else {
            return .tryAgain(
                inMilliseconds: PeerService.busyMilliseconds, "our client of it is being made")
        }
        let minute = context.now().seconds / 60
        guard mayAccuse(peer, minute) else {
            return .tryAgain(inMilliseconds: 60_000, "you bring more evidence than we can judge")
        }
        let verification = EvidenceVerification(
            client: client, chainID: misbehaviour.chainID, reporter: peer.chainID,
            now: context.now())
        return verify(call, .report, peer) { token, state in
            .evidenceJudged(
                token, from: peer.chainID, verification.judge(misbehaviour, &state))
        }
    }

    private func refuse(
        _ call: GRPCCall, _ peer: PeerChain, _ code: String, _ detail: String
    ) {
        finish(
            call, peer,
            .success(ReportResponse(outcome: .refused, code: code, detail: detail).encoded))
    }

    /// The decider's answer to evidence, after its commit. Any thread.
    func answer(_ token: AnswerToken, _ answer: ReportAnswer) {
        respond(token, ReportResponse(answer).encoded)
    }
}

extension SharedState.PeerClient {
    /// The header that we told of, last, after those that lead to it; empty when it is not held.
    func messages(to wanted: HeldHeader) -> [[UInt8]] {
        guard let last = header(at: wanted.height), last.headerHash == wanted.hash,
            !last.message.isEmpty
        else { return [] }
        var messages = [last.message]
        var base = last.trustedHeight
        while messages.count <= Families.maxSupport, let header = header(at: base),
            !header.message.isEmpty
        {
            messages.append(header.message)
            base = header.trustedHeight
        }
        return messages.reversed()
    }

    private func header(at height: Height) -> HeaderRecord? {
        headers.last { $0.height == height }
    }
}

extension ReportResponse {
    init(_ answer: ReportAnswer) {
        let outcome: DeliveryOutcome =
            switch answer.outcome {
            case .accepted: .accepted
            case .alreadyKnown: .alreadyKnown
            case .retry: .retry
            case .refused: .refused
            }
        self.init(
            outcome: outcome, code: answer.code, detail: answer.detail,
            retryAfterMilliseconds: answer.retryAfterMilliseconds)
    }
}

extension ReportAnswer {
    /// Nil when the peer used a word of another version of the protocol.
    init?(_ response: ReportResponse) {
        let outcome: PeerOutcome.Outcome
        switch response.outcome {
        case .accepted: outcome = .accepted
        case .alreadyKnown: outcome = .alreadyKnown
        case .retry: outcome = .retry
        case .refused: outcome = .refused
        case .unspecified: return nil
        }
        self.init(
            outcome: outcome, code: response.code, detail: response.detail,
            retryAfterMilliseconds: response.retryAfterMilliseconds)
    }
}
