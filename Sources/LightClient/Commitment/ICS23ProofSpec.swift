// SPDX-License-Identifier: Apache-2.0

/// Where the children of an inner node stand among its bytes.
public struct InnerSpec: Hashable, Sendable {
    /// Position of each branch, usually 0, 1.
    public var childOrder: [Int32]
    /// Bytes of one child as it stands in the node, its length mark included.
    public var childSize: Int32
    public var minPrefixLength: Int32
    public var maxPrefixLength: Int32
    /// What stands for an absent child in a sparse tree; empty when the tree has none.
    public var emptyChild: [UInt8]
    public var hash: HashOp

    public init(
        childOrder: [Int32], childSize: Int32, minPrefixLength: Int32, maxPrefixLength: Int32,
        emptyChild: [UInt8], hash: HashOp
    ) {
        self.childOrder = childOrder
        self.childSize = childSize
        self.minPrefixLength = minPrefixLength
        self.maxPrefixLength = maxPrefixLength
        self.emptyChild = emptyChild
        self.hash = hash
    }

    /// Branches of one node a specification may name. Real trees have 2, the widest known one 16.
    public static let maxBranches = 256
}

extension InnerSpec: ProtobufMessage {
    public init() {
        self.init(
            childOrder: [], childSize: 0, minPrefixLength: 0, maxPrefixLength: 0, emptyChild: [],
            hash: .noHash)
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1:
            var values: [UInt64] = []
            try reader.varints(
                field, into: &values, limit: InnerSpec.maxBranches - childOrder.count)
            childOrder += values.map { Int32(truncatingIfNeeded: $0) }
        case 2: childSize = try reader.int32(field)
        case 3: minPrefixLength = try reader.int32(field)
        case 4: maxPrefixLength = try reader.int32(field)
        case 5: emptyChild = try reader.bytes(field)
        case 6: hash = HashOp(rawValue: try reader.int32(field))
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.packed(1, childOrder.map { UInt64(bitPattern: Int64($0)) })
        writer.int32(2, childSize)
        writer.int32(3, minPrefixLength)
        writer.int32(4, maxPrefixLength)
        writer.bytes(5, emptyChild)
        writer.int32(6, hash.rawValue)
    }
}

/// What a tree's proofs must look like (cosmos.ics23.v1.ProofSpec).
public struct ProofSpec: Sendable {
    /// Nil only when the bytes lacked it; such a specification proves nothing.
    public var leaf: LeafOp? { didSet { compile() } }
    /// Nil only when the bytes lacked it; such a specification proves nothing.
    public var inner: InnerSpec? { didSet { compile() } }
    /// Longest path; 0 stands for `defaultMaxDepth`, a negative number refuses everything.
    public var maxDepth: Int32 { didSet { compile() } }
    /// Shortest path; ignored unless positive.
    public var minDepth: Int32 { didSet { compile() } }
    /// Whether the order of keys is that of their hashes, as in a sparse tree.
    public var prehashKeyBeforeComparison: Bool { didSet { compile() } }

    /// The same, ready for use: proofs are checked against one reference instead of copies of all
    /// parts.
    private(set) var rules: SpecRules

    public init(
        leaf: LeafOp?, inner: InnerSpec?, maxDepth: Int32 = 0, minDepth: Int32 = 0,
        prehashKeyBeforeComparison: Bool = false
    ) {
        self.leaf = leaf
        self.inner = inner
        self.maxDepth = maxDepth
        self.minDepth = minDepth
        self.prehashKeyBeforeComparison = prehashKeyBeforeComparison
        rules = SpecRules(
            leaf, inner, maxDepth, minDepth, prehashesKeys: prehashKeyBeforeComparison)
    }

    private mutating func compile() {
        rules = SpecRules(
            leaf, inner, maxDepth, minDepth, prehashesKeys: prehashKeyBeforeComparison)
    }

    /// Steps of a path when the specification names no limit: deeper than any tree of 2^100 leaves,
    /// and it bounds the hashes that one proof can ask for.
    public static let defaultMaxDepth = 128
}

extension ProofSpec {
    /// The store of a Cosmos SDK chain.
    public static let iavl = ProofSpec(
        leaf: simpleLeaf,
        inner: InnerSpec(
            childOrder: [0, 1], childSize: 33, minPrefixLength: 4, maxPrefixLength: 12,
            emptyChild: [], hash: .sha256))

    /// CometBFT's simple Merkle tree: the stores of a chain under its app hash.
    public static let tendermint = ProofSpec(
        leaf: simpleLeaf,
        inner: InnerSpec(
            childOrder: [0, 1], childSize: 32, minPrefixLength: 1, maxPrefixLength: 1,
            emptyChild: [], hash: .sha256))

    /// The sparse Merkle tree.
    public static let smt = ProofSpec(
        leaf: LeafOp(
            hash: .sha256, prehashKey: .sha256, prehashValue: .sha256, length: .noPrefix,
            prefix: [0]),
        inner: InnerSpec(
            childOrder: [0, 1], childSize: 32, minPrefixLength: 1, maxPrefixLength: 1,
            emptyChild: [UInt8](repeating: 0, count: 32), hash: .sha256),
        maxDepth: 256, prehashKeyBeforeComparison: true)

    /// A Cosmos SDK chain, leaf tree first: the store's IAVL tree, then the tree of stores.
    public static let cosmosSDK: [ProofSpec] = [.iavl, .tendermint]

    private static let simpleLeaf = LeafOp(
        hash: .sha256, prehashKey: .noHash, prehashValue: .sha256, length: .varProto, prefix: [0])
}

extension ProofSpec: Hashable {
    public static func == (left: ProofSpec, right: ProofSpec) -> Bool {
        left.rules === right.rules
            || left.leaf == right.leaf && left.inner == right.inner
                && left.maxDepth == right.maxDepth && left.minDepth == right.minDepth
                && left.prehashKeyBeforeComparison == right.prehashKeyBeforeComparison
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(leaf)
        hasher.combine(inner)
        hasher.combine(maxDepth)
        hasher.combine(minDepth)
        hasher.combine(prehashKeyBeforeComparison)
    }
}

extension ProofSpec: ProtobufMessage {
    public init() { self.init(leaf: nil, inner: nil) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1:
            var value = leaf ?? LeafOp()
            try reader.merge(field, into: &value)
            leaf = value
        case 2:
            var value = inner ?? InnerSpec()
            try reader.merge(field, into: &value)
            inner = value
        case 3: maxDepth = try reader.int32(field)
        case 4: minDepth = try reader.int32(field)
        case 5: prehashKeyBeforeComparison = try reader.bool(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, leaf)
        writer.message(2, inner)
        writer.int32(3, maxDepth)
        writer.int32(4, minDepth)
        writer.bool(5, prehashKeyBeforeComparison)
    }
}
