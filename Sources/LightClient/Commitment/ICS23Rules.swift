// SPDX-License-Identifier: Apache-2.0

// What a proof's operations must look like under a specification, before anything is hashed.
//
// Stricter than ics23 v0.11 on purpose, for the three trees in use: a node's bytes must be exactly those
// that the tree writes. The reference takes leaf prefixes that only begin as they should, so that part
// of a key can hide in the prefix and its tail pass for a key (the Dragonberry forgery), and it takes
// steps whose sibling is missing or on both sides. Every proof that a real tree makes passes.

extension ExistenceProof {
    /// Throws unless the proof keeps the specification's form.
    public func check(against spec: ProofSpec) throws(ProofError) {
        guard let leafSpec = spec.leaf, let innerSpec = spec.inner else { throw .incompleteSpec }
        guard let leafPart else { throw .missingLeaf }
        let format = NodeFormat(of: spec)
        try check(leafPart, against: leafSpec, format)
        try checkDepth(spec)
        guard !steps.isEmpty else { return }
        let (overlap, _) = Int(innerSpec.minPrefixLength).addingReportingOverflow(
            Int(innerSpec.childSize))
        guard innerSpec.childSize > 0, Int(innerSpec.maxPrefixLength) < overlap else {
            throw .ambiguousSpec(
                minPrefix: innerSpec.minPrefixLength, maxPrefix: innerSpec.maxPrefixLength,
                childSize: innerSpec.childSize)
        }
        let rules = StepRules(leaf: leafSpec, inner: innerSpec, format: format)
        for index in steps.indices {
            if let fault = fault(of: steps[index], height: index + 1, rules) {
                throw .inner(step: index + 1, fault)
            }
        }
    }

    private func check(
        _ leaf: Leaf, against spec: LeafOp, _ format: NodeFormat
    ) throws(ProofError) {
        guard leaf.hash == spec.hash else { throw .leaf(.hash(leaf.hash)) }
        guard leaf.prehashKey == spec.prehashKey else {
            throw .leaf(.prehashKey(leaf.prehashKey))
        }
        guard leaf.prehashValue == spec.prehashValue else {
            throw .leaf(.prehashValue(leaf.prehashValue))
        }
        guard leaf.length == spec.length else { throw .leaf(.length(leaf.length)) }
        guard begins(leaf.prefix, with: spec.prefix) else {
            throw .leaf(.prefix(Array(buffer[leaf.prefix])))
        }
        switch format {
        case .iavl:
            guard let node = iavlNode(leaf.prefix), node.height == 0, node.size == 1,
                node.end == leaf.prefix.upperBound
            else {
                throw .leaf(.iavlPrefix(Array(buffer[leaf.prefix])))
            }
        case .simple:
            guard leaf.prefix.count == spec.prefix.count else {
                throw .leaf(.prefix(Array(buffer[leaf.prefix])))
            }
        case .other: return
        }
    }

    private func checkDepth(_ spec: ProofSpec) throws(ProofError) {
        let most = spec.maxDepth == 0 ? ProofSpec.defaultMaxDepth : Int(spec.maxDepth)
        let least = max(0, Int(spec.minDepth))
        guard steps.count <= most, steps.count >= least else {
            throw .depth(got: steps.count, min: least, max: most)
        }
    }

    private struct StepRules {
        let leafPrefix: [UInt8]
        let hash: HashOp
        let minPrefix: Int
        let maxPrefix: Int
        let childSize: Int
        let format: NodeFormat

        init(leaf: LeafOp, inner: InnerSpec, format: NodeFormat) {
            leafPrefix = leaf.prefix
            hash = inner.hash
            childSize = Int(inner.childSize)
            minPrefix = Int(inner.minPrefixLength)
            // At most 256 branches of 2^31 bytes: far from overflow.
            maxPrefix = Int(inner.maxPrefixLength) + (inner.childOrder.count - 1) * childSize
            self.format = format
        }
    }

