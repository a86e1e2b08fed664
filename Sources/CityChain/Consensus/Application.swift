// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// What executes transactions; the consensus calls it and knows nothing of its state but the app
/// hash.
///
/// A call is deterministic: the same blocks from the same genesis give the same outputs, because a
/// restart replays the block log. Order: `initialize`, then for each height `execute` and `commit`;
/// `check` and `query` between any two calls.
package protocol Application {
    /// Writes the genesis state. Returns the app hash of the first header (an SDK chain: H("")).
    mutating func initialize(_ genesis: GenesisInfo) -> Digest
    /// Judges a transaction for the mempool on the check state: the last commit and the
    /// transactions accepted since. `isRecheck` after a commit, for each one still pending, in
    /// order.
    mutating func check(_ transaction: [UInt8], isRecheck: Bool) -> CheckResult
    /// Executes a block. The outputs count from `commit` on.
    mutating func execute(_ block: ExecutionBlock) -> ExecutionOutput
    /// Saves the state of the executed block; the check state starts again from it.
    mutating func commit() -> Digest
    /// Answers `abci_query`, gRPC paths and Simulate included.
    mutating func query(_ request: ApplicationQuery) -> ApplicationAnswer
    /// Forgets states of the heights below.
    mutating func prune(below height: UInt64)
}

/// What an application learns at genesis.
package struct GenesisInfo: Hashable, Sendable {
    package var chainID: String
    package var time: Timestamp
    package var initialHeight: UInt64
    package var parameters: ConsensusParameters
}

/// A block as an application executes it.
package struct ExecutionBlock: Hashable, Sendable {
    package var height: UInt64
    package var time: Timestamp
    package var hash: Digest
    package var proposerAddress: [UInt8]
    package var transactions: [[UInt8]]
    /// In force for this block.
    package var parameters: ConsensusParameters
}

package struct ExecutionOutput: Hashable, Sendable {
    /// One per transaction, in order.
    package var transactionResults: [TransactionResult]
    /// Begin and end blocker.
    package var events: [ChainEvent]
    /// New powers; 0 removes. In force two heights later.
    package var validatorUpdates: [ValidatorUpdate]
    /// Nil: unchanged. In force one height later.
    package var parameterUpdate: ConsensusParameters?

    package init(
        transactionResults: [TransactionResult] = [], events: [ChainEvent] = [],
        validatorUpdates: [ValidatorUpdate] = [], parameterUpdate: ConsensusParameters? = nil
    ) {
        self.transactionResults = transactionResults
        self.events = events
        self.validatorUpdates = validatorUpdates
        self.parameterUpdate = parameterUpdate
    }
}

/// The verdict of CheckTx.
package struct CheckResult: Hashable, Sendable {
    package var code: UInt32 = 0
    package var codespace = ""
    package var log = ""
    package var data: [UInt8] = []
    package var gasWanted: Int64 = 0
    package var gasUsed: Int64 = 0

    package init(
        code: UInt32 = 0, codespace: String = "", log: String = "", gasWanted: Int64 = 0,
        gasUsed: Int64 = 0
    ) {
        self.code = code
        self.codespace = codespace
        self.log = log
        self.gasWanted = gasWanted
        self.gasUsed = gasUsed
    }
}

/// The outcome of one transaction in a block.
package struct TransactionResult: Hashable, Sendable {
    package var code: UInt32 = 0
    package var data: [UInt8] = []
    package var log = ""
    package var info = ""
    package var gasWanted: Int64 = 0
    package var gasUsed: Int64 = 0
    package var events: [ChainEvent] = []
    package var codespace = ""

    package init() {}

    /// What last_results_hash covers: events, logs and codespace are not part of it.
    package var hashedPart: ExecTxResult {
        ExecTxResult(code: code, data: data, gasWanted: gasWanted, gasUsed: gasUsed)
    }
}

package struct ChainEvent: Hashable, Sendable {
    package struct Attribute: Hashable, Sendable {
        package var key: String
        package var value: String
        package var isIndexed = true

        package init(_ key: String, _ value: String, isIndexed: Bool = true) {
            self.key = key
            self.value = value
            self.isIndexed = isIndexed
        }
    }

    package var type: String
    package var attributes: [Attribute]

    package init(_ type: String, _ attributes: [Attribute] = []) {
        self.type = type
        self.attributes = attributes
    }

    /// The first value under that key.
    package func value(_ key: String) -> String? {
        attributes.first { $0.key == key }?.value
    }
}

package struct ApplicationQuery: Hashable, Sendable {
    package var path: String
    package var data: [UInt8]
    /// 0: the last committed one.
    package var height: UInt64
    package var wantsProof: Bool

    package init(path: String, data: [UInt8], height: UInt64 = 0, wantsProof: Bool = false) {
        self.path = path
        self.data = data
        self.height = height
        self.wantsProof = wantsProof
    }
}

package struct ApplicationAnswer: Hashable, Sendable {
    package var code: UInt32 = 0
    package var codespace = ""
    package var log = ""
    package var key: [UInt8]?
    package var value: [UInt8]?
    package var proof: [ProofOperation]?
    package var height: UInt64 = 0

    package init() {}
}
