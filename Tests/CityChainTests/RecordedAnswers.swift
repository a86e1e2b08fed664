// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import TestSupport

/// Reads node answers as CometBFT encodes them. What is missing or misshapen is nil.
enum RecordedAnswers {
    /// The `result` of every line of a file of one chain, in order.
    static func results(
        _ chain: RecordedChain, _ folder: String, _ file: String
    ) throws -> [JSONValue] {
        try Corpus.read("\(folder)/chain-\(chain.code)/\(file)").split(separator: 0x0a)
            .compactMap { try JSONParser.parse(Array($0))["response"]?["result"] }
    }

    static func block(_ json: JSONValue?) -> Block? {
        guard let header = header(json?["header"]), let commit = commit(json?["last_commit"]),
            let transactions = json?["data"]?["txs"]?.array,
            let evidence = json?["evidence"]?["evidence"]?.array
        else { return nil }
        return Block(
            header: header,
            transactions: transactions.compactMap { $0.string.flatMap(Base64.decode) },
            evidence: evidence.compactMap(self.evidence), lastCommit: commit)
    }

    static func header(_ json: JSONValue?) -> Header? {
        guard let json, let height = json["height"]?.int64, let time = time(json["time"]),
            let lastBlockID = blockID(json["last_block_id"]), let id = json["chain_id"]?.string
        else { return nil }
        func hash(_ name: String) -> [UInt8] { hex(json[name]) }
        let app = json["version"]?["app"]?.int64 ?? 0
        return Header(
            version: BlockVersion(
                block: UInt64(json["version"]?["block"]?.int64 ?? 0), app: UInt64(app)),
            chainID: ChainID(id), height: height, time: time, lastBlockID: lastBlockID,
            lastCommitHash: hash("last_commit_hash"), dataHash: hash("data_hash"),
            validatorsHash: hash("validators_hash"),
            nextValidatorsHash: hash("next_validators_hash"),
            consensusHash: hash("consensus_hash"), appHash: hash("app_hash"),
            lastResultsHash: hash("last_results_hash"), evidenceHash: hash("evidence_hash"),
            proposerAddress: hash("proposer_address"))
    }

    static func commit(_ json: JSONValue?) -> Commit? {
        guard let json, let height = json["height"]?.int64, let round = json["round"]?.int64,
            let id = blockID(json["block_id"]), let signatures = json["signatures"]?.array
        else { return nil }
        return Commit(
            height: height, round: Int32(round), blockID: id,
            signatures: signatures.compactMap(signature))
    }

    static func signature(_ json: JSONValue) -> CommitSig? {
        guard let flag = json["block_id_flag"]?.int64.flatMap({ VoteFlag(rawValue: UInt8($0)) }),
            let time = time(json["timestamp"])
        else { return nil }
        return CommitSig(
            flag: flag, validatorAddress: hex(json["validator_address"]), timestamp: time,
            signature: base64(json["signature"]))
    }

    static func blockID(_ json: JSONValue?) -> BlockID? {
        guard let json, let total = json["parts"]?["total"]?.int64 else { return nil }
        return BlockID(
            hash: hex(json["hash"]),
            parts: PartSetHeader(total: UInt32(total), hash: hex(json["parts"]?["hash"])))
    }

    static func evidence(_ json: JSONValue) -> Evidence? {
        guard let value = json["value"], let first = vote(value["vote_a"]),
            let second = vote(value["vote_b"]), let time = time(value["Timestamp"])
        else { return nil }
        var evidence = DuplicateVoteEvidence()
        evidence.voteA = first
        evidence.voteB = second
        evidence.totalVotingPower = value["TotalVotingPower"]?.int64 ?? 0
        evidence.validatorPower = value["ValidatorPower"]?.int64 ?? 0
        evidence.timestamp = time
        return Evidence(.duplicateVote(evidence))
    }

    static func vote(_ json: JSONValue?) -> Vote? {
        guard let json, let id = blockID(json["block_id"]), let time = time(json["timestamp"])
        else { return nil }
        var vote = Vote()
        vote.type = Int32(json["type"]?.int64 ?? 0)
        vote.height = json["height"]?.int64 ?? 0
        vote.round = Int32(json["round"]?.int64 ?? 0)
        vote.blockID = id
        vote.timestamp = time
        vote.validatorAddress = hex(json["validator_address"])
        vote.validatorIndex = Int32(json["validator_index"]?.int64 ?? 0)
        vote.signature = base64(json["signature"])
        return vote
    }

    static func key(_ json: JSONValue?) -> PublicKey? {
        let bytes = base64(json?["value"])
        switch json?["type"]?.string {
        case "tendermint/PubKeyEd25519": return try? PublicKey(ed25519: bytes)
        case "tendermint/PubKeySecp256k1": return try? PublicKey(secp256k1: bytes)
        default: return nil
        }
    }

    static func update(_ json: JSONValue) -> ValidatorUpdate? {
        let sum = json["pub_key"]?["Sum"]?["value"]
        let ed25519 = try? PublicKey(ed25519: base64(sum?["ed25519"]))
        let secp256k1 = try? PublicKey(secp256k1: base64(sum?["secp256k1"]))
        return (ed25519 ?? secp256k1).map {
            ValidatorUpdate(publicKey: $0, power: json["power"]?.int64 ?? 0)
        }
    }

    static func hex(_ json: JSONValue?) -> [UInt8] { json?.string.flatMap { Hex.decode($0) } ?? [] }

    static func base64(_ json: JSONValue?) -> [UInt8] {
        json?.string.flatMap { Base64.decode($0) } ?? []
    }

    /// RFC 3339 in UTC with up to nine digits of a second.
    static func time(_ json: JSONValue?) -> Timestamp? {
        guard let text = json?.string, text.hasSuffix("Z") else { return nil }
        let numbers = text.dropLast().split { "-T:.".contains($0) }.map(String.init)
        guard numbers.count >= 6, let year = Int64(numbers[0]), let month = Int64(numbers[1]),
            let day = Int64(numbers[2]), let hour = Int64(numbers[3]),
            let minute = Int64(numbers[4]), let second = Int64(numbers[5])
        else { return nil }
        let fraction = numbers.count > 6 ? numbers[6] : ""
        let nanoseconds = Int32(fraction + String(repeating: "0", count: 9 - fraction.count)) ?? 0
        // Days since 1970 of the proleptic Gregorian calendar, with March as the year's first
        // month.
        let shifted = month <= 2 ? year - 1 : year
        let leapDays = shifted / 4 - shifted / 100 + shifted / 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let days = shifted * 365 + leapDays + dayOfYear - 719_468
        return Timestamp(
            seconds: ((days * 24 + hour) * 60 + minute) * 60 + second, nanoseconds: nanoseconds)
    }
}

extension JSONValue {
    /// A number, or text that holds one.
    var int64: Int64? {
        switch self {
        case .number(let text), .string(let text): Int64(text)
        default: nil
        }
    }
}
