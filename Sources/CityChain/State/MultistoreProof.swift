// SPDX-License-Identifier: Apache-2.0

import LightClient

/// The upper tree: RFC 6962 over the store names in ascending order.
///
/// Source: cosmossdk.io/store v1.1.2 internal/maps and internal/proofs.
extension StoreSnapshot {
    func appHash(_ names: [String]) -> Digest { MerkleShape.root(leaves(names)) }

    /// Bytes of the `CommitmentProof` that a store has its root. The store must be among the names.
    func storeProof(of store: String, among names: [String]) -> [UInt8] {
        let leaves = leaves(names)
        guard let index = names.firstIndex(of: store), let tree = trees[store] else { return [] }
        var existence = ProtobufWriter()
        existence.bytes(1, Array(store.utf8))
        existence.bytes(2, tree.rootHash.bytes)
        existence.alwaysBytes(3, ICS23Bytes.leaf(prefix: [0]))
        for sibling in MerkleShape.siblings(of: index, in: leaves[...]) {
            let step =
                sibling.isOnLeft
                ? ICS23Bytes.inner(prefix: [1] + sibling.hash.bytes, suffix: [])
                : ICS23Bytes.inner(prefix: [1], suffix: sibling.hash.bytes)
            existence.alwaysBytes(4, step)
        }
        var proof = ProtobufWriter()
        proof.alwaysBytes(1, existence.bytes)
        return proof.bytes
    }

    private func leaves(_ names: [String]) -> [Digest] {
        names.map { name in
            let key = Array(name.utf8)
            var leaf = ProtobufWriter()
            leaf.varint(UInt64(key.count))
            let root = SHA256.hash((trees[name]?.rootHash ?? SHA256.empty).bytes)
            return SHA256.hash([0] + leaf.bytes + key + [UInt8(Digest.byteCount)] + root.bytes)
        }
    }
}

/// A binary tree over leaf hashes, split at the largest power of two below their number.
enum MerkleShape {
    static func root(_ leaves: [Digest]) -> Digest { root(leaves[...]) }

    static func root(_ leaves: ArraySlice<Digest>) -> Digest {
        guard let first = leaves.first else { return SHA256.empty }
        if leaves.count == 1 { return first }
        let middle = leaves.startIndex + split(leaves.count)
        return SHA256.hash([1] + root(leaves[..<middle]).bytes + root(leaves[middle...]).bytes)
    }

    /// From the leaf towards the root.
    static func siblings(
        of index: Int, in leaves: ArraySlice<Digest>
    ) -> [(hash: Digest, isOnLeft: Bool)] {
        guard leaves.count > 1 else { return [] }
        let middle = leaves.startIndex + split(leaves.count)
        if index < middle {
            return siblings(of: index, in: leaves[..<middle]) + [(root(leaves[middle...]), false)]
        }
        return siblings(of: index, in: leaves[middle...]) + [(root(leaves[..<middle]), true)]
    }

    private static func split(_ count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
