// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Judges vectors/cometbft-rpc: answers of real nodes. Whatever a header's hash covers must follow
/// from the parts beside it; all must hold.
public struct CometBFTAnswers {
    private let genesis: ValidatorSet?
    private var signatures = SignatureVerifier()
    private var found: [(String, Judgement)] = []

    /// `genesis` is the genesis file beside the answer, if there is one.
    public init(genesis: JSON?) throws {
        let json = genesis?["result"]?["genesis"]?["validators"] ?? genesis?["validators"]
        let list = try RPCJSON.validators(json)
        self.genesis =
            list.isEmpty
            ? nil : ValidatorSet(validators: list.sorted(by: ValidatorSet.canonicalOrder))
    }

    /// One judgement a fact found anywhere in the answer.
    public mutating func judge(_ json: JSON) throws -> [(String, Judgement)] {
        found = []
        try walk(json)
        return found
    }

    private mutating func walk(_ json: JSON) throws {
        for child in json.array ?? [] { try walk(child) }
        guard let members = json.object else { return }
        if let signed = json["signed_header"], !signed.isNull { try judgeCommit(signed) }
        if let block = json["block"], block["header"] != nil {
            try judgeBlock(block, json["block_id"])
        } else if let header = json["header"], let id = json["block_id"] {
            try judgeHash(RPCJSON.header(header), RPCJSON.blockID(id))
        }
        if let proof = json["proof"], proof["root_hash"] != nil { try judgeProof(proof) }
        for name in members.keys.sorted() { try walk(members[name] ?? .null) }
    }

    private mutating func note(_ what: String, _ holds: Bool) {
        found.append((what, holds ? .agreed : .disagreed("does not hold")))
    }

    private mutating func judgeHash(_ header: Header, _ id: BlockID) throws {
        note("header hash \(header.height)", try header.hash().bytes == id.hash)
    }

    private mutating func judgeCommit(_ json: JSON) throws {
        let signed = try RPCJSON.signedHeader(json)
        guard let header = signed.header, let commit = signed.commit else { return }
        let checked = try? signed.checked(chainID: header.chainID)
        note("signed header \(header.height)", checked != nil)
        try verify(commit, of: header.chainID, commit.blockID, header.validatorsHash)
    }

    private mutating func judgeBlock(_ block: JSON, _ id: JSON?) throws {
        guard let json = block["header"] else { return }
        let header = try RPCJSON.header(json)
        if let id { try judgeHash(header, RPCJSON.blockID(id)) }
        let transactions = try (block["data"]?["txs"]?.array ?? []).map {
            try RPCJSON.base64($0)
        }
        note(
            "data hash \(header.height)", BlockHashes.data(transactions).bytes == header.dataHash)
        guard let last = block["last_commit"], last["signatures"]?.array?.isEmpty == false else {
            return
        }
        let commit = try RPCJSON.commit(last)
        note("last commit hash \(header.height)", commit.hash().bytes == header.lastCommitHash)
        try verify(commit, of: header.chainID, header.lastBlockID, header.validatorsHash)
    }

    /// Only commits of the genesis set can be verified: other sets are not in the answers.
    private mutating func verify(
        _ commit: Commit, of chainID: ChainID, _ id: BlockID, _ validatorsHash: [UInt8]
    ) throws {
        guard let genesis, genesis.hash().bytes == validatorsHash else { return }
        let set = try genesis.checked()
        let holds =
            (try? commit.verify(
                chainID: chainID, blockID: id, height: commit.height, validators: set,
                signatures: &signatures)) != nil
        note("commit \(commit.height)", holds)
    }

    private mutating func judgeProof(_ json: JSON) throws {
        let inner = json["proof"]
        let proof = BinaryMerkleProof(
            total: inner?["total"]?.int64 ?? 0, index: inner?["index"]?.int64 ?? 0,
            leafHash: try RPCJSON.base64(inner?["leaf_hash"]),
            aunts: try (inner?["aunts"]?.array ?? []).map { try RPCJSON.base64($0) })
        let transaction = SHA256.hash(try RPCJSON.base64(json["data"])).bytes
        note(
            "transaction proof",
            proof.proves(transaction, under: try RPCJSON.hex(json["root_hash"])))
    }
}
