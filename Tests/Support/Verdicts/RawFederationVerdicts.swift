// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The kinds of verdicts/cometbft/raw.jsonl about packets, proofs and transactions.
public enum RawFederationVerdicts {
    public static let readers: [String: CometBFTRaw.Reader] = [
        "Packet": { bytes in
            let packet = try Packet(reading: bytes)
            return CometBFTRaw.Reading(
                encoded: packet.encoded, isValid: (try? packet.validate()) != nil,
                results: ["hash": .string(packet.commitment.description)])
        },
        "Acknowledgement": { bytes in
            let value = try Acknowledgement(reading: bytes)
            return CometBFTRaw.Reading(
                encoded: value.encoded, isValid: (try? value.validate()) != nil,
                results: ["hash": .string(value.commitment.description)])
        },
        "MerkleProof": { bytes in
            let proof = try MerkleProof(reading: bytes)
            let roots = proof.proofs.compactMap { try? $0.calculateRoot() }
            let isValid = !roots.isEmpty && roots.count == proof.proofs.count
            return CometBFTRaw.Reading(
                encoded: proof.encoded, isValid: isValid,
                results: ["roots": .array(roots.map { .string(Hex.encode($0)) })])
        },
        "CosmosTx": { bytes in
            let transaction = try DecodedTransaction(bytes)
            let types = transaction.body.messages.map { JSON.string($0.typeURL.text) }
            return CometBFTRaw.Reading(
                encoded: nil, isValid: nil, results: ["messages": .array(types)])
        },
    ]
}
