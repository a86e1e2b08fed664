// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Judges vectors/cometbft-unit and vectors/rfc6962-merkle: single hashes, sign bytes and trees.
public enum CometBFTUnit {
    public enum Failure: Error { case format(String) }

    /// One judgement an entry of the file, in order.
    public static func judge(file name: String, _ json: JSON) throws -> [(String, Judgement)] {
        guard let entries = json.array else { throw Failure.format(name) }
        return try entries.enumerated().map { index, entry in
            let id = entry["name"]?.string ?? String(index)
            switch name {
            case "header_hash.json": return (id, try headerHash(entry))
            case "vote_sign_bytes.json": return (id, try signBytes(entry))
            case "merkle_tree_root.json":
                let leaves = try (entry["leaves_hex"]?.array ?? []).map { try RPCJSON.hex($0) }
                return (id, equal(BinaryMerkle.root(leaves).bytes, entry["expected_root"]))
            case "rfc6962_hash.json": return (id, try treeHash(entry))
            default: throw Failure.format(name)
            }
        }
    }

    private static func equal(_ ours: [UInt8]?, _ expected: JSON?) -> Judgement {
        let text = expected.flatMap { $0.isNull ? nil : $0.string?.lowercased() }
        let mine = ours.map { Hex.encode($0) }
        return mine == text ? .agreed : .disagreed("\(mine ?? "none"), not \(text ?? "none")")
    }

    private static func headerHash(_ entry: JSON) throws -> Judgement {
        guard let header = entry["header"], !header.isNull else {
            return equal(nil, entry["expected_hash"])
        }
        let decoded = try RPCJSON.header(header)
        return equal(try? decoded.hash().bytes, entry["expected_hash"])
    }

    private static func signBytes(_ entry: JSON) throws -> Judgement {
        guard let json = entry["vote"] else { throw Failure.format("vote") }
        var vote = Vote()
        vote.type = Int32(json["type"]?.int64 ?? 0)
        vote.height = json["height"]?.int64 ?? 0
        vote.round = Int32(json["round"]?.int64 ?? 0)
        vote.blockID = try RPCJSON.blockID(json["block_id"])
        vote.timestamp = try RPCJSON.time(json["timestamp"])
        vote.extensionBytes = try RPCJSON.hex(json["extension_hex"])
        let chainID = ChainID(json["chain_id"]?.string ?? "")
        return equal(vote.signBytes(chainID: chainID), entry["expected_sign_bytes"])
    }

    private static func treeHash(_ entry: JSON) throws -> Judgement {
        let inputs = try (entry["inputs_hex"]?.array ?? []).map { try RPCJSON.hex($0) }
        switch entry["op"]?.string {
        case "leaf": return equal(BinaryMerkle.leafHash(inputs[0]).bytes, entry["expected"])
        case "tree": return equal(BinaryMerkle.root(inputs).bytes, entry["expected"])
        case "node":
            // Upstream's inputs are the children's bytes as they are, not digests.
            return equal(SHA256.hash([0x01] + inputs[0] + inputs[1]).bytes, entry["expected"])
        default: throw Failure.format("op")
        }
    }

    /// vectors/rfc6962-merkle: one case a file.
    public static func judgeTree(_ json: JSON) throws -> Judgement {
        guard let wantsError = json["wantErr"]?.bool else { throw Failure.format("wantErr") }
        let proof = try (json["proof"]?.array ?? []).map { try RPCJSON.base64($0) }
        let holds: Bool
        if let index = json["leafIdx"]?.uint64, let size = json["treeSize"]?.uint64 {
            holds = isIncluded(
                index, size, proof, try RPCJSON.base64(json["leafHash"]),
                try RPCJSON.base64(json["root"]))
        } else if let old = json["size1"]?.uint64, let new = json["size2"]?.uint64 {
            holds = isConsistent(
                old, new, proof, try RPCJSON.base64(json["root1"]),
                try RPCJSON.base64(json["root2"]))
        } else {
            throw Failure.format("neither an inclusion nor a consistency proof")
        }
        return holds == !wantsError ? .agreed : .disagreed(holds ? "accepted" : "refused")
    }

    private static func isIncluded(
        _ index: UInt64, _ size: UInt64, _ proof: [[UInt8]], _ leaf: [UInt8], _ root: [UInt8]
    ) -> Bool {
        let aunts = proof.compactMap { Digest($0) }
        guard aunts.count == proof.count, let leaf = Digest(leaf) else { return false }
        return BinaryMerkle.root(leafHash: leaf, index: index, total: size, aunts: aunts)?.bytes
            == root
    }

    private static func isConsistent(
        _ old: UInt64, _ new: UInt64, _ proof: [[UInt8]], _ oldRoot: [UInt8], _ newRoot: [UInt8]
    ) -> Bool {
        let nodes = proof.compactMap { Digest($0) }
        guard nodes.count == proof.count else { return false }
        return BinaryMerkle.isConsistent(
            oldSize: old, oldRoot: oldRoot, newSize: new, newRoot: newRoot, proof: nodes)
    }
}
