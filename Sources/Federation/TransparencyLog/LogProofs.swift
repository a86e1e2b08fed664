// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why a proof about a log's tree proves nothing.
public enum LogProofError: Error, Hashable, Sendable {
    /// The leaf's index is not below the size.
    case index(UInt64, size: UInt64)
    /// Not as many hashes as a tree of this shape has on the way.
    case pathLength(Int)
    /// The hashes lead to another root.
    case root(calculated: Digest, expected: Digest)
    /// The old tree is no beginning of the new one, or the proof does not show it.
    case inconsistent(oldSize: UInt64, newSize: UInt64)

    /// Stable name of the case, for logs, metrics and answers.
    public var code: String {
        switch self {
        case .index: "log/index"
        case .pathLength: "log/path-length"
        case .root: "log/root"
        case .inconsistent: "log/inconsistent"
        }
    }
}

/// Shows that a leaf stands at its place in a tree. Source: RFC 9162 section 2.1.3.
public struct InclusionProof: Hashable, Sendable {
    public var index: UInt64
    /// Leaves of the tree that the proof is for.
    public var size: UInt64
    /// Siblings from the leaf to the root.
    public var path: [Digest]

    /// Most hashes of a proof: a tree of 2^64 leaves has no longer way.
    public static let maxPath = 64

    public init(index: UInt64, size: UInt64, path: [Digest]) {
        self.index = index
        self.size = size
        self.path = path
    }

    /// Throws unless a leaf of this hash stands at the index of the tree under `root`.
    public func verify(leafHash: Digest, root: Digest) throws(LogProofError) {
        guard index < size else { throw .index(index, size: size) }
        guard
            let calculated = BinaryMerkle.root(
                leafHash: leafHash, index: index, total: size, aunts: path)
        else { throw .pathLength(path.count) }
        guard calculated == root else { throw .root(calculated: calculated, expected: root) }
    }
}

/// Shows that a tree grew by appending alone. Source: RFC 9162 section 2.1.4.
public struct ConsistencyProof: Hashable, Sendable {
    public var oldSize: UInt64
    public var newSize: UInt64
    public var path: [Digest]

    /// Most hashes of a proof, as C2SP's witnesses allow.
    public static let maxPath = 63

    public init(oldSize: UInt64, newSize: UInt64, path: [Digest]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.path = path
    }

    /// Throws unless the old tree is a beginning of the new one. The tree without leaves is a
    /// beginning of every tree: it needs no proof, and takes none.
    public func verify(oldRoot: Digest, newRoot: Digest) throws(LogProofError) {
        if oldSize == 0, oldSize < newSize {
            guard path.isEmpty, oldRoot == SHA256.empty else {
                throw .inconsistent(oldSize: oldSize, newSize: newSize)
            }
            return
        }
        guard
            BinaryMerkle.isConsistent(
                oldSize: oldSize, oldRoot: oldRoot.bytes, newSize: newSize, newRoot: newRoot.bytes,
                proof: path)
        else { throw .inconsistent(oldSize: oldSize, newSize: newSize) }
    }
}
