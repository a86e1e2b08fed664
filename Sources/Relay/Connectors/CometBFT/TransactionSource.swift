// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayEngine

/// Finds transactions and what they did: by hash, by block bytes, by the index.
struct TransactionSource {
    typealias Answer<Value> = (Result<Value, NodeError>) -> Void

    let rpc: NodeRPC
    let reader: BlockReader
    let revision: UInt64
    /// Blocks that one of our transactions may wait: its timeout height lies at most so far ahead.
    let lifetimeBlocks: UInt64

    /// What became of a transaction. "Absent" only after every block it could stand in was searched
    /// for its bytes: an index may miss a block, and a node's mempool may have dropped what another
    /// keeps.
    func resolve(
        hash: [UInt8], timeoutHeight: UInt64, executed: UInt64,
        then: @escaping (TransactionLookup) -> Void
    ) {
        let call = RPCCall("tx", [("hash", Base64.encode(hash))], flags: [("prove", false)])
        rpc.call(call, as: RPCTransaction.self) { [self] answer in
            if case .success(let found) = answer {
                let height = UInt64(clamping: found.height.value)
                return then(included(found.hash.bytes, at: height, found.tx_result))
            }
            guard executed >= timeoutHeight else { return then(.unknown) }
            let first = max(1, timeoutHeight - min(timeoutHeight - 1, lifetimeBlocks + 2))
            search(first...timeoutHeight, for: hash, then)
        }
    }

    /// The hashes of our own transactions in a block, from the block's bytes.
    func hashes(in height: UInt64, at indexes: [Int], then: @escaping ([[UInt8]?]) -> Void) {
        rpc.call(RPCCall("block", [("height", "\(height)")]), as: RPCBlock.self) { answer in
            guard case .success(let block) = answer else { return then(indexes.map { _ in nil }) }
            let transactions = block.block.data.txs ?? []
            then(
                indexes.map { index in
                    transactions.indices.contains(index)
                        ? SHA256.hash(transactions[index].bytes).bytes : nil
                })
        }
    }

    /// Transactions whose events match; newest pages are not needed for one packet.
    func search(_ query: String, then: @escaping Answer<[RPCTransaction]>) {
        let call = RPCCall(
            "tx_search",
            [("query", query), ("page", "1"), ("per_page", "30"), ("order_by", "asc")],
            flags: [("prove", false)])
        rpc.call(call, as: RPCTransactionSearch.self) { answer in then(answer.map(\.txs)) }
    }

    /// Results of blocks whose end blocker raised a matching event.
    func searchBlocks(_ query: String, then: @escaping Answer<[RPCBlockResults]>) {
        let call = RPCCall(
            "block_search",
            [("query", query), ("page", "1"), ("per_page", "5"), ("order_by", "asc")])
        rpc.call(call, as: RPCBlockSearch.self) { [self] answer in
            guard case .success(let found) = answer else { return then(answer.map { _ in [] }) }
            let calls = found.blocks.map {
                RPCCall("block_results", [("height", "\($0.block.header.height.value)")])
            }
            rpc.batch(calls, as: RPCBlockResults.self) { answers in
                var results: [RPCBlockResults] = []
                for answer in answers {
                    switch answer {
                    case .success(let result): results.append(result)
                    // The index outlives the block: what it held cannot be read any more.
                    case .failure(let error) where error.code == .pruned: continue
                    case .failure(let error): return then(.failure(error))
                    }
                }
                then(.success(results))
            }
        }
    }

    // MARK: Private

    private func included(
        _ hash: [UInt8], at height: UInt64, _ result: RPCTxResult
    ) -> TransactionLookup {
        .included(
            IncludedTransaction(
                hash: hash, height: Height(revision: revision, height: height),
                result: result.judgement, gasUsed: UInt64(clamping: result.gas_used.value),
                createdClient: result.createdClient, sentPackets: result.sentPackets))
    }

    private func search(
        _ heights: ClosedRange<UInt64>, for hash: [UInt8],
        _ then: @escaping (TransactionLookup) -> Void
    ) {
        let calls = heights.map { RPCCall("block", [("height", "\($0)")]) }
        rpc.batch(calls, as: RPCBlock.self) { [self] answers in
            for (height, answer) in zip(heights, answers) {
                guard case .success(let block) = answer else { return then(.unknown) }
                for (index, bytes) in (block.block.data.txs ?? []).enumerated()
                where SHA256.hash(bytes.bytes).bytes == hash {
                    return readResult(hash, height, index, then)
                }
            }
            then(.absent(through: heights.upperBound))
        }
    }

    private func readResult(
        _ hash: [UInt8], _ height: UInt64, _ index: Int,
        _ then: @escaping (TransactionLookup) -> Void
    ) {
        let call = RPCCall("block_results", [("height", "\(height)")])
        rpc.call(call, as: RPCBlockResults.self) { [self] answer in
            guard case .success(let results) = answer, let all = results.txs_results,
                all.indices.contains(index)
            else { return then(.unknown) }
            then(included(hash, at: height, all[index]))
        }
    }
}
