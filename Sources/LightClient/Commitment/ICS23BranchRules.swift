// SPDX-License-Identifier: Apache-2.0

/// Where a step's child stands among its siblings, and what follows from it. A branch that the
/// child order forgets makes the specification useless as soon as somebody asks for it, as in the
/// reference, which then stops.
struct BranchRules {
    private let spec: InnerSpec
    private let childSize: Int
    private let branchCount: Int

    init(_ spec: InnerSpec) {
        self.spec = spec
        childSize = Int(spec.childSize)
        branchCount = spec.childOrder.count
    }

    func isLeftmost(
        _ proof: ExistenceProof, _ steps: ArraySlice<ExistenceProof.Step>
    ) throws(ProofError) -> Bool {
        _ = try position(of: 0)
        for step in steps {
            if try stands(step, at: 0) { continue }
            guard try areBranchesEmpty(left: true, of: step, in: proof) else { return false }
        }
        return true
    }

    func isRightmost(
        _ proof: ExistenceProof, _ steps: ArraySlice<ExistenceProof.Step>
    ) throws(ProofError) -> Bool {
        _ = try position(of: branchCount - 1)
        for step in steps {
            if try stands(step, at: branchCount - 1) { continue }
            guard try areBranchesEmpty(left: false, of: step, in: proof) else { return false }
        }
        return true
    }

    /// Whether no leaf can stand between the two: above their paths' parting everything is common,
    /// at the parting they take adjacent branches, and below it nothing is nearer.
    func areNeighbours(
        _ left: ExistenceProof, _ right: ExistenceProof
    ) throws(ProofError) -> Bool {
        var leftRest = left.steps[...]
        var rightRest = right.steps[...]
        while let leftTop = leftRest.popLast(), let rightTop = rightRest.popLast() {
            let isCommon =
                left.buffer[leftTop.prefix] == right.buffer[rightTop.prefix]
                && left.buffer[leftTop.suffix] == right.buffer[rightTop.suffix]
            if isCommon { continue }
            guard let leftBranch = try branch(of: leftTop),
                let rightBranch = try branch(of: rightTop), rightBranch == leftBranch + 1
            else { return false }
            guard try isRightmost(left, leftRest) else { return false }
            return try isLeftmost(right, rightRest)
        }
        return false
    }

    /// Whether there are branches on that side of the step's child and all of them are empty.
    func areBranchesEmpty(
        left isLeft: Bool, of step: ExistenceProof.Step, in proof: ExistenceProof
    ) throws(ProofError) -> Bool {
        guard let own = try branch(of: step) else { return false }
        let count = isLeft ? own : branchCount - 1 - own
        guard count > 0 else { return false }
        let area = isLeft ? step.prefix : step.suffix
        let first = isLeft ? area.count - count * childSize : 0
        guard first >= 0, isLeft || area.count == count * childSize else { return false }
        for index in 0..<count {
            let from = area.lowerBound + first + (try position(of: index)) * childSize
            guard from + childSize <= area.upperBound,
                proof.buffer[from..<from + childSize].elementsEqual(spec.emptyChild)
            else { return false }
        }
        return true
    }

    private func position(of branch: Int) throws(ProofError) -> Int {
        guard branch >= 0, branch < branchCount,
            let position = spec.childOrder.firstIndex(of: Int32(branch))
        else { throw .incompleteSpec }
        return position
    }

    /// Whether the step's child stands on this branch.
    private func stands(
        _ step: ExistenceProof.Step, at branch: Int
    ) throws(ProofError) -> Bool {
        let position = try position(of: branch)
        let before = position * childSize
        return step.prefix.count >= before + Int(spec.minPrefixLength)
            && step.prefix.count <= before + Int(spec.maxPrefixLength)
            && step.suffix.count == (branchCount - 1 - position) * childSize
    }

    private func branch(of step: ExistenceProof.Step) throws(ProofError) -> Int? {
        for branch in 0..<branchCount where try stands(step, at: branch) { return branch }
        return nil
    }
}