    private func fault(
        of step: Step, height: Int, _ rules: StepRules
    ) -> ProofError.InnerFault? {
        guard step.hash == rules.hash else { return .hash(step.hash) }
        guard !begins(step.prefix, with: rules.leafPrefix) else {
            return .leafPrefix(Array(buffer[step.prefix]))
        }
        guard step.prefix.count >= rules.minPrefix, step.prefix.count <= rules.maxPrefix else {
            return .prefixLength(
                got: step.prefix.count, min: rules.minPrefix, max: rules.maxPrefix)
        }
        guard step.suffix.count % rules.childSize == 0 else {
            return .suffixLength(got: step.suffix.count, childSize: rules.childSize)
        }
        switch rules.format {
        case .iavl: return iavlFault(of: step, height: height)
        case .simple: return simpleFault(of: step)
        case .other: return nil
        }
    }

    /// IAVL: `height size version 20` before a left child and `20 right` after it, or
    /// `height size version 20 left 20` before a right child.
    private func iavlFault(of step: Step, height: Int) -> ProofError.InnerFault? {
        guard let node = iavlNode(step.prefix), node.height >= height else {
            return .iavlPrefix(Array(buffer[step.prefix]))
        }
        let count = step.prefix.upperBound - node.end
        guard count == 1 || count == 34, buffer[node.end] == 0x20 else {
            return .iavlPrefix(Array(buffer[step.prefix]))
        }
        let hasOneSibling =
            count == 1
            ? step.suffix.count == 33 && buffer[step.suffix.lowerBound] == 0x20
            : step.suffix.isEmpty && buffer[step.prefix.upperBound - 1] == 0x20
        guard hasOneSibling else {
            return .children(
                prefix: Array(buffer[step.prefix]), suffix: Array(buffer[step.suffix]))
        }
        return nil
    }

    /// The three zig-zag varints at the beginning of an IAVL node: height, size, version; each minimal
    /// and not negative. Nil when one is missing, padded, too long or negative. `end` is where they end.
    private func iavlNode(_ range: Range<Int>) -> (height: Int64, size: Int64, end: Int)? {
        var position = range.lowerBound
        guard let height = iavlNumber(&position, range.upperBound),
            let size = iavlNumber(&position, range.upperBound),
            iavlNumber(&position, range.upperBound) != nil
        else { return nil }
        return (height, size, position)
    }

    private func iavlNumber(_ position: inout Int, _ end: Int) -> Int64? {
        var raw: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = buffer[position]
            position += 1
            if shift == 63, byte > 1 { return nil }
            raw |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 {
                let isPadded = byte == 0 && shift > 0
                // Zig-zag: odd numbers are negative.
                return isPadded || raw & 1 == 1 ? nil : Int64(raw >> 1)
            }
            shift += 7
            if shift > 63 { return nil }
        }
        return nil
    }

    /// Simple and sparse trees: `01` before a left child and the right one after it, or `01 left` before
    /// a right child.
    private func simpleFault(of step: Step) -> ProofError.InnerFault? {
        let isLeftChild = step.prefix.count == 1 && step.suffix.count == 32
        let isRightChild = step.prefix.count == 33 && step.suffix.isEmpty
        guard isLeftChild || isRightChild, buffer[step.prefix.lowerBound] == 1 else {
            return .children(
                prefix: Array(buffer[step.prefix]), suffix: Array(buffer[step.suffix]))
        }
        return nil
    }

    private func begins(_ range: Range<Int>, with prefix: [UInt8]) -> Bool {
        guard range.count >= prefix.count else { return false }
        for index in prefix.indices where buffer[range.lowerBound + index] != prefix[index] {
            return false
        }
        return true
    }
}

/// The trees whose node bytes are known exactly.
private enum NodeFormat {
    case iavl
    case simple
    case other

    init(of spec: ProofSpec) {
        // The child size tells the trees apart: only one comparison in full is made.
        switch spec.inner?.childSize {
        case 33: self = spec.hasShape(of: .iavl) ? .iavl : .other
        case 32: self = spec == .tendermint || spec == .smt ? .simple : .other
        default: self = .other
        }
    }
}
