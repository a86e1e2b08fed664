// SPDX-License-Identifier: Apache-2.0

import LightClient

/// What a node says about itself.
package struct NodeIdentity: Hashable, Sendable {
    /// 20 bytes of lower-case hex, as CometBFT derives it from a node key.
    package var nodeID: String
    package var moniker: String
    package var rpcAddress: String
    /// The validator that this node is said to run.
    package var validatorAddress: [UInt8]

    package init(
        nodeID: String, moniker: String, rpcAddress: String, validatorAddress: [UInt8]
    ) {
        self.nodeID = nodeID
        self.moniker = moniker
        self.rpcAddress = rpcAddress
        self.validatorAddress = validatorAddress
    }

    /// The CometBFT release whose answers these are.
    package static let version = "0.38.26"
}

/// CometBFT's RPC methods, answered from a chain.
package struct NodeMethods {
    let chain: Chain
    let identity: NodeIdentity
    let genesis: JSONValue

    package init(_ chain: Chain, identity: NodeIdentity, genesis: JSONValue) {
        self.chain = chain
        self.identity = identity
        self.genesis = genesis
    }

    package var all: [String: RPCMethod] {
        var methods = stateMethods
        methods.merge(blockMethods) { first, _ in first }
        methods.merge(transactionMethods) { first, _ in first }
        methods.merge(searchMethods) { first, _ in first }
        methods.merge(consensusMethods) { first, _ in first }
        for name in ["subscribe", "unsubscribe"] {
            methods[name] = RPCMethod([Parameter("query", .string)], needsWebSocket: true) {
                _ throws(RPCError) in throw .methodNotFound
            }
        }
        methods["unsubscribe_all"] = RPCMethod(needsWebSocket: true) { _ throws(RPCError) in
            throw .methodNotFound
        }
        return methods
    }

    /// The height a call asks for, checked in CometBFT's order; none is the latest.
    func height(_ wanted: Int64?, latest: UInt64) throws(RPCError) -> UInt64 {
        guard let wanted else { return latest }
        guard wanted > 0, let height = UInt64(exactly: wanted) else {
            throw .internal("height must be greater than 0, but got \(wanted)")
        }
        guard height <= latest else {
            throw .internal(
                "height \(height) must be less than or equal to the current blockchain height "
                    + "\(latest)")
        }
        guard height >= chain.earliestHeight else {
            throw .internal(
                "height \(height) is not available, lowest height is \(chain.earliestHeight)")
        }
        return height
    }

    func storedBlock(_ wanted: Int64?) throws(RPCError) -> StoredBlock {
        let height = try height(wanted, latest: chain.latestHeight)
        guard let stored = chain.block(at: height) else {
            throw .internal("block at height \(height) not found")
        }
        return stored
    }

    static let heightParameter = [Parameter("height", .integer)]
    static let pageParameters = [Parameter("page", .integer), Parameter("per_page", .integer)]
}

/// CometBFT's paging: 30 to a page, at most 100, pages from 1.
enum Paging {
    static let defaultSize: Int64 = 30
    static let maximumSize: Int64 = 100

    /// The range of a list of `total` items that a page holds.
    static func range(
        page: Int64?, perPage: Int64?, total: Int
    ) throws(RPCError) -> Range<Int> {
        var size = perPage ?? defaultSize
        if size < 1 { size = defaultSize }
        size = min(size, maximumSize)
        let pages = max(1, (Int64(total) - 1) / size + 1)
        let wanted = page ?? 1
        guard (1...pages).contains(wanted) else {
            throw .internal("page should be within [1, \(pages)] range, given \(wanted)")
        }
        let start = Int((wanted - 1) * size)
        return start..<min(total, start + Int(size))
    }
}
