// SPDX-License-Identifier: Apache-2.0

import LightClient

/// The upper tree: RFC 6962 over the store names in ascending order.
///
/// Source: cosmossdk.io/store v1.1.2 internal/maps and internal/proofs.
extension StoreSnapshot {
    func appHash(_ names: [String]) -> Digest { BinaryMerkle.root(leafHashes: leaves(names)) }

    /// Bytes of the `CommitmentProof` that a store has its root. The store must be among the names.
    func storeProof(of store: String, among names: [String]) -> [UInt8] {
        let leaves = leaves(names)
        guard let index = names.firstIndex(of: store), let tree = trees[store] else { return [] }
        var existence = ProtobufWriter()
        existence.bytes(1, Array(store.utf8))
        existence.bytes(2, tree.rootHash.bytes)
        existence.alwaysBytes(3, ICS23Bytes.leaf(prefix: [0]))
        var (position, last) = (index, leaves.count - 1)
        for sibling in BinaryMerkle.aunts(leafHashes: leaves, index: index) {
            // A last node without a neighbour climbs as it is: no step at that level.
            while position & 1 == 0, position == last {
                position >>= 1
                last >>= 1
            }
            let step =
                position & 1 == 1
                ? ICS23Bytes.inner(prefix: [1] + sibling.bytes, suffix: [])
                : ICS23Bytes.inner(prefix: [1], suffix: sibling.bytes)
            existence.alwaysBytes(4, step)
            position >>= 1
            last >>= 1
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
            return BinaryMerkle.leafHash(leaf.bytes + key + [UInt8(Digest.byteCount)] + root.bytes)
        }
    }
}
