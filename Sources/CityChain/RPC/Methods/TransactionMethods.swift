// SPDX-License-Identifier: Apache-2.0

import LightClient

extension NodeMethods {
    var transactionMethods: [String: RPCMethod] {
        let transactionParameter = [Parameter("tx", .base64Bytes)]
        return [
            "broadcast_tx_sync": RPCMethod(transactionParameter) { arguments throws(RPCError) in
                let (hash, result) = try submit(arguments.bytes("tx"))
                return NodeMethods.broadcast(hash, result)
            },
            "broadcast_tx_async": RPCMethod(transactionParameter) { arguments throws(RPCError) in
                let (hash, _) = try submit(arguments.bytes("tx"))
                return NodeMethods.broadcast(hash, CheckResult())
            },
            "num_unconfirmed_txs": RPCMethod { _ throws(RPCError) in
                pending(transactions: .null, count: chain.mempool.entries.count)
            },
            "unconfirmed_txs": RPCMethod([Parameter("limit", .integer)]) {
                arguments throws(RPCError) in
                let range = try Paging.range(
                    page: 1, perPage: arguments.integer("limit"),
                    total: chain.mempool.entries.count)
                let shown = chain.mempool.entries[range].map { JSONValue.base64($0.bytes) }
                return pending(transactions: .array(shown), count: shown.count)
            },
            "tx": RPCMethod([Parameter("hash", .base64Bytes), Parameter("prove", .bool)]) {
                arguments throws(RPCError) in
                let hash = arguments.bytes("hash")
                guard let digest = Digest(hash), let record = chain.transaction(hash: digest) else {
                    let text = Hex.encode(hash).uppercased()
                    throw .internal("tx (\(text)) not found")
                }
                return transaction(record, prove: arguments.bool("prove"))
            },
        ]
    }

    private func submit(
        _ bytes: [UInt8]
    ) throws(RPCError) -> (hash: Digest, result: CheckResult) {
        do throws(MempoolError) {
            return try chain.submit(bytes)
        } catch {
            throw .internal(error.description)
        }
    }

    private static func broadcast(_ hash: Digest, _ result: CheckResult) -> JSONValue {
        [
            "code": .int(result.code), "data": .string(Hex.encode(result.data).uppercased()),
            "log": .string(result.log), "codespace": .string(result.codespace),
            "hash": .hex(hash),
        ]
    }

    private func pending(transactions: JSONValue, count: Int) -> JSONValue {
        [
            "n_txs": .text(count), "total": .text(chain.mempool.entries.count),
            "total_bytes": .text(chain.mempool.byteCount), "txs": transactions,
        ]
    }

    func transaction(_ record: TransactionRecord, prove: Bool) -> JSONValue {
        .compact([
            ("hash", .hex(record.hash)), ("height", .text(record.height)),
            ("index", .int(record.index)),
            ("tx_result", ResultShape.transaction(record.result)),
            ("tx", .base64(record.bytes)),
            ("proof", prove ? inclusion(record) : nil),
        ])
    }

    /// The way from a transaction to its block's data_hash; nil when the block is pruned.
    private func inclusion(_ record: TransactionRecord) -> JSONValue? {
        guard let stored = chain.block(at: record.height) else { return nil }
        let leaves = stored.block.transactions.map {
            BinaryMerkle.leafHash(SHA256.hash($0).bytes)
        }
        let aunts = BinaryMerkle.aunts(leafHashes: leaves, index: record.index)
        return [
            "root_hash": .hex(BinaryMerkle.root(leafHashes: leaves)),
            "data": .base64(record.bytes),
            "proof": [
                "total": .text(leaves.count), "index": .text(record.index),
                "leaf_hash": .base64(leaves[record.index].bytes),
                "aunts": .array(aunts.map { .base64($0.bytes) }),
            ],
        ]
    }
}
