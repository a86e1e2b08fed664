// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// How CometBFT writes the parts of a block as JSON.
package enum BlockShape {
    package static func blockID(_ id: BlockID) -> JSONValue {
        ["hash": .hex(id.hash), "parts": parts(id.parts)]
    }

    private static func parts(_ parts: PartSetHeader) -> JSONValue {
        ["total": .int(parts.total), "hash": .hex(parts.hash)]
    }

    package static func header(_ header: Header) -> JSONValue {
        [
            "version": .compact([
                ("block", .text(header.version.block)),
                ("app", header.version.app == 0 ? nil : .text(header.version.app)),
            ]),
            "chain_id": .string("\(header.chainID)"),
            "height": .text(header.height),
            "time": .time(header.time),
            "last_block_id": blockID(header.lastBlockID),
            "last_commit_hash": .hex(header.lastCommitHash),
            "data_hash": .hex(header.dataHash),
            "validators_hash": .hex(header.validatorsHash),
            "next_validators_hash": .hex(header.nextValidatorsHash),
            "consensus_hash": .hex(header.consensusHash),
            "app_hash": .hex(header.appHash),
            "last_results_hash": .hex(header.lastResultsHash),
            "evidence_hash": .hex(header.evidenceHash),
            "proposer_address": .hex(header.proposerAddress),
        ]
    }

    package static func commit(_ commit: Commit) -> JSONValue {
        [
            "height": .text(commit.height),
            "round": .int(commit.round),
            "block_id": blockID(commit.blockID),
            "signatures": .array(commit.signatures.map(signature)),
        ]
    }

    private static func signature(_ signature: CommitSig) -> JSONValue {
        [
            "block_id_flag": .int(signature.rawFlag),
            "validator_address": .hex(signature.validatorAddress),
            "timestamp": .time(signature.timestamp),
            "signature": .base64OrNull(signature.signature),
        ]
    }

    package static func block(_ block: Block) -> JSONValue {
        [
            "header": header(block.header),
            "data": ["txs": .array(block.transactions.map { .base64($0) })],
            "evidence": ["evidence": .array(block.evidence.map(evidence))],
            "last_commit": commit(block.lastCommit),
        ]
    }

    /// Attacks on light clients are not produced here; only their type is told.
    private static func evidence(_ evidence: Evidence) -> JSONValue {
        guard case .duplicateVote(let votes)? = evidence.kind else {
            return ["type": "tendermint/LightClientAttackEvidence", "value": .null]
        }
        return [
            "type": "tendermint/DuplicateVoteEvidence",
            "value": [
                "vote_a": votes.voteA.map(vote) ?? .null,
                "vote_b": votes.voteB.map(vote) ?? .null,
                "TotalVotingPower": .text(votes.totalVotingPower),
                "ValidatorPower": .text(votes.validatorPower),
                "Timestamp": .time(votes.timestamp),
            ],
        ]
    }

    private static func vote(_ vote: Vote) -> JSONValue {
        [
            "type": .int(vote.type), "height": .text(vote.height), "round": .int(vote.round),
            "block_id": blockID(vote.blockID), "timestamp": .time(vote.timestamp),
            "validator_address": .hex(vote.validatorAddress),
            "validator_index": .int(vote.validatorIndex),
            "signature": .base64(vote.signature),
            "extension": .base64OrNull(vote.extensionBytes),
            "extension_signature": .base64OrNull(vote.extensionSignature),
        ]
    }

    package static func publicKey(_ key: PublicKeyMessage) -> JSONValue {
        switch key.kind {
        case .ed25519(let bytes)?:
            ["type": "tendermint/PubKeyEd25519", "value": .base64(bytes)]
        case .secp256k1(let bytes)?:
            ["type": "tendermint/PubKeySecp256k1", "value": .base64(bytes)]
        default: .null
        }
    }

    package static func validator(_ validator: Validator) -> JSONValue {
        [
            "address": .hex(validator.address),
            "pub_key": publicKey(validator.publicKey),
            "voting_power": .text(validator.votingPower),
            "proposer_priority": .text(validator.proposerPriority),
        ]
    }
}
