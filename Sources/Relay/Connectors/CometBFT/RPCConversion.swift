// SPDX-License-Identifier: Apache-2.0

package import LightClient

// From a node's JSON to the light client's types: claimed, not verified.

extension RPCBlockID {
    var value: BlockID {
        BlockID(hash: hash.bytes, parts: PartSetHeader(total: parts.total, hash: parts.hash.bytes))
    }
}

extension RPCHeader {
    package var value: Header {
        Header(
            version: BlockVersion(
                block: version.block?.value ?? 0, app: version.app?.value ?? 0),
            chainID: ChainID(chain_id), height: height.value, time: time.value,
            lastBlockID: last_block_id.value, lastCommitHash: last_commit_hash.bytes,
            dataHash: data_hash.bytes, validatorsHash: validators_hash.bytes,
            nextValidatorsHash: next_validators_hash.bytes, consensusHash: consensus_hash.bytes,
            appHash: app_hash.bytes, lastResultsHash: last_results_hash.bytes,
            evidenceHash: evidence_hash.bytes, proposerAddress: proposer_address.bytes)
    }
}

extension RPCCommit {
    var value: Commit {
        Commit(
            height: height.value, round: round, blockID: block_id.value,
            signatures: signatures.map(\.value))
    }
}

extension RPCCommitSig {
    var value: CommitSig {
        var entry = CommitSig(
            flag: .absent, validatorAddress: validator_address.bytes, timestamp: timestamp.value,
            signature: signature?.bytes ?? [])
        // Kept as it came: whoever verifies judges unknown flags.
        entry.rawFlag = block_id_flag
        return entry
    }
}

extension RPCValidators.Validator {
    /// Nil for a key type that the light client does not know.
    var value: Validator? {
        let key: PublicKey? =
            switch pub_key.type {
            case "tendermint/PubKeyEd25519": try? PublicKey(ed25519: pub_key.value.bytes)
            case "tendermint/PubKeySecp256k1": try? PublicKey(secp256k1: pub_key.value.bytes)
            default: nil
            }
        return key.map {
            Validator(
                key: $0, votingPower: voting_power.value, proposerPriority: proposer_priority.value)
        }
    }
}
