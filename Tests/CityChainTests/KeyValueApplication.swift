// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient

/// A small application for tests of the ledger: "key=value" sets, "key=" deletes, "power:<n>" is a
/// set change of a known key, "gas:<n>" a change of the block gas limit; "bad" fails. A transaction
/// costs as much gas as it has bytes. Key and value are recorded in an event.
struct KeyValueApplication: Application {
    static let store = "kv"

    var stores = Multistore(storeNames: ["ibc", KeyValueApplication.store])
    /// Whose power "power:<n>" changes.
    var joining: PublicKey?
    /// Counts, for tests that ask what was called.
    private(set) var rechecked = 0
    private(set) var executed: [UInt64] = []
    /// CheckTx refuses what begins with this.
    var refused: String?

    mutating func initialize(_ genesis: GenesisInfo) -> Digest {
        stores = Multistore(
            storeNames: stores.storeNames, initialVersion: genesis.initialHeight)
        stores.set("ibc", Array("clientParams".utf8), [0x0a, 0x01, 0x2a])
        return stores.appHash
    }

    mutating func check(_ transaction: [UInt8], isRecheck: Bool) -> CheckResult {
        if isRecheck { rechecked += 1 }
        let text = String(decoding: transaction, as: UTF8.self)
        if let refused, text.hasPrefix(refused) {
            return CheckResult(code: 7, codespace: "kv", log: "refused")
        }
        return CheckResult(gasWanted: Int64(transaction.count))
    }

    mutating func execute(_ block: ExecutionBlock) -> ExecutionOutput {
        executed.append(block.height)
        var output = ExecutionOutput()
        output.events = [
            ChainEvent("block_seen", [ChainEvent.Attribute("height", "\(block.height)")])
        ]
        for transaction in block.transactions {
            var result = TransactionResult()
            result.gasWanted = Int64(transaction.count)
            result.gasUsed = result.gasWanted
            let text = String(decoding: transaction, as: UTF8.self)
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if text.hasPrefix("power:"), let power = Int64(text.dropFirst(6)), let joining {
                output.validatorUpdates.append(
                    ValidatorUpdate(publicKey: joining, power: power))
            } else if text.hasPrefix("gas:"), let gas = Int64(text.dropFirst(4)) {
                var parameters = block.parameters
                parameters.blockMaxGas = gas
                output.parameterUpdate = parameters
            } else if parts.count == 2 {
                let key = Array(parts[0].utf8)
                if parts[1].isEmpty {
                    stores.delete(Self.store, key)
                } else {
                    stores.set(Self.store, key, Array(parts[1].utf8))
                }
                result.data = key
                result.events = [
                    ChainEvent(
                        "write",
                        [
                            ChainEvent.Attribute("key", String(parts[0])),
                            ChainEvent.Attribute("value", String(parts[1]), isIndexed: false),
                        ])
                ]
            } else {
                result.code = 1
                result.codespace = "kv"
            }
            output.transactionResults.append(result)
        }
        return output
    }

    mutating func commit() -> Digest { stores.commit().appHash }

    mutating func query(_ request: ApplicationQuery) -> ApplicationAnswer {
        var answer = ApplicationAnswer()
        answer.height = request.height
        guard let proven = stores.prove(Self.store, request.data, version: request.height) else {
            answer.code = 7
            return answer
        }
        answer.value = proven.value
        answer.proof = proven.operations
        return answer
    }

    mutating func prune(below height: UInt64) { stores.prune(below: height) }
}
