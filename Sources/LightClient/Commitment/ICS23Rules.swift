// SPDX-License-Identifier: Apache-2.0

// What a proof's operations must look like under a specification, before anything is hashed.
//
// Stricter than ics23 v0.11 on purpose, for the three trees in use: a node's bytes must be exactly
// those that the tree writes. The reference takes leaf prefixes that only begin as they should, so
// that part of a key can hide in the prefix and its tail pass for a key (the Dragonberry forgery),
// and it takes steps whose sibling is missing or on both sides. Every proof that a real tree makes
// passes.

extension ExistenceProof {
    /// Throws unless the proof keeps the specification's form.
    public func check(against spec: ProofSpec) throws(ProofError) { try check(spec.rules) }

    func check(_ rules: SpecRules) throws(ProofError) {
        guard let leafSpec = rules.leaf, let innerSpec = rules.inner else { throw .incompleteSpec }
        guard let leafPart else { throw .missingLeaf }
        try check(leafPart, against: leafSpec, rules.format)
        guard steps.count <= rules.depths.most, steps.count >= rules.depths.least else {
            throw .depth(got: steps.count, min: rules.depths.least, max: rules.depths.most)
        }
        guard !steps.isEmpty else { return }
        guard rules.isUnambiguous else {
            throw .ambiguousSpec(
                minPrefix: innerSpec.minPrefixLength, maxPrefix: innerSpec.maxPrefixLength,
                childSize: innerSpec.childSize)
        }
        for index in steps.indices where !isSound(steps[index], height: index + 1, rules) {
            throw .inner(step: index + 1, fault(of: steps[index], height: index + 1, rules))
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

    /// Whether a step keeps every rule. What it breaks is found out by `fault` afterwards: the
    /// usual step pays for no evidence.
    private func isSound(_ step: Step, height: Int, _ rules: SpecRules) -> Bool {
        guard step.hash == rules.innerHash, !begins(step.prefix, with: rules.leafPrefix),
            step.prefix.count >= rules.prefixLengths.least,
            step.prefix.count <= rules.prefixLengths.most
        else { return false }
        switch rules.format {
        case .iavl: return isIAVL(step, height: height)
        case .simple: return isSimple(step)
        case .other: return step.suffix.count % rules.childSize == 0
        }
    }

    /// Requires that the step is not sound.
    private func fault(
        of step: Step, height: Int, _ rules: SpecRules
    ) -> ProofError.InnerFault {
        let prefix = Array(buffer[step.prefix])
        guard step.hash == rules.innerHash else { return .hash(step.hash) }
        guard !begins(step.prefix, with: rules.leafPrefix) else { return .leafPrefix(prefix) }
        let lengths = rules.prefixLengths
        guard step.prefix.count >= lengths.least, step.prefix.count <= lengths.most else {
            return .prefixLength(got: step.prefix.count, min: lengths.least, max: lengths.most)
        }
        guard step.suffix.count % rules.childSize == 0 else {
            return .suffixLength(got: step.suffix.count, childSize: rules.childSize)
        }
        if rules.format == .iavl {
            guard let node = iavlNode(step.prefix), node.height >= height,
                [1, 34].contains(step.prefix.upperBound - node.end), buffer[node.end] == 0x20
            else { return .iavlPrefix(prefix) }
        }
        return .children(prefix: prefix, suffix: Array(buffer[step.suffix]))
    }

    /// IAVL: `height size version 20` before a left child and `20 right` after it, or
    /// `height size version 20 left 20` before a right child.
    private func isIAVL(_ step: Step, height: Int) -> Bool {
        guard let node = iavlNode(step.prefix), node.height >= height else { return false }
        switch step.prefix.upperBound - node.end {
        case 1:
            return buffer[node.end] == 0x20 && step.suffix.count == 33
                && buffer[step.suffix.lowerBound] == 0x20
        case 34:
            return buffer[node.end] == 0x20 && step.suffix.isEmpty
                && buffer[step.prefix.upperBound - 1] == 0x20
        default: return false
        }
    }

    /// Simple and sparse trees: `01` before a left child and the right one after it, or `01 left`
    /// before a right child.
    private func isSimple(_ step: Step) -> Bool {
        guard buffer[step.prefix.lowerBound] == 1 else { return false }
        return step.prefix.count == 1 && step.suffix.count == 32
            || step.prefix.count == 33 && step.suffix.isEmpty
    }

    /// The three zig-zag varints at the beginning of an IAVL node: height, size, version; each
    /// minimal and not negative. Nil when one is missing, padded, too long or negative. `end` is
    /// where they end.
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

    private func begins(_ range: Range<Int>, with prefix: [UInt8]) -> Bool {
        guard range.count >= prefix.count else { return false }
        for index in prefix.indices where buffer[range.lowerBound + index] != prefix[index] {
            return false
        }
        return true
    }
}
