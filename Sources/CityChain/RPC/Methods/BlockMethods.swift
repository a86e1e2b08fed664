// SPDX-License-Identifier: Apache-2.0

import LightClient

extension NodeMethods {
    /// Headers in one `blockchain` answer.
    private static let metasLimit: Int64 = 20

    var blockMethods: [String: RPCMethod] {
        let hashParameter = [Parameter("hash", .base64Bytes)]
        let byHeight = NodeMethods.heightParameter
        return [
            "header": RPCMethod(byHeight) { arguments throws(RPCError) in
                let stored = try storedBlock(arguments.integer("height"))
                return ["header": BlockShape.header(stored.block.header)]
            },
            "header_by_hash": RPCMethod(hashParameter) { arguments throws(RPCError) in
                let stored = chain.block(hash: arguments.bytes("hash"))
                return ["header": stored.map { BlockShape.header($0.block.header) } ?? .null]
            },
            "block": RPCMethod(byHeight) { arguments throws(RPCError) in
                NodeMethods.block(try storedBlock(arguments.integer("height")))
            },
            "block_by_hash": RPCMethod(hashParameter) { arguments throws(RPCError) in
                guard let stored = chain.block(hash: arguments.bytes("hash")) else {
                    return ["block_id": BlockShape.blockID(.zero), "block": .null]
                }
                return NodeMethods.block(stored)
            },
            "commit": RPCMethod(byHeight) { arguments throws(RPCError) in
                try commit(arguments.integer("height"))
            },
            "block_results": RPCMethod(byHeight) { arguments throws(RPCError) in
                try results(arguments.integer("height"))
            },
            "blockchain": RPCMethod([
                Parameter("minHeight", .integer), Parameter("maxHeight", .integer),
            ]) { arguments throws(RPCError) in
                try metas(
                    from: arguments.integer("minHeight") ?? 0,
                    to: arguments.integer("maxHeight") ?? 0)
            },
        ]
    }

    static func block(_ stored: StoredBlock) -> JSONValue {
        ["block_id": BlockShape.blockID(stored.id), "block": BlockShape.block(stored.block)]
    }

    private func commit(_ wanted: Int64?) throws(RPCError) -> JSONValue {
        let stored = try storedBlock(wanted)
        guard let (commit, isCanonical) = chain.commit(at: stored.height) else {
            throw .internal("commit at height \(stored.height) not found")
        }
        let fork = chain.shownFork(at: stored.height)
        return [
            "signed_header": [
                "header": BlockShape.header(fork?.header ?? stored.block.header),
                "commit": BlockShape.commit(fork?.commit ?? commit),
            ],
            "canonical": .bool(isCanonical),
        ]
    }

    private func results(_ wanted: Int64?) throws(RPCError) -> JSONValue {
        let height = try height(wanted, latest: chain.latestHeight)
        guard let results = chain.results(at: height) else {
            throw .internal("could not find results for height #\(height)")
        }
        let output = results.output
        return [
            "height": .text(height),
            "txs_results": .listOrNull(output.transactionResults.map(ResultShape.transaction)),
            "finalize_block_events": .listOrNull(output.events.map(ResultShape.event)),
            "validator_updates": .listOrNull(
                results.validatorUpdates.map(ResultShape.validatorUpdate)),
            "consensus_param_updates": ResultShape.parameterUpdates(results.nextParameters),
            "app_hash": .base64(results.appHash.bytes),
        ]
    }

    private func metas(from minimum: Int64, to maximum: Int64) throws(RPCError) -> JSONValue {
        guard minimum >= 0, maximum >= 0 else { throw .internal("heights must be non-negative") }
        let latest = Int64(chain.latestHeight)
        let high = min(latest, maximum == 0 ? latest : maximum)
        let low = max(
            max(Int64(chain.earliestHeight), minimum == 0 ? 1 : minimum),
            high - NodeMethods.metasLimit + 1)
        guard low <= high else {
            throw .internal("min height \(low) can't be greater than max height \(high)")
        }
        let metas = (low...high).reversed().compactMap { chain.block(at: UInt64($0)) }
        return [
            "last_height": .text(latest),
            "block_metas": .array(
                metas.map { stored in
                    [
                        "block_id": BlockShape.blockID(stored.id),
                        "block_size": .text(stored.byteCount),
                        "header": BlockShape.header(stored.block.header),
                        "num_txs": .text(stored.block.transactions.count),
                    ]
                }),
        ]
    }
}
