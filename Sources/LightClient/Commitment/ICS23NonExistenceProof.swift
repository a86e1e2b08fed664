// SPDX-License-Identifier: Apache-2.0

/// The proof that a tree lacks a key: the leaves left and right of where it would stand, each with
/// its way to the same root, and nothing between them.
///
/// The message's own `key` field is bound by nothing and is ignored: the caller's key counts.
public struct NonExistenceProof: Hashable, Sendable {
    /// As received; never judged.
    public var key: [UInt8]
    public var left: ExistenceProof?
    public var right: ExistenceProof?

    public init(key: [UInt8], left: ExistenceProof?, right: ExistenceProof?) {
        self.key = key
        self.left = left
        self.right = right
    }

    /// The root that the left neighbour leads to, or the right one when there is no left.
    public func calculateRoot() throws(ProofError) -> [UInt8] {
        guard let neighbour = left ?? right else { throw .noNeighbours }
        return try neighbour.calculateRoot()
    }

    /// The root under which the proof shows that `key` is absent; throws when there is none.
    func verifiedRoot(_ rules: SpecRules, key: [UInt8]) throws(ProofError) -> [UInt8] {
        let root = try calculateRoot()
        try verify(rules, root: root, key: key)
        return root
    }

    /// Throws unless the proof shows that the tree under `root` lacks `key`.
    func verify(_ rules: SpecRules, root: [UInt8], key: [UInt8]) throws(ProofError) {
        guard let leafSpec = rules.leaf, let innerSpec = rules.inner else { throw .incompleteSpec }
        guard left != nil || right != nil else { throw .noNeighbours }
        try checkOrder(of: key, rules.prehashesKeys ? leafSpec.prehashKey : .noHash)
        for neighbour in [left, right] {
            try neighbour?.verify(rules, root: root)
        }
        let branches = BranchRules(innerSpec)
        if let left, let right {
            guard try branches.areNeighbours(left, right) else {
                throw .notNeighbours(left: left.key, right: right.key)
            }
        } else if let right {
            guard try branches.isLeftmost(right, right.steps[...]) else {
                throw .notLeftmost(right: right.key)
            }
        } else if let left {
            guard try branches.isRightmost(left, left.steps[...]) else {
                throw .notRightmost(left: left.key)
            }
        }
    }

    /// left < key < right, strictly, bytewise, by their hashes where the tree orders them so.
    private func checkOrder(of key: [UInt8], _ prehash: HashOp) throws(ProofError) {
        let own = try prehash.hashOrKeep(key)
        let before = try left.map { (proof) throws(ProofError) in
            try prehash.hashOrKeep(proof.key)
        }
        let after = try right.map { (proof) throws(ProofError) in
            try prehash.hashOrKeep(proof.key)
        }
        let isInside =
            before?.lexicographicallyPrecedes(own) != false
            && after.map { own.lexicographicallyPrecedes($0) } != false
        guard isInside else {
            throw .keyOutsideNeighbours(key: key, left: left?.key, right: right?.key)
        }
    }
}

extension NonExistenceProof {
    /// Reads all fields; parts that occur twice are merged, as protobuf asks.
    mutating func merge(_ reader: inout ProtobufReader) throws(WireError) {
        while let field = try reader.next() {
            switch field.number {
            case 1: key = try reader.bytes(field)
            case 2: try NonExistenceProof.merge(field, &reader, into: &left)
            case 3: try NonExistenceProof.merge(field, &reader, into: &right)
            default: try reader.skip(field)
            }
        }
    }

    private static func merge(
        _ field: ProtobufField, _ reader: inout ProtobufReader, into side: inout ExistenceProof?
    ) throws(WireError) {
        var inner = try reader.message(field)
        var proof = side ?? ExistenceProof(over: inner)
        side = nil
        try proof.merge(&inner)
        side = proof
    }

    func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, key)
        for (number, side) in [(2, left), (3, right)] {
            guard let side else { continue }
            var inner = ProtobufWriter()
            side.write(to: &inner)
            writer.alwaysBytes(number, inner.bytes)
        }
    }
}

extension InnerSpec {
    /// Whether the step's child has siblings on its left, all of them empty. Sparse trees only.
    public func hasEmptyLeftBranches(_ step: InnerOp) -> Bool { hasEmptyBranches(step, left: true) }

    /// Whether the step's child has siblings on its right, all of them empty. Sparse trees only.
    public func hasEmptyRightBranches(_ step: InnerOp) -> Bool {
        hasEmptyBranches(step, left: false)
    }

    private func hasEmptyBranches(_ step: InnerOp, left: Bool) -> Bool {
        let proof = ExistenceProof(key: [], value: [], leaf: nil, path: [step])
        let rules = BranchRules(self)
        return (try? rules.areBranchesEmpty(left: left, of: proof.steps[0], in: proof)) ?? false
    }
}
