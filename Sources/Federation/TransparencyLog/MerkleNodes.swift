// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A complete subtree of a log's tree: the `index`th one of 2^`level` leaves, counted from the
/// first leaf. Level 0 are the leaves.
public struct MerklePosition: Hashable, Sendable {
    public let level: Int
    public let index: UInt64

    public init(level: Int, index: UInt64) {
        self.level = level
        self.index = index
    }
}

/// Where the roots of complete subtrees are kept: in memory, or in a store. From them every proof
/// of RFC 9162 follows, at the price of a few dozen look-ups.
public protocol MerkleNodes {
    associatedtype Failure: Error

    /// The root of a complete subtree. Requires that all its leaves are in the log.
    func node(_ position: MerklePosition) throws(Failure) -> Digest
}

extension MerkleNodes {
    /// The root of the first `size` leaves; H("") of none.
    public func root(size: UInt64) throws(Failure) -> Digest {
        size == 0 ? SHA256.empty : try range(0, size)
    }

    /// The siblings from the leaf at `index` up to the root of the first `size` leaves. Requires
    /// `index` < `size`. Source: RFC 9162 section 2.1.3.1.
    public func inclusionPath(index: UInt64, size: UInt64) throws(Failure) -> [Digest] {
        precondition(index < size)
        var low: UInt64 = 0
        var high = size
        var path: [Digest] = []
        while high - low > 1 {
            let middle = low + Self.split(high - low)
            if index < middle {
                path.append(try range(middle, high))
                high = middle
            } else {
                path.append(try range(low, middle))
                low = middle
            }
        }
        return path.reversed()
    }

    /// What shows that the first `oldSize` leaves are a beginning of the first `newSize`. Empty for
    /// equal sizes and for an old tree without leaves. Requires `oldSize` <= `newSize`.
    /// Source: RFC 9162 section 2.1.4.1.
    public func consistencyPath(
        oldSize: UInt64, newSize: UInt64
    ) throws(Failure) -> [Digest] {
        precondition(oldSize <= newSize)
        guard oldSize > 0, oldSize < newSize else { return [] }
        var low: UInt64 = 0
        var high = newSize
        var path: [Digest] = []
        while high != oldSize {
            let middle = low + Self.split(high - low)
            if oldSize <= middle {
                path.append(try range(middle, high))
                high = middle
            } else {
                path.append(try range(low, middle))
                low = middle
            }
        }
        // A subtree that begins with the first leaf is the old tree itself, which the verifier has.
        if low > 0 { path.append(try range(low, high)) }
        return path.reversed()
    }

    /// The largest power of two below `count`. Requires a count of two at least.
    private static func split(_ count: UInt64) -> UInt64 {
        1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }

    /// The root of the leaves low ..< high, a part that the splits of a tree lead to: its complete
    /// subtrees, largest first, folded from the right.
    private func range(_ low: UInt64, _ high: UInt64) throws(Failure) -> Digest {
        var start = low
        var peaks: [Digest] = []
        while start < high {
            let level = 63 - (high - start).leadingZeroBitCount
            peaks.append(try node(MerklePosition(level: level, index: start >> UInt64(level))))
            start += 1 << UInt64(level)
        }
        return MerkleFrontier.fold(peaks)
    }
}
