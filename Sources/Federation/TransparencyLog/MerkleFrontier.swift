// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The right edge of an append-only tree: the roots of its complete subtrees, one for every bit of
/// its size. All that appending takes; a log of any size is some hundred bytes here.
public struct MerkleFrontier: Hashable, Sendable {
    /// Leaves so far.
    public private(set) var size: UInt64
    /// Largest subtree first.
    public private(set) var peaks: [Digest]

    /// The tree without leaves.
    public init() {
        size = 0
        peaks = []
    }

    /// A tree that was appended to elsewhere. Nil unless there are as many peaks as the size has
    /// bits. Whether they are right shows when `root` is compared with a known one.
    public init?(size: UInt64, peaks: [Digest]) {
        guard peaks.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.peaks = peaks
    }

    /// Where the peaks stand, in their order.
    public var positions: [MerklePosition] {
        var start: UInt64 = 0
        var positions: [MerklePosition] = []
        for level in (0..<64).reversed() where size >> UInt64(level) & 1 == 1 {
            positions.append(MerklePosition(level: level, index: start >> UInt64(level)))
            start += 1 << UInt64(level)
        }
        return positions
    }

    /// Appends a leaf and gives the subtrees that it completes, itself first: one or two of them on
    /// average, never more than 64. Requires fewer than 2^64 - 1 leaves.
    @discardableResult
    public mutating func append(
        leafHash: Digest
    ) -> [(position: MerklePosition, hash: Digest)] {
        var carry = leafHash
        var level = 0
        var completed = [(MerklePosition(level: 0, index: size), leafHash)]
        while size >> UInt64(level) & 1 == 1 {
            carry = BinaryMerkle.innerHash(peaks.removeLast(), carry)
            level += 1
            completed.append((MerklePosition(level: level, index: size >> UInt64(level)), carry))
        }
        peaks.append(carry)
        size += 1
        return completed
    }

    /// The tree's root; H("") without leaves.
    public var root: Digest { peaks.isEmpty ? SHA256.empty : MerkleFrontier.fold(peaks) }

    /// Requires one peak at least.
    static func fold(_ peaks: [Digest]) -> Digest {
        var root = peaks[peaks.count - 1]
        for peak in peaks.dropLast().reversed() { root = BinaryMerkle.innerHash(peak, root) }
        return root
    }
}
