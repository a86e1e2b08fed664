// SPDX-License-Identifier: Apache-2.0

import LightClient

/// ICS-23 proofs of a store `records` as a chain of any size would give them: the way from a leaf
/// to the root, with siblings that stand for the rest of the tree.
public struct RecordProofSample: Sendable {
    /// Steps of the store's tree: 27 for fifty million records.
    public var depth: Int
    /// Steps of the tree of stores: 4 for a chain of sixteen.
    public var storeDepth: Int
    private var generator: Generator

    public init(depth: Int, storeDepth: Int = 4, seed: UInt64) {
        self.depth = depth
        self.storeDepth = storeDepth
        generator = Generator(seed: seed)
    }

    /// A proof with the app hash that it leads to.
    public struct Proven: Sendable {
        public let proof: [UInt8]
        public let appHash: [UInt8]
    }

    public mutating func presence(key: [UInt8], value: [UInt8]) -> Proven {
        let path = (1...depth).map { level in step(level, left: generator.oneIn(2)) }
        return chained(.existence(existence(key, value, path)))
    }

    /// The key's neighbours are leaves of one node; everything above is common.
    public mutating func absence(key: [UInt8], value: [UInt8]) -> Proven {
        let (before, after) = (neighbour(key, up: false), neighbour(key, up: true))
        let above = (2...depth).map { level in step(level, left: generator.oneIn(2)) }
        let left = existence(before, value, [])
        let right = existence(after, value, [])
        let head = head(1)
        let leftStep = InnerOp(
            hash: .sha256, prefix: head + [0x20], suffix: [0x20] + root(right))
        let rightStep = InnerOp(
            hash: .sha256, prefix: head + [0x20] + root(left) + [0x20], suffix: [])
        let proof = NonExistenceProof(
            key: key, left: existence(before, value, [leftStep] + above),
            right: existence(after, value, [rightStep] + above))
        return chained(.absence(proof))
    }

    /// A key of the same form right below or above.
    private func neighbour(_ key: [UInt8], up: Bool) -> [UInt8] {
        var other = key
        other[key.count - 1] = up ? key[key.count - 1] &+ 1 : key[key.count - 1] &- 1
        // Requires that the last byte is neither the least nor the greatest.
        return other
    }

    private func existence(
        _ key: [UInt8], _ value: [UInt8], _ path: [InnerOp]
    ) -> ExistenceProof {
        let leaf = LeafOp(
            hash: .sha256, prehashKey: .noHash, prehashValue: .sha256, length: .varProto,
            prefix: [0x00, 0x02] + zigzag(Self.version))
        return ExistenceProof(key: key, value: value, leaf: leaf, path: path)
    }

    private func root(_ proof: ExistenceProof) -> [UInt8] { (try? proof.calculateRoot()) ?? [] }

    /// Version of the tree: some weeks of blocks.
    private static let version: Int64 = 1_200_000

    private mutating func step(_ level: Int, left: Bool) -> InnerOp {
        let sibling = generator.bytes(32)
        return left
            ? InnerOp(hash: .sha256, prefix: head(level) + [0x20], suffix: [0x20] + sibling)
            : InnerOp(
                hash: .sha256, prefix: head(level) + [0x20] + sibling + [0x20], suffix: [])
    }

    /// Height, size and version of a node.
    private func head(_ level: Int) -> [UInt8] {
        zigzag(Int64(level)) + zigzag(1 << Int64(min(level, 40))) + zigzag(Self.version)
    }

    private func zigzag(_ number: Int64) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.varint(UInt64(bitPattern: number << 1 ^ number >> 63))
        return writer.bytes
    }

    private mutating func chained(_ content: CommitmentProof.Content) -> Proven {
        let proof = CommitmentProof(content)
        let store = (try? proof.calculateRoot()) ?? []
        let leaf = LeafOp(
            hash: .sha256, prehashKey: .noHash, prehashValue: .sha256, length: .varProto,
            prefix: [0])
        let path = (0..<storeDepth).map { _ in
            generator.oneIn(2)
                ? InnerOp(hash: .sha256, prefix: [1], suffix: generator.bytes(32))
                : InnerOp(hash: .sha256, prefix: [1] + generator.bytes(32), suffix: [])
        }
        let upper = ExistenceProof(
            key: Array("records".utf8), value: store, leaf: leaf, path: path)
        return Proven(
            proof: MerkleProof([proof, CommitmentProof(.existence(upper))]).encoded,
            appHash: root(upper))
    }
}
