// SPDX-License-Identifier: Apache-2.0

/// The root of one store, proven under the root of a whole state. All proofs of one store and height
/// share it: verify it once, then only the leaf tree's step of each packet.
public struct StoreAnchor: Hashable, Sendable {
    /// What was verified, for comparison with what another proof claims.
    struct Claim: Hashable, Sendable {
        let storeRoot: [UInt8]
        /// The proofs above the leaf tree, leaf to root.
        let proofs: [CommitmentProof]
        let specs: [ProofSpec]
        let root: [UInt8]
        /// The path to the store, root to leaf.
        let path: [[UInt8]]
    }

    let claim: Claim

    public var storeRoot: [UInt8] { claim.storeRoot }

    /// Proves that `root` holds `storeRoot` at `path` (root to leaf); `proofs` and `specs` go from leaf
    /// to root, without the leaf tree's own.
    public init(
        proving storeRoot: [UInt8], by proofs: [CommitmentProof], specs: [ProofSpec], root: [UInt8],
        path: [[UInt8]]
    ) throws(ProofError) {
        guard !proofs.isEmpty, proofs.count == specs.count, proofs.count == path.count else {
            throw .lengths(proofs: proofs.count, specs: specs.count, path: path.count)
        }
        guard !root.isEmpty else { throw .emptyRoot }
        try self.init(
            verifying: Claim(
                storeRoot: storeRoot, proofs: proofs, specs: specs, root: root, path: path))
    }

    /// Requires as many proofs as specifications and path elements.
    init(verifying claim: Claim) throws(ProofError) {
        var value = claim.storeRoot
        for (index, proof) in claim.proofs.enumerated() {
            value = try proof.subroot(
                spec: claim.specs[index], key: claim.path[claim.path.count - 1 - index],
                value: value)
        }
        guard value == claim.root else { throw .root(calculated: value, expected: claim.root) }
        self.claim = claim
    }
}
