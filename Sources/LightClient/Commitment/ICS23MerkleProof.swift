// SPDX-License-Identifier: Apache-2.0

/// A chain of proofs from a value to the root of a whole state, leaf tree first
/// (ibc.core.commitment.v1.MerkleProof). Each tree's root is the value of the next.
public struct MerkleProof: Hashable, Sendable {
    public var proofs: [CommitmentProof]

    public init(_ proofs: [CommitmentProof]) { self.proofs = proofs }

    /// Trees that may be stacked. Cosmos chains stack two; the number bounds decoding only.
    public static let maxProofs = 64

    /// Throws unless the state under `root` holds `value` at `path` (root to leaf); `specs` go from
    /// leaf to root.
    public func verifyMembership(
        specs: [ProofSpec], root: [UInt8], path: [[UInt8]], value: [UInt8]
    ) throws(ProofError) {
        let subroot = try leafRoot(specs, root, path, value)
        try climb(from: subroot, specs, root, path)
    }

    /// Throws unless the state under `root` has nothing at `path`.
    public func verifyNonMembership(
        specs: [ProofSpec], root: [UInt8], path: [[UInt8]]
    ) throws(ProofError) {
        let subroot = try absentLeafRoot(specs, root, path)
        try climb(from: subroot, specs, root, path)
    }

    /// The same; `anchor` remembers the part above the leaf tree, which all proofs of one store and
    /// height share, so that it is verified once.
    public func verifyMembership(
        specs: [ProofSpec], root: [UInt8], path: [[UInt8]], value: [UInt8],
        _ anchor: inout StoreAnchor?
    ) throws(ProofError) {
        let subroot = try leafRoot(specs, root, path, value)
        try climb(from: subroot, specs, root, path, &anchor)
    }

    /// The same for absence.
    public func verifyNonMembership(
        specs: [ProofSpec], root: [UInt8], path: [[UInt8]], _ anchor: inout StoreAnchor?
    ) throws(ProofError) {
        let subroot = try absentLeafRoot(specs, root, path)
        try climb(from: subroot, specs, root, path, &anchor)
    }

    private func leafRoot(
        _ specs: [ProofSpec], _ root: [UInt8], _ path: [[UInt8]], _ value: [UInt8]
    ) throws(ProofError) -> Subroot {
        try checkLengths(specs, root, path)
        guard !value.isEmpty else { throw .emptyValue }
        return try proofs[0].subroot(
            specs[0].rules, key: path[path.count - 1], value: .bytes(value))
    }

    private func absentLeafRoot(
        _ specs: [ProofSpec], _ root: [UInt8], _ path: [[UInt8]]
    ) throws(ProofError) -> Subroot {
        try checkLengths(specs, root, path)
        guard case .absence(let proof) = proofs[0].content else {
            if case .batch = proofs[0].content { throw .batch }
            throw .notAbsence
        }
        return .bytes(try proof.verifiedRoot(specs[0].rules, key: path[path.count - 1]))
    }

    private func checkLengths(
        _ specs: [ProofSpec], _ root: [UInt8], _ path: [[UInt8]]
    ) throws(ProofError) {
        guard !proofs.isEmpty, proofs.count == specs.count, proofs.count == path.count else {
            throw .lengths(proofs: proofs.count, specs: specs.count, path: path.count)
        }
        guard !root.isEmpty else { throw .emptyRoot }
    }

    /// From the leaf tree's root to the whole state's.
    private func climb(
        from subroot: Subroot, _ specs: [ProofSpec], _ root: [UInt8], _ path: [[UInt8]]
    ) throws(ProofError) {
        var value = subroot
        for index in proofs.indices.dropFirst() {
            value = try proofs[index].subroot(
                specs[index].rules, key: path[path.count - 1 - index], value: value)
        }
        guard value.equals(root) else { throw .root(calculated: value.bytes, expected: root) }
    }

    private func climb(
        from subroot: Subroot, _ specs: [ProofSpec], _ root: [UInt8], _ path: [[UInt8]],
        _ anchor: inout StoreAnchor?
    ) throws(ProofError) {
        guard proofs.count > 1 else { return try climb(from: subroot, specs, root, path) }
        if let anchor, anchor.covers(subroot, proofs, specs: specs, root: root, path: path) {
            return
        }
        anchor = try StoreAnchor(
            proving: subroot.bytes, by: Array(proofs.dropFirst()),
            specs: Array(specs.dropFirst()), root: root, path: Array(path.dropLast()))
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
        // Two stacked trees are the rule.
        if proofs.isEmpty { proofs.reserveCapacity(2) }
        var proof = CommitmentProof()
        try reader.merge(field, into: &proof)
        proofs.append(proof)
    }

    public func write(to writer: inout ProtobufWriter) { writer.messages(1, proofs) }
}
