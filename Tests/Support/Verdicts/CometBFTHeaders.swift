// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Judges the lines of verdicts/cometbft/headers.jsonl: decoding, basic rules and hashes.
public enum CometBFTHeaders {
    public static func judge(_ json: JSON) throws -> Judgement {
        let line = try VerdictLine(json)
        do {
            return line.judge(try results(line))
        } catch let failure as VerdictLine.Failure {
            throw failure
        } catch {
            return line.judge(nil, refusal: "\(error)")
        }
    }

    /// Our results for the line; throws our refusal.
    private static func results(_ line: VerdictLine) throws -> [String: JSON] {
        switch line.kind {
        case "header":
            let header = try Header(reading: try line.bytes("header"))
            try header.validate()
            return ["hash": .string(try header.hash().description)]
        case "validator_set":
            let set = try ValidatorSet(reading: try line.bytes("validator_set")).checked()
            return [
                "hash": .string(set.hash().description),
                "total_power": .string(String(set.totalPower)),
                "addresses": .array(set.members.map { .string(Hex.encode($0.address)) }),
            ]
        case "commit": return try commit(line)
        case "vote_sign_bytes":
            let vote = try Vote(reading: try line.bytes("vote"))
            let bytes = vote.signBytes(chainID: ChainID(try line.text("chain_id")))
            return ["sign_bytes": .string(Base64.encode(bytes))]
        case "data_hash":
            let transactions = try list(line, "txs")
            return [
                "hash": .string(BlockHashes.data(transactions).description),
                "tx_hashes": .array(
                    transactions.map { .string(SHA256.hash($0).description) }),
            ]
        case "results_hash":
            let results = try list(line, "results").map { try ExecTxResult(reading: $0) }
            return ["hash": .string(BlockHashes.results(results).description)]
        case "evidence_hash":
            let list = try EvidenceList(reading: try line.bytes("evidence_list"))
            for evidence in list.evidence { try evidence.validate() }
            return ["hash": .string(BlockHashes.evidence(list.evidence).description)]
        case "consensus_hash":
            let hash = BlockHashes.consensus(
                maxBytes: try line.int64("max_bytes"), maxGas: try line.int64("max_gas"))
            return ["hash": .string(hash.description)]
        case "address":
            let key = try PublicKeyMessage(reading: try line.bytes("public_key")).key()
            let type = if case .ed25519 = key { "ed25519" } else { "secp256k1" }
            return ["address": .string(Hex.encode(key.address)), "type": .string(type)]
        case "merkle_proof":
            let proof = try BinaryMerkleProof(reading: try line.bytes("proof"))
            guard proof.proves(try line.bytes("leaf"), under: try line.bytes("root")) else {
                throw Refusal.proofDoesNotHold
            }
            return [:]
        default: throw VerdictLine.Failure.missing("kind \(line.kind)")
        }
    }

    private enum Refusal: Error { case proofDoesNotHold }

    private static func commit(_ line: VerdictLine) throws -> [String: JSON] {
        let commit = try Commit(reading: try line.bytes("commit"))
        try commit.validate()
        let chainID = ChainID(try line.text("chain_id"))
        let signed = commit.signatures.indices.map { index -> JSON in
            commit.signBytes(at: index, chainID: chainID).map { .string(Base64.encode($0)) }
                ?? .null
        }
        return ["hash": .string(commit.hash().description), "sign_bytes": .array(signed)]
    }

    private static func list(_ line: VerdictLine, _ name: String) throws -> [[UInt8]] {
        guard let list = line.json["in"]?[name]?.array else {
            if line.json["in"]?[name]?.isNull == true { return [] }
            throw VerdictLine.Failure.missing(name)
        }
        return try list.map { try VerdictLine.bytes($0, name) }
    }
}
