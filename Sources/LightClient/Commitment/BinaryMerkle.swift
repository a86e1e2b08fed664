// SPDX-License-Identifier: Apache-2.0

/// The SHA-256 Merkle tree of RFC 6962 and RFC 9162: leaf H(00 ‖ x), inner H(01 ‖ left ‖ right),
/// split at the largest power of two below the count, empty tree H(""). CometBFT hashes all its
/// lists so.
public enum BinaryMerkle {
    /// The hash of one leaf.
    public static func leafHash(_ leaf: [UInt8]) -> Digest {
        var stream = SHA256.Stream()
        stream.update(0x00)
        stream.update(leaf)
        return stream.finish()
    }

    /// The hash of an inner node.
    public static func innerHash(_ left: Digest, _ right: Digest) -> Digest {
        SHA256.hash(0x01, left, right)
    }

    /// The root over the leaves in the given order.
    public static func root(_ leaves: [[UInt8]]) -> Digest {
        root(leafHashes: leaves.map(leafHash))
    }

    /// The root over leaves that are hashed already.
    public static func root(leafHashes: [Digest]) -> Digest {
        guard !leafHashes.isEmpty else { return SHA256.empty }
        // Pairing neighbours level by level and carrying an odd last node up gives the same tree as
        // splitting at powers of two from above.
        var level = leafHashes
        while level.count > 1 {
            var next: [Digest] = []
            next.reserveCapacity((level.count + 1) / 2)
            var index = 0
            while index + 1 < level.count {
                next.append(innerHash(level[index], level[index + 1]))
                index += 2
            }
            if index < level.count { next.append(level[index]) }
            level = next
        }
        return level[0]
    }

    /// The siblings on the way from the leaf at `index` to the root, lowest first. Requires an
    /// index below the count.
    public static func aunts(leafHashes: [Digest], index: Int) -> [Digest] {
        precondition(leafHashes.indices.contains(index))
        var aunts: [Digest] = []
        var level = leafHashes
        var position = index
        while level.count > 1 {
            let sibling = position ^ 1
            if sibling < level.count { aunts.append(level[sibling]) }
            var next: [Digest] = []
            var pair = 0
            while pair < level.count {
                next.append(
                    pair + 1 < level.count ? innerHash(level[pair], level[pair + 1]) : level[pair])
                pair += 2
            }
            level = next
            position /= 2
        }
        return aunts
    }

    /// The root that a leaf at `index` of `total` leaves gives with these siblings; nil when the
    /// index is not below the total or the siblings are not exactly as many as the shape asks for.
    public static func root(
        leafHash: Digest, index: UInt64, total: UInt64, aunts: [Digest]
    ) -> Digest? {
        guard index < total else { return nil }
        var hash = leafHash
        var position = index
        var last = total - 1
        var used = 0
        while last > 0 {
            if position & 1 == 1 || position < last {
                guard used < aunts.count else { return nil }
                let aunt = aunts[used]
                used += 1
                hash = position & 1 == 1 ? innerHash(aunt, hash) : innerHash(hash, aunt)
            }
            position >>= 1
            last >>= 1
        }
        return used == aunts.count ? hash : nil
    }

    /// Whether the tree of `newSize` leaves under `newRoot` begins with the tree of `oldSize`
    /// leaves under `oldRoot`. Nothing is proven of an empty old tree: that is refused. Trees of
    /// one size are compared by their roots as given; a root that must be computed has 32 bytes.
    /// Source: RFC 9162 section 2.1.4.2.
    public static func isConsistent(
        oldSize: UInt64, oldRoot: [UInt8], newSize: UInt64, newRoot: [UInt8], proof: [Digest]
    ) -> Bool {
        guard oldSize <= newSize else { return false }
        if oldSize == newSize { return proof.isEmpty && oldRoot == newRoot }
        guard oldSize > 0, !proof.isEmpty, let oldRoot = Digest(oldRoot),
            let newRoot = Digest(newRoot)
        else { return false }
        let isPowerOfTwo = oldSize & (oldSize - 1) == 0
        var path = isPowerOfTwo ? proof[...] : proof.dropFirst()
        var old = isPowerOfTwo ? oldRoot : proof[0]
        var new = old
        var position = oldSize - 1
        var last = newSize - 1
        while position & 1 == 1 {
            position >>= 1
            last >>= 1
        }
        while let node = path.popFirst() {
            guard last > 0 else { return false }
            if position & 1 == 1 || position == last {
                old = innerHash(node, old)
                new = innerHash(node, new)
                while position & 1 == 0 && position != 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                new = innerHash(new, node)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 && old == oldRoot && new == newRoot
    }
}
