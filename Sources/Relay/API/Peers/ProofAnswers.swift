// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayTransport

/// Answers peers' questions about our chain: proofs at the latest provable height, with the headers
/// that lead there. Decides nothing and remembers nothing.
struct ProofAnswers: Sendable {
    typealias Completion = @Sendable (Result<[UInt8], GRPCStatus>) -> Void

    let connector: CometBFTConnector

    func answer(_ request: ProveRequest, then: @escaping Completion) {
        let keys = request.questions.map { question in
            let client = WireText(question.clientID)
            return switch question.subject {
            case .commitment, .unspecified: PacketKey.commitment(client, question.sequence)
            case .receipt: PacketKey.receipt(client, question.sequence)
            case .acknowledgement: PacketKey.acknowledgement(client, question.sequence)
            }
        }
        connector.prove(keys: keys, notBefore: request.notBeforeUnixSeconds) { answer in
            switch answer {
            case .failure(let error) where error.code == .notExecutedYet:
                // The chain's clock decides; one block later is worth another question.
                then(.success(ProveResponse(retryAfterMilliseconds: 1_000).encoded))
            case .failure(let error): then(.failure(error.status))
            case .success(let proven):
                addHeaders(request, proven.height, proven.proofs, then)
            }
        }
    }

    private func addHeaders(
        _ request: ProveRequest, _ height: Height, _ proofs: [StoreProof],
        _ then: @escaping Completion
    ) {
        connector.updates(from: request.trustedHeight, to: height) { answer in
            switch answer {
            case .failure(let error): then(.failure(error.status))
            case .success(let headers):
                addAcknowledgements(request, proofs) { acknowledgements in
                    let answers = zip(request.questions, proofs).map { question, proof in
                        Proven(
                            value: proof.value, proof: proof.proof,
                            acknowledgement: acknowledgements[question.packet] ?? [])
                    }
                    then(
                        .success(
                            ProveResponse(
                                update: ClientUpdate(headers: headers), proofHeight: height,
                                answers: answers
                            ).encoded))
                }
            }
        }
    }

    /// The acknowledgements themselves, where one is there and our chain's index still finds it.
    private func addAcknowledgements(
        _ request: ProveRequest, _ proofs: [StoreProof],
        _ then: @escaping @Sendable ([PacketID: [UInt8]]) -> Void
    ) {
        let wanted = zip(request.questions, proofs).compactMap { question, proof in
            question.subject == .acknowledgement && !proof.value.isEmpty ? question.packet : nil
        }
        guard !wanted.isEmpty else { return then([:]) }
        connector.acknowledgements(of: wanted) { facts in
            var found: [PacketID: [UInt8]] = [:]
            for fact in facts { found[fact.id] = fact.acknowledgement }
            then(found)
        }
    }
}

extension Question {
    /// The packet as our own chain names it: incoming, by the client that received it.
    var packet: PacketID {
        PacketID(direction: .incoming, client: clientID, sequence: sequence)
    }
}

extension NodeError {
    /// What a peer is told when our chain's nodes do not answer.
    var status: GRPCStatus {
        switch code {
        case .notExecutedYet: .tryAgain(inMilliseconds: 1_000, "our chain is not there yet")
        case .pruned: GRPCStatus(.notFound, "our nodes no longer keep what was asked")
        default: GRPCStatus(.unavailable, "our chain's nodes: \(code.rawValue)")
        }
    }
}
