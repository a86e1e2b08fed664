// SPDX-License-Identifier: Apache-2.0

/// An inclusion proof as CometBFT writes it (`tendermint.crypto.Proof`): decoded, not yet verified.
public struct BinaryMerkleProof: Hashable, Sendable {
    public var total: Int64
    public var index: Int64
    public var leafHash: [UInt8]
    /// Siblings from the leaf to the root.
    public var aunts: [[UInt8]]

    /// Most siblings of one proof, as CometBFT: more than any tree of 2^63 leaves has.
    public static let maxAunts = 100

    public init(total: Int64, index: Int64, leafHash: [UInt8], aunts: [[UInt8]]) {
        self.total = total
        self.index = index
        self.leafHash = leafHash
        self.aunts = aunts
    }

    /// The proof for the leaf at `index`. Requires an index below the count.
    public init(leaves: [[UInt8]], index: Int) {
        let hashes = leaves.map(BinaryMerkle.leafHash)
        self.init(
            total: Int64(leaves.count), index: Int64(index), leafHash: hashes[index].bytes,
            aunts: BinaryMerkle.aunts(leafHashes: hashes, index: index).map(\.bytes))
    }

    /// Whether `leaf` stands at the proof's index in the tree under `root`.
    public func proves(_ leaf: [UInt8], under root: [UInt8]) -> Bool {
        guard let total = UInt64(exactly: total), let index = UInt64(exactly: index),
            aunts.count <= BinaryMerkleProof.maxAunts
        else { return false }
        let hash = BinaryMerkle.leafHash(leaf)
        guard hash.bytes == leafHash else { return false }
        var siblings: [Digest] = []
        for aunt in aunts {
            guard let digest = Digest(aunt) else { return false }
            siblings.append(digest)
        }
        let computed = BinaryMerkle.root(
            leafHash: hash, index: index, total: total, aunts: siblings)
        return computed?.bytes == root
    }
}

extension BinaryMerkleProof: ProtobufMessage {
    public init() { self.init(total: 0, index: 0, leafHash: [], aunts: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: total = try reader.int64(field)
        case 2: index = try reader.int64(field)
        case 3: leafHash = try reader.bytes(field)
        case 4:
            // One more than allowed is kept, so that the proof fails and not its decoding.
            let aunt = try reader.bytes(field)
            if aunts.count <= BinaryMerkleProof.maxAunts { aunts.append(aunt) }
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.int64(1, total)
        writer.int64(2, index)
        writer.bytes(3, leafHash)
        for aunt in aunts { writer.alwaysBytes(4, aunt) }
    }
}
