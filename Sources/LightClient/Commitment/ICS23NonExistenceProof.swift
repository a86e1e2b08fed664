// SPDX-License-Identifier: Apache-2.0

/// The proof that a tree lacks a key: the leaves left and right of where it would stand, each with its
/// way to the same root, and nothing between them.
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

    /// Throws unless the proof shows that the tree under `root` lacks `key`.
    func verify(_ spec: ProofSpec, root: [UInt8], key: [UInt8]) throws(ProofError) {
        guard let leafSpec = spec.leaf, let innerSpec = spec.inner else { throw .incompleteSpec }
        guard left != nil || right != nil else { throw .noNeighbours }
        try checkOrder(of: key, spec.prehashKeyBeforeComparison ? leafSpec.prehashKey : .noHash)
        for neighbour in [left, right] {
            try neighbour?.verify(spec, root: root)
        }
        let branches = try BranchRules(innerSpec)
        if let left, let right {
            guard branches.areNeighbours(left, right) else {
                throw .notNeighbours(left: left.key, right: right.key)
            }
        } else if let right {
            guard branches.isLeftmost(right, right.steps[...]) else {
                throw .notLeftmost(right: right.key)
            }
        } else if let left {
            guard branches.isRightmost(left, left.steps[...]) else {
                throw .notRightmost(left: left.key)
            }
        }
    }

    /// left < key < right, strictly, bytewise, by their hashes where the tree orders them so.
    private func checkOrder(of key: [UInt8], _ prehash: HashOp) throws(ProofError) {
        let own = try CommitmentHash.hashOrKeep(prehash, key)
        let before = try left.map { (proof) throws(ProofError) in
            try CommitmentHash.hashOrKeep(prehash, proof.key)
        }
        let after = try right.map { (proof) throws(ProofError) in
            try CommitmentHash.hashOrKeep(prehash, proof.key)
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

/// Where a step's child stands among its siblings, and what follows from it.
private struct BranchRules {
    private let spec: InnerSpec
    private let childSize: Int
    /// Position of each branch: the inverse of the child order.
    private let positions: [Int]

    /// Throws when the child order is no permutation of the branches.
    init(_ spec: InnerSpec) throws(ProofError) {
        self.spec = spec
        childSize = Int(spec.childSize)
        var positions: [Int] = []
        for branch in spec.childOrder.indices {
            guard let position = spec.childOrder.firstIndex(of: Int32(branch)) else {
                throw .incompleteSpec
            }
            positions.append(position)
        }
        guard !positions.isEmpty else { throw .incompleteSpec }
        self.positions = positions
    }

    func isLeftmost(_ proof: ExistenceProof, _ steps: ArraySlice<ExistenceProof.Step>) -> Bool {
        steps.allSatisfy { step in
            stands(step, at: 0) || emptyBranches(left: true, of: step, in: proof)
        }
    }

    func isRightmost(_ proof: ExistenceProof, _ steps: ArraySlice<ExistenceProof.Step>) -> Bool {
        steps.allSatisfy { step in
            stands(step, at: positions.count - 1) || emptyBranches(left: false, of: step, in: proof)
        }
    }

    /// Whether no leaf can stand between the two: above their paths' parting everything is common, at
    /// the parting they take adjacent branches, and below it nothing is nearer.
    func areNeighbours(_ left: ExistenceProof, _ right: ExistenceProof) -> Bool {
        var leftRest = left.steps[...]
        var rightRest = right.steps[...]
        while let leftTop = leftRest.popLast(), let rightTop = rightRest.popLast() {
            let isCommon =
                left.buffer[leftTop.prefix] == right.buffer[rightTop.prefix]
                && left.buffer[leftTop.suffix] == right.buffer[rightTop.suffix]
            if isCommon { continue }
            guard let leftBranch = branch(of: leftTop), let rightBranch = branch(of: rightTop),
                rightBranch == leftBranch + 1
            else { return false }
            return isRightmost(left, leftRest) && isLeftmost(right, rightRest)
        }
        return false
    }

    /// Whether the step's child stands on this branch.
    private func stands(_ step: ExistenceProof.Step, at branch: Int) -> Bool {
        let before = positions[branch] * childSize
        return step.prefix.count >= before + Int(spec.minPrefixLength)
            && step.prefix.count <= before + Int(spec.maxPrefixLength)
            && step.suffix.count == (positions.count - 1 - positions[branch]) * childSize
    }

    private func branch(of step: ExistenceProof.Step) -> Int? {
        positions.indices.first { stands(step, at: $0) }
    }

    /// Whether there are branches on that side of the step's child and all of them are empty.
    private func emptyBranches(
        left isLeft: Bool, of step: ExistenceProof.Step, in proof: ExistenceProof
    ) -> Bool {
        guard let own = branch(of: step) else { return false }
        let count = isLeft ? own : positions.count - 1 - own
        guard count > 0 else { return false }
        let area = isLeft ? step.prefix : step.suffix
        let first = isLeft ? area.count - count * childSize : 0
        guard first >= 0, isLeft || area.count == count * childSize else { return false }
        for index in 0..<count {
            let from = area.lowerBound + first + positions[index] * childSize
            guard from + childSize <= area.upperBound,
                proof.buffer[from..<from + childSize].elementsEqual(spec.emptyChild)
            else { return false }
        }
        return true
    }
}
