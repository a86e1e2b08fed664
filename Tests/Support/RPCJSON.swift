// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// CometBFT's JSON, as nodes answer it and vectors carry it, as the light client's types. For
/// tests: it is lenient where vectors differ (hash case, `parts` or `part_set_header`, absent
/// members).
public enum RPCJSON {
    public enum Failure: Error { case malformed(String) }

    public static func signedHeader(_ json: JSON) throws -> SignedHeader {
        guard let header = json["header"], let commit = json["commit"] else {
            throw Failure.malformed("signed_header")
        }
        return SignedHeader(header: try self.header(header), commit: try self.commit(commit))
    }

    public static func header(_ json: JSON) throws -> Header {
        Header(
            version: BlockVersion(
                block: json["version"]?["block"]?.uint64 ?? 0,
                app: json["version"]?["app"]?.uint64 ?? 0),
            chainID: ChainID(json["chain_id"]?.string ?? ""),
            height: try integer(json["height"], "height"),
            time: try time(json["time"]),
            lastBlockID: try blockID(json["last_block_id"]),
            lastCommitHash: try hex(json["last_commit_hash"]),
            dataHash: try hex(json["data_hash"]),
            validatorsHash: try hex(json["validators_hash"]),
            nextValidatorsHash: try hex(json["next_validators_hash"]),
            consensusHash: try hex(json["consensus_hash"]),
            appHash: try hex(json["app_hash"]),
            lastResultsHash: try hex(json["last_results_hash"]),
            evidenceHash: try hex(json["evidence_hash"]),
            proposerAddress: try hex(json["proposer_address"]))
    }

    public static func commit(_ json: JSON) throws -> Commit {
        Commit(
            height: try integer(json["height"], "height"),
            round: Int32(try integer(json["round"], "round")),
            blockID: try blockID(json["block_id"]),
            signatures: try (json["signatures"]?.array ?? []).map(commitSig))
    }

    private static func commitSig(_ json: JSON) throws -> CommitSig {
        var entry = CommitSig.absent
        entry.rawFlag = Int32(try integer(json["block_id_flag"], "block_id_flag"))
        entry.validatorAddress = try hex(json["validator_address"])
        if let stamp = json["timestamp"], !stamp.isNull { entry.timestamp = try time(stamp) }
        entry.signature = try base64(json["signature"])
        return entry
    }

    public static func blockID(_ json: JSON?) throws -> BlockID {
        guard let json, !json.isNull else { return .zero }
        let parts = json["parts"] ?? json["part_set_header"]
        return BlockID(
            hash: try hex(json["hash"]),
            parts: PartSetHeader(
                total: UInt32(parts?["total"]?.uint64 ?? 0), hash: try hex(parts?["hash"])))
    }

    /// A list of validators, in the order given. `power` is a genesis file's word.
    public static func validators(_ json: JSON?) throws -> [Validator] {
        try (json?.array ?? []).map(validator)
    }

    public static func validator(_ json: JSON) throws -> Validator {
        let bytes = try base64(json["pub_key"]?["value"])
        let key: PublicKey
        switch json["pub_key"]?["type"]?.string {
        case "tendermint/PubKeyEd25519": key = try PublicKey(ed25519: bytes)
        case "tendermint/PubKeySecp256k1": key = try PublicKey(secp256k1: bytes)
        default: throw Failure.malformed("pub_key")
        }
        var validator = Validator(
            key: key, votingPower: try integer(json["voting_power"] ?? json["power"], "power"),
            proposerPriority: json["proposer_priority"]?.int64 ?? 0)
        let address = try hex(json["address"])
        if !address.isEmpty { validator.address = address }
        return validator
    }

    public static func time(_ json: JSON?) throws -> Timestamp {
        guard let text = json?.string, let time = RFC3339.parse(text) else {
            throw Failure.malformed("time")
        }
        return time
    }

    /// Nil and null are the empty value, as Go writes it.
    public static func hex(_ json: JSON?) throws -> [UInt8] {
        guard let json, !json.isNull else { return [] }
        guard let text = json.string, let bytes = Hex.decode(text) else {
            throw Failure.malformed("hex")
        }
        return bytes
    }

    /// Nil and null are the empty value, as Go writes it.
    public static func base64(_ json: JSON?) throws -> [UInt8] {
        guard let json, !json.isNull else { return [] }
        guard let text = json.string, let bytes = Base64.decode(text) else {
            throw Failure.malformed("base64")
        }
        return bytes
    }

    private static func integer(_ json: JSON?, _ name: String) throws -> Int64 {
        guard let number = json?.int64 else { throw Failure.malformed(name) }
        return number
    }
}
