// SPDX-License-Identifier: Apache-2.0

// Computing roots: the leaf's hash, folded through the steps.

/// The functions that a custom specification may name, over whole arrays.
enum CommitmentHash {
    /// Throws `unsupportedHash` for "no hash", for functions that the reference does not compute either
    /// (Keccak-256, BLAKE3) and for unknown numbers.
    static func hash(_ function: HashOp, _ bytes: [UInt8]) throws(ProofError) -> [UInt8] {
        switch function {
        case .sha256: return SHA256.hash(bytes).bytes
        default: throw .unsupportedHash(function)
        }
    }

    static func hashOrKeep(_ function: HashOp, _ bytes: [UInt8]) throws(ProofError) -> [UInt8] {
        function == .noHash ? bytes : try hash(function, bytes)
    }
}

extension ExistenceProof {
    /// The root that key, value, leaf and steps lead to, whatever specification they keep.
    public func calculateRoot() throws(ProofError) -> [UInt8] {
        try calculateRoot(childSizeLimit: nil)
    }

    /// The same; every result above the leaf must fit a child of the specification, unless its children
    /// are shorter than 32 bytes.
    func calculateRoot(under inner: InnerSpec) throws(ProofError) -> [UInt8] {
        try calculateRoot(childSizeLimit: inner.childSize >= 32 ? Int(inner.childSize) : nil)
    }

    private func calculateRoot(childSizeLimit: Int?) throws(ProofError) -> [UInt8] {
        guard let leafPart else { throw .missingLeaf }
        guard !keyRange.isEmpty else { throw .emptyKey }
        guard !valueRange.isEmpty else { throw .emptyValue }
        if leafPart.isSHA256, steps.allSatisfy({ $0.hash == .sha256 }) {
            if let childSizeLimit, childSizeLimit < Digest.byteCount, !steps.isEmpty {
                throw .inner(
                    step: 1,
                    .resultTooLong(got: Digest.byteCount, childSize: childSizeLimit))
            }
            return sha256Root(leafPart).bytes
        }
        var node = try leafHash(leafPart)
        for (index, step) in steps.enumerated() {
            node = try CommitmentHash.hash(
                step.hash, Array(buffer[step.prefix]) + node + Array(buffer[step.suffix]))
            if let childSizeLimit, node.count > childSizeLimit {
                throw .inner(
                    step: index + 1,
                    .resultTooLong(got: node.count, childSize: childSizeLimit))
            }
        }
        return node
    }

    private func leafHash(_ leaf: Leaf) throws(ProofError) -> [UInt8] {
        var preimage = Array(buffer[leaf.prefix])
        let parts = [(leaf.prehashKey, keyRange), (leaf.prehashValue, valueRange)]
        for (function, range) in parts {
            let data = try CommitmentHash.hashOrKeep(function, Array(buffer[range]))
            try leaf.length.append(markOf: data.count, to: &preimage)
            preimage += data
        }
        return try CommitmentHash.hash(leaf.hash, preimage)
    }

    /// The fold for trees that hash with SHA-256 alone, without an array per step.
    private func sha256Root(_ leaf: Leaf) -> Digest {
        var scratch: [UInt8] = []
        scratch.reserveCapacity(128)
        scratch += buffer[leaf.prefix]
        for (function, range) in [(leaf.prehashKey, keyRange), (leaf.prehashValue, valueRange)] {
            let count = function == .noHash ? range.count : Digest.byteCount
            if leaf.length == .varProto { LengthOp.appendVarint(UInt64(count), to: &scratch) }
            if function == .noHash {
                scratch += buffer[range]
            } else {
                SHA256.hash(Array(buffer[range])).append(to: &scratch)
            }
        }
        var node = SHA256.hash(scratch)
        for step in steps {
            scratch.removeAll(keepingCapacity: true)
            scratch += buffer[step.prefix]
            node.append(to: &scratch)
            scratch += buffer[step.suffix]
            node = SHA256.hash(scratch)
        }
        return node
    }
}

extension ExistenceProof.Leaf {
    /// Whether the fast fold knows all of its operations.
    fileprivate var isSHA256: Bool {
        hash == .sha256 && (prehashKey == .noHash || prehashKey == .sha256)
            && (prehashValue == .noHash || prehashValue == .sha256)
            && (length == .noPrefix || length == .varProto)
    }
}
