// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// RFC 9162's tree: every proof of every small tree, against the plain definition.
@Suite struct MerkleTreeTests {
    private static let leaves = (0..<70).map { Array("leaf \($0)".utf8) }

    @Test func `the frontier has the root of the definition at every size`() {
        var frontier = MerkleFrontier()
        #expect(frontier.root == SHA256.empty)
        for (index, leaf) in Self.leaves.enumerated() {
            frontier.append(leafHash: BinaryMerkle.leafHash(leaf))
            #expect(frontier.root == BinaryMerkle.root(Array(Self.leaves[...index])))
            #expect(frontier.peaks.count == frontier.size.nonzeroBitCount)
            #expect(MerkleFrontier(size: frontier.size, peaks: frontier.peaks) == frontier)
        }
        #expect(MerkleFrontier(size: 3, peaks: frontier.peaks) == nil)
    }

    @Test func `every leaf of every tree is proven, and at no other place`() throws {
        let tree = MerkleTree(leaves: Self.leaves)
        for size in 1...Self.leaves.count {
            let root = tree.root(size: UInt64(size))
            for index in 0..<size {
                let path = tree.inclusionPath(index: UInt64(index), size: UInt64(size))
                let proof = InclusionProof(index: UInt64(index), size: UInt64(size), path: path)
                let hash = BinaryMerkle.leafHash(Self.leaves[index])
                try proof.verify(leafHash: hash, root: root)
                #expect(throws: LogProofError.self) {
                    try proof.verify(
                        leafHash: BinaryMerkle.leafHash(Self.leaves[(index + 1) % 70]), root: root)
                }
                var elsewhere = proof
                elsewhere.index = UInt64(size)
                #expect(throws: LogProofError.index(UInt64(size), size: UInt64(size))) {
                    try elsewhere.verify(leafHash: hash, root: root)
                }
            }
        }
    }

    @Test func `every beginning of every tree is proven, and no other tree is`() throws {
        let tree = MerkleTree(leaves: Self.leaves)
        let other = MerkleTree(leaves: Self.leaves.map { $0 + [0] })
        for new in 0...40 {
            for old in 0...new {
                let (oldSize, newSize) = (UInt64(old), UInt64(new))
                let proof = ConsistencyProof(
                    oldSize: oldSize, newSize: newSize,
                    path: tree.consistencyPath(oldSize: oldSize, newSize: newSize))
                let (oldRoot, newRoot) = (tree.root(size: oldSize), tree.root(size: newSize))
                try proof.verify(oldRoot: oldRoot, newRoot: newRoot)
                guard old > 0 else { continue }
                #expect(throws: LogProofError.self) {
                    try proof.verify(oldRoot: other.root(size: oldSize), newRoot: newRoot)
                }
                #expect(throws: LogProofError.self) {
                    try proof.verify(oldRoot: oldRoot, newRoot: other.root(size: newSize))
                }
            }
        }
    }

    @Test func `the nodes that appending completes are the tree's`() {
        var frontier = MerkleFrontier()
        let tree = MerkleTree(leaves: Self.leaves)
        for leaf in Self.leaves {
            for (position, hash) in frontier.append(leafHash: BinaryMerkle.leafHash(leaf)) {
                #expect(tree.node(position) == hash)
            }
            for (position, peak) in zip(frontier.positions, frontier.peaks) {
                #expect(tree.node(position) == peak)
            }
        }
    }
}
