// SPDX-License-Identifier: Apache-2.0

/// A chain of proofs from a value to the root of a whole state, leaf tree first
/// (ibc.core.commitment.v1.MerkleProof). Each tree's root is the value of the next.
public struct MerkleProof: Hashable, Sendable {
    public var proofs: [CommitmentProof]

    public init(_ proofs: [CommitmentProof]) { self.proofs = proofs }

    /// Trees that may be stacked. Cosmos chains stack two; the number bounds decoding only.
    public static let maxProofs = 64

    /// Throws unless the state under `root` holds `value` at `path` (root to leaf); `specs` go from leaf
    /// to root.
    public func verifyMembership(
        specs: [ProofSpec], root: [UInt8], path: [[UInt8]], value: [UInt8]
    ) throws(ProofError) {
        var anchor: StoreAnchor?
        try verifyMembership(specs: specs, root: root, path: path, value: value, &anchor)
    }

    /// Throws unless the state under `root` has nothing at `path`.
    public func verifyNonMembership(
        specs: [ProofSpec], root: [UInt8], path: [[UInt8]]
    ) throws(ProofError) {
        var anchor: StoreAnchor?
        try verifyNonMembership(specs: specs, root: root, path: path, &anchor)
    }

    /// The same; `anchor` remembers the part above the leaf tree, which all proofs of one store and
    /// height share, so that it is verified once.
    public func verifyMembership(
        specs: [ProofSpec], root: [UInt8], path: [[UInt8]], value: [UInt8],
        _ anchor: inout StoreAnchor?
    ) throws(ProofError) {
        try checkLengths(specs, root, path)
        guard !value.isEmpty else { throw .emptyValue }
        let subroot = try proofs[0].subroot(
            spec: specs[0], key: path[path.count - 1], value: value)
        try climb(from: subroot, specs, root, path, &anchor)
    }

    /// The same for absence.
    public func verifyNonMembership(
        specs: [ProofSpec], root: [UInt8], path: [[UInt8]], _ anchor: inout StoreAnchor?
    ) throws(ProofError) {
        try checkLengths(specs, root, path)
        guard case .absence(let proof) = proofs[0].content else {
            if case .batch = proofs[0].content { throw .batch }
            throw .notAbsence
        }
        let subroot = try proof.calculateRoot()
        try proof.verify(specs[0], root: subroot, key: path[path.count - 1])
        try climb(from: subroot, specs, root, path, &anchor)
    }

    private func checkLengths(
        _ specs: [ProofSpec], _ root: [UInt8], _ path: [[UInt8]]
    ) throws(ProofError) {
        guard !proofs.isEmpty, proofs.count == specs.count, proofs.count == path.count else {
            throw .lengths(proofs: proofs.count, specs: specs.count, path: path.count)
        }
        guard !root.isEmpty else { throw .emptyRoot }
    }

    private func climb(
        from subroot: [UInt8], _ specs: [ProofSpec], _ root: [UInt8], _ path: [[UInt8]],
        _ anchor: inout StoreAnchor?
    ) throws(ProofError) {
        guard proofs.count > 1 else {
            guard subroot == root else { throw .root(calculated: subroot, expected: root) }
            return
        }
        let claim = StoreAnchor.Claim(
            storeRoot: subroot, proofs: Array(proofs.dropFirst()), specs: Array(specs.dropFirst()),
            root: root, path: Array(path.dropLast()))
        if anchor?.claim == claim { return }
        anchor = try StoreAnchor(verifying: claim)
    }
}

extension MerkleProof: ProtobufMessage {
    public init() { proofs = [] }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        guard field.number == 1 else { return try reader.skip(field) }
        guard proofs.count < MerkleProof.maxProofs else {
            throw .tooLarge("merkle proof", limit: MerkleProof.maxProofs)
        }
        var proof = CommitmentProof()
        try reader.merge(field, into: &proof)
        proofs.append(proof)
    }

    public func write(to writer: inout ProtobufWriter) { writer.messages(1, proofs) }
}
