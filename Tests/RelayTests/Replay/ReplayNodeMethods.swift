// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import Synchronization

extension ReplayNode {
    var methods: [String: RPCMethod] {
        let height = [Parameter("height", .integer)]
        let pages = [Parameter("page", .integer), Parameter("per_page", .integer)]
        let search =
            pages + [
                Parameter("query", .string), Parameter("prove", .bool),
                Parameter("order_by", .string),
            ]
        var methods: [String: RPCMethod] = [
            "status": RPCMethod { [self] _ throws(RPCError) in status },
            "health": RPCMethod { _ throws(RPCError) in [:] },
            "validators": RPCMethod(height + pages) { [self] arguments throws(RPCError) in
                try stored("validators", arguments.integer("height"), latest: tip + 1)
            },
            "block_results": RPCMethod(height) { [self] arguments throws(RPCError) in
                // The latest block is stored, and not executed yet.
                let wanted = arguments.integer("height") ?? tip
                guard wanted != tip else {
                    throw .internal("could not find results for height #\(wanted)")
                }
                return try stored("block_results", wanted, latest: tip)
            },
            "abci_query": RPCMethod([
                Parameter("path", .string), Parameter("data", .hexBytes),
                Parameter("height", .integer), Parameter("prove", .bool),
            ]) { [self] arguments throws(RPCError) in query(arguments) },
            "broadcast_tx_sync": RPCMethod([Parameter("tx", .base64Bytes)]) {
                [self] arguments throws(RPCError) in broadcast(arguments.bytes("tx"))
            },
            "tx": RPCMethod([Parameter("hash", .base64Bytes), Parameter("prove", .bool)]) {
                [self] arguments throws(RPCError) in
                let hash = Hex.encode(arguments.bytes("hash")).uppercased()
                guard let found = tape.transactions[hash], found.height < tip else {
                    throw .internal("tx (\(hash)) not found")
                }
                return found.answer
            },
            "tx_search": RPCMethod(search) { [self] arguments throws(RPCError) in
                let (found, total) = try page(tape.searchable, arguments)
                return ["txs": .array(found), "total_count": .text(total)]
            },
            "block_search": RPCMethod(search) { [self] arguments throws(RPCError) in
                let (found, total) = try page(tape.blocks, arguments)
                return ["blocks": .array(found), "total_count": .text(total)]
            },
        ]
        for method in ["commit", "header", "block"] {
            methods[method] = RPCMethod(height) { [self] arguments throws(RPCError) in
                try stored(method, arguments.integer("height"), latest: tip)
            }
        }
        return methods
    }

    /// As recorded, with the latest block that the test lets be seen.
    private var status: JSONValue {
        let tip = tip
        guard let commit = tape.answer("commit", tip)?["signed_header"]?["commit"],
            let header = tape.answer("header", tip)?["header"],
            let sync = tape.status["sync_info"]
        else { return tape.status }
        let seen =
            sync
            .replacing("latest_block_hash", commit["block_id"]?["hash"] ?? .null)
            .replacing("latest_app_hash", header["app_hash"] ?? .null)
            .replacing("latest_block_height", .text(tip))
            .replacing("latest_block_time", header["time"] ?? .null)
        return tape.status.replacing("sync_info", seen)
    }

    private func stored(
        _ method: String, _ wanted: Int64?, latest: Int64
    ) throws(RPCError) -> JSONValue {
        let height = wanted ?? latest
        guard height > 0 else {
            throw .internal("height must be greater than 0, but got \(height)")
        }
        guard height <= latest else {
            throw .internal(
                "height \(height) must be less than or equal to the current blockchain height "
                    + "\(latest)")
        }
        guard let answer = tape.answer(method, height) else {
            throw .internal("could not find results for height #\(height)")
        }
        return answer
    }

    private func broadcast(_ bytes: [UInt8]) -> JSONValue {
        state.withLock { $0.broadcasts.append(bytes) }
        return [
            "code": .int(0), "data": "", "log": "", "codespace": "",
            "hash": .hex(SHA256.hash(bytes)),
        ]
    }

    private func page(
        _ items: [ReplayTape.Indexed], _ arguments: RPCArguments
    ) throws(RPCError) -> (found: [JSONValue], total: Int) {
        let query: EventQuery
        do throws(EventQuery.SyntaxError) {
            query = try EventQuery(arguments.string("query"))
        } catch {
            throw .internal(error.message)
        }
        let tip = tip
        var found = items.filter { $0.height < tip && query.matches($0.events) }
        if arguments.string("order_by") == "desc" { found.reverse() }
        let size = Int(clamping: arguments.integer("per_page") ?? 30)
        let first = (Int(clamping: arguments.integer("page") ?? 1) - 1) * size
        guard size > 0, first >= 0, first < max(1, found.count) else {
            throw .internal("page should be within [1, \(found.count / max(size, 1) + 1)] range")
        }
        return (found.dropFirst(first).prefix(size).map(\.answer), found.count)
    }
}
