// SPDX-License-Identifier: Apache-2.0

// The answers of a CometBFT node that the connector reads (cometbft-ibc §5.2). Only the fields it
// uses are decoded; the rest of an answer is not looked at.

package struct RPCStatus: Decodable, Sendable {
    package struct NodeInfo: Decodable, Sendable { package let network: String }
    package struct SyncInfo: Decodable, Sendable {
        package let latest_block_height: RPCInteger
        package let latest_block_time: RPCTime
        package let earliest_block_height: RPCInteger
        package let catching_up: Bool
    }
    package let node_info: NodeInfo
    package let sync_info: SyncInfo
}

package struct RPCBlockID: Decodable, Sendable {
    package struct Parts: Decodable, Sendable {
        package let total: UInt32
        package let hash: RPCHex
    }
    package let hash: RPCHex
    package let parts: Parts
}

package struct RPCHeader: Decodable, Sendable {
    package struct Version: Decodable, Sendable {
        package let block: RPCUnsigned?
        package let app: RPCUnsigned?
    }
    package let version: Version
    package let chain_id: String
    package let height: RPCInteger
    package let time: RPCTime
    package let last_block_id: RPCBlockID
    package let last_commit_hash: RPCHex
    package let data_hash: RPCHex
    package let validators_hash: RPCHex
    package let next_validators_hash: RPCHex
    package let consensus_hash: RPCHex
    package let app_hash: RPCHex
    package let last_results_hash: RPCHex
    package let evidence_hash: RPCHex
    package let proposer_address: RPCHex
}

package struct RPCCommitSig: Decodable, Sendable {
    package let block_id_flag: Int32
    package let validator_address: RPCHex
    package let timestamp: RPCTime
    package let signature: RPCBase64?
}

package struct RPCCommit: Decodable, Sendable {
    package let height: RPCInteger
    package let round: Int32
    package let block_id: RPCBlockID
    package let signatures: [RPCCommitSig]
}

package struct RPCCommitAnswer: Decodable, Sendable {
    package struct Signed: Decodable, Sendable {
        /// Empty on a fresh node.
        package let header: RPCHeader?
        package let commit: RPCCommit?
    }
    package let signed_header: Signed
    package let canonical: Bool
}

package struct RPCValidators: Decodable, Sendable {
    package struct Validator: Decodable, Sendable {
        package struct Key: Decodable, Sendable {
            package let type: String
            package let value: RPCBase64
        }
        package let address: RPCHex
        package let pub_key: Key
        package let voting_power: RPCInteger
        package let proposer_priority: RPCInteger
    }
    package let block_height: RPCInteger
    package let validators: [Validator]
    package let count: RPCInteger
    package let total: RPCInteger
}

package struct RPCEvent: Decodable, Sendable {
    package struct Attribute: Decodable, Sendable {
        package let key: String
        package let value: String?
    }
    package let type: String
    package let attributes: [Attribute]
}

package struct RPCTxResult: Decodable, Sendable {
    package let code: UInt32
    package let log: String
    package let gas_used: RPCInteger
    package let events: [RPCEvent]?
    package let codespace: String
}

package struct RPCBlockResults: Decodable, Sendable {
    package let height: RPCInteger
    package let txs_results: [RPCTxResult]?
    package let finalize_block_events: [RPCEvent]?

    /// Results taken from elsewhere (a search), in the form that the block reader takes.
    init(height: RPCInteger, transactions: [RPCTxResult]) {
        self.height = height
        txs_results = transactions
        finalize_block_events = nil
    }
}

package struct RPCBlock: Decodable, Sendable {
    package struct Block: Decodable, Sendable {
        package struct Data: Decodable, Sendable { package let txs: [RPCBase64]? }
        package let header: RPCHeader
        package let data: Data
    }
    package let block: Block
}

package struct RPCHeaderAnswer: Decodable, Sendable { package let header: RPCHeader }

package struct RPCQuery: Decodable, Sendable {
    package struct ProofOps: Decodable, Sendable {
        package struct Op: Decodable, Sendable {
            package let type: String
            package let data: RPCBase64
        }
        package let ops: [Op]?
    }
    package struct Response: Decodable, Sendable {
        package let code: UInt32
        package let log: String
        package let key: RPCBase64?
        package let value: RPCBase64?
        package let proofOps: ProofOps?
        package let height: RPCInteger
        package let codespace: String
    }
    package let response: Response
}

package struct RPCBroadcast: Decodable, Sendable {
    package let code: UInt32
    package let log: String
    package let codespace: String
    package let hash: RPCHex
}

package struct RPCTransaction: Decodable, Sendable {
    package let hash: RPCHex
    package let height: RPCInteger
    package let tx_result: RPCTxResult
    /// The transaction's bytes.
    package let tx: RPCBase64?
}

package struct RPCTransactionSearch: Decodable, Sendable {
    package let txs: [RPCTransaction]
    package let total_count: RPCInteger
}

package struct RPCBlockSearch: Decodable, Sendable {
    package let blocks: [RPCBlock]
    package let total_count: RPCInteger
}

package struct RPCConsensusParameters: Decodable, Sendable {
    package struct Parameters: Decodable, Sendable {
        package struct Block: Decodable, Sendable {
            package let max_bytes: RPCInteger
            package let max_gas: RPCInteger
        }
        package let block: Block
    }
    package let consensus_params: Parameters
}
