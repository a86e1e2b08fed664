// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A whole tree in memory: for an auditor who reads an export, for simulations and tests. 64 bytes
/// a leaf.
public struct MerkleTree: MerkleNodes, Sendable {
    public private(set) var frontier = MerkleFrontier()
    private var levels: [[Digest]] = []

    public init() {}

    public init(leaves: [[UInt8]]) {
        for leaf in leaves { append(leaf) }
    }

    public var size: UInt64 { frontier.size }
    public var root: Digest { frontier.root }

    public mutating func append(_ leaf: [UInt8]) {
        append(leafHash: BinaryMerkle.leafHash(leaf))
    }

    public mutating func append(leafHash: Digest) {
        for (position, hash) in frontier.append(leafHash: leafHash) {
            if position.level == levels.count { levels.append([]) }
            levels[position.level].append(hash)
        }
    }

    /// Traps on a subtree that is not complete.
    public func node(_ position: MerklePosition) -> Digest {
        levels[position.level][Int(position.index)]
    }

    /// Requires an index below the size.
    public func inclusionProof(index: UInt64) -> InclusionProof {
        InclusionProof(
            index: index, size: size, path: inclusionPath(index: index, size: size))
    }

    /// Requires a size not above the tree's.
    public func consistencyProof(oldSize: UInt64) -> ConsistencyProof {
        ConsistencyProof(
            oldSize: oldSize, newSize: size,
            path: consistencyPath(oldSize: oldSize, newSize: size))
    }
}
