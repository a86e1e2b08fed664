// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

// Between the wire's messages and the engine's values.

extension PeerHello {
    init(_ request: HandshakeRequest) {
        self.init(
            chainID: request.chainID, protocolVersion: request.protocolVersion,
            topologyVersion: request.topologyVersion, topologyDigest: request.topologyDigest,
            clock: Timestamp(unixNanoseconds: request.clockUnixNanoseconds),
            clientID: request.clientID, trustedHeight: request.trustedHeight,
            software: request.software)
    }

    init(_ response: HandshakeResponse) {
        self.init(
            chainID: response.chainID, protocolVersion: response.protocolVersion,
            topologyVersion: response.topologyVersion, topologyDigest: response.topologyDigest,
            clock: Timestamp(unixNanoseconds: response.clockUnixNanoseconds),
            clientID: response.clientID, trustedHeight: response.trustedHeight,
            software: response.software)
    }
}

extension HandshakeRequest {
    init(_ hello: PeerHello, clock: Timestamp) {
        self.init(
            protocolVersion: hello.protocolVersion, topologyVersion: hello.topologyVersion,
            topologyDigest: hello.topologyDigest, chainID: hello.chainID,
            clockUnixNanoseconds: clock.unixNanoseconds, clientID: hello.clientID,
            trustedHeight: hello.trustedHeight, software: hello.software)
    }
}

extension HandshakeResponse {
    init(_ hello: PeerHello, clock: Timestamp) {
        self.init(
            protocolVersion: hello.protocolVersion, topologyVersion: hello.topologyVersion,
            topologyDigest: hello.topologyDigest, chainID: hello.chainID,
            clockUnixNanoseconds: clock.unixNanoseconds, clientID: hello.clientID,
            trustedHeight: hello.trustedHeight, software: hello.software)
    }
}

extension PacketOutcome {
    init(_ outcome: PeerOutcome) {
        let code: DeliveryOutcome =
            switch outcome.outcome {
            case .accepted: .accepted
            case .alreadyKnown: .alreadyKnown
            case .retry: .retry
            case .refused: .refused
            }
        self.init(
            sourceClient: outcome.sourceClient, sequence: outcome.sequence, outcome: code,
            code: outcome.code, detail: outcome.detail,
            retryAfterMilliseconds: outcome.retryAfterMilliseconds)
    }
}

extension PeerOutcome {
    /// Nil when the peer used a word of another version of the protocol.
    init?(_ outcome: PacketOutcome) {
        let verdict: Outcome
        switch outcome.outcome {
        case .accepted: verdict = .accepted
        case .alreadyKnown: verdict = .alreadyKnown
        case .retry: verdict = .retry
        case .refused: verdict = .refused
        case .unspecified: return nil
        }
        self.init(
            sourceClient: outcome.sourceClient, sequence: outcome.sequence, outcome: verdict,
            code: outcome.code, detail: outcome.detail,
            retryAfterMilliseconds: outcome.retryAfterMilliseconds)
    }
}

extension ProofSubject {
    init(_ subject: QuestionSubject) {
        self =
            switch subject {
            case .receipt: .receipt
            case .acknowledgement: .acknowledgement
            case .commitment: .commitment
            }
    }
}
