// SPDX-License-Identifier: Apache-2.0

// Computing roots: the leaf's hash, folded through the steps.

extension HashOp {
    /// The function over whole bytes. Throws `unsupportedHash` for "no hash", for functions that
    /// the reference does not compute either (Keccak-256, BLAKE3) and for unknown numbers.
    public func hash(_ bytes: [UInt8]) throws(ProofError) -> [UInt8] {
        switch self {
        case .sha256: SHA256.hash(bytes).bytes
        case .sha512: SHA512.hash(bytes)
        case .ripemd160: RIPEMD160.hash(bytes)
        case .bitcoin: RIPEMD160.hash(SHA256.hash(bytes).bytes)
        case .sha512Truncated256: SHA512_256.hash(bytes)
        case .blake2b512: BLAKE2b512.hash(bytes)
        case .blake2s256: BLAKE2s256.hash(bytes)
        default: throw .unsupportedHash(self)
        }
    }

    /// The same, but "no hash" keeps the bytes.
    func hashOrKeep(_ bytes: [UInt8]) throws(ProofError) -> [UInt8] {
        self == .noHash ? bytes : try hash(bytes)
    }
}

extension LeafOp {
    /// The leaf's hash.
    public func apply(key: [UInt8], value: [UInt8]) throws(ProofError) -> [UInt8] {
        try ExistenceProof(key: key, value: value, leaf: self, path: []).calculateRoot()
    }
}

extension InnerOp {
    /// The node's hash over one child.
    public func apply(child: [UInt8]) throws(ProofError) -> [UInt8] {
        guard !child.isEmpty else { throw .emptyChild }
        return try hash.hash(prefix + child + suffix)
    }
}

extension ExistenceProof {
    /// The root that key, value, leaf and steps lead to, whatever specification they keep.
    public func calculateRoot() throws(ProofError) -> [UInt8] {
        try calculate(resultLimit: nil).bytes
    }

    /// The same; no result above the leaf may be longer than the limit, which is 32 at least.
    func calculate(resultLimit: Int?) throws(ProofError) -> Subroot {
        guard let leafPart else { throw .missingLeaf }
        guard !keyRange.isEmpty else { throw .emptyKey }
        guard !valueRange.isEmpty else { throw .emptyValue }
        if leafPart.isSHA256, let digest = sha256Root(leafPart) { return .digest(digest) }
        var node = try leafHash(leafPart)
        for (index, step) in steps.enumerated() {
            node = try step.hash.hash(
                Array(buffer[step.prefix]) + node + Array(buffer[step.suffix]))
            if let resultLimit, node.count > resultLimit {
                throw .inner(
                    step: index + 1, .resultTooLong(got: node.count, childSize: resultLimit))
            }
        }
        return .bytes(node)
    }

    private func leafHash(_ leaf: Leaf) throws(ProofError) -> [UInt8] {
        var preimage = Array(buffer[leaf.prefix])
        let parts = [(leaf.prehashKey, keyRange), (leaf.prehashValue, valueRange)]
        for (function, range) in parts {
            let data = try function.hashOrKeep(Array(buffer[range]))
            try leaf.length.append(markOf: data.count, to: &preimage)
            preimage += data
        }
        return try leaf.hash.hash(preimage)
    }

    /// The fold for trees that hash with SHA-256 alone: nothing is allocated. Nil when a step names
    /// another function.
    private func sha256Root(_ leaf: Leaf) -> Digest? {
        let node =
            leaf.isPlain
            ? SHA256.leaf(buffer, leaf.prefix, keyRange, SHA256.hash(buffer, valueRange))
            : streamedLeaf(leaf)
        for step in steps where step.hash != .sha256 { return nil }
        return SHA256.fold(buffer, node, steps.count) { (steps[$0].prefix, steps[$0].suffix) }
    }

    private func streamedLeaf(_ leaf: Leaf) -> Digest {
        var stream = SHA256.Stream()
        stream.update(buffer, leaf.prefix)
        feed(&stream, leaf.prehashKey, leaf.length, keyRange)
        feed(&stream, leaf.prehashValue, leaf.length, valueRange)
        return stream.finish()
    }

    private func feed(
        _ stream: inout SHA256.Stream, _ prehash: HashOp, _ length: LengthOp, _ range: Range<Int>
    ) {
        if prehash == .noHash {
            if length == .varProto { stream.updateVarint(UInt64(range.count)) }
            stream.update(buffer, range)
        } else {
            if length == .varProto { stream.updateVarint(UInt64(Digest.byteCount)) }
            stream.update(SHA256.hash(buffer, range))
        }
    }
}

extension SHA256.Stream {
    /// A protobuf varint.
    fileprivate mutating func updateVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            update(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        update(UInt8(truncatingIfNeeded: rest))
    }
}

extension ExistenceProof.Leaf {
    /// Whether the fast fold knows all of its operations.
    fileprivate var isSHA256: Bool {
        hash == .sha256 && (prehashKey == .noHash || prehashKey == .sha256)
            && (prehashValue == .noHash || prehashValue == .sha256)
            && (length == .noPrefix || length == .varProto)
    }

    /// Whether the leaf is prefix ‖ length ‖ key ‖ 32 ‖ H(value), as IAVL and simple trees write
    /// it.
    fileprivate var isPlain: Bool {
        prehashKey == .noHash && prehashValue == .sha256 && length == .varProto
    }
}
