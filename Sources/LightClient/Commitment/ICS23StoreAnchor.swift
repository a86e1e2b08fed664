// SPDX-License-Identifier: Apache-2.0

/// The root of one store, proven under the root of a whole state. All proofs of one store and
/// height share it: verify it once, then only the leaf tree's step of each packet.
public struct StoreAnchor: Hashable, Sendable {
    public let storeRoot: [UInt8]
    /// The proofs above the leaf tree, leaf to root.
    private let proofs: [CommitmentProof]
    private let specs: [ProofSpec]
    private let root: [UInt8]
    /// The path to the store, root to leaf.
    private let path: [[UInt8]]

    /// Proves that `root` holds `storeRoot` at `path` (root to leaf); `proofs` and `specs` go from
    /// leaf to root, without the leaf tree's own.
    public init(
        proving storeRoot: [UInt8], by proofs: [CommitmentProof], specs: [ProofSpec], root: [UInt8],
        path: [[UInt8]]
    ) throws(ProofError) {
        guard !proofs.isEmpty, proofs.count == specs.count, proofs.count == path.count else {
            throw .lengths(proofs: proofs.count, specs: specs.count, path: path.count)
        }
        guard !root.isEmpty else { throw .emptyRoot }
        var value = Subroot.bytes(storeRoot)
        for (index, proof) in proofs.enumerated() {
            value = try proof.subroot(
                specs[index].rules, key: path[path.count - 1 - index], value: value)
        }
        guard value.equals(root) else { throw .root(calculated: value.bytes, expected: root) }
        self.storeRoot = storeRoot
        self.proofs = proofs
        self.specs = specs
        self.root = root
        self.path = path
    }

    /// Whether this is what a chained proof claims of the store it goes through: the same store
    /// root under the same root and path, by the very same proofs. A chained proof with another
    /// upper part is verified by itself, so that what is accepted here is accepted by everybody.
    func covers(
        _ storeRoot: Subroot, _ chain: [CommitmentProof], specs: [ProofSpec], root: [UInt8],
        path: [[UInt8]]
    ) -> Bool {
        guard storeRoot.equals(self.storeRoot), root == self.root,
            path.dropLast() == self.path[...], chain.count == proofs.count + 1,
            specs.dropFirst() == self.specs[...]
        else { return false }
        for index in proofs.indices where proofs[index] != chain[index + 1] { return false }
        return true
    }
}
