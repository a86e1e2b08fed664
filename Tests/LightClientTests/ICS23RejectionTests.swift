// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// Items 22 to 28 of the specification's list of things a verifier must reject, by its recipes.
@Suite struct ICS23RejectionTests {
    let sample = ICS23Sample.v2

    /// A proof for its own key, value and calculated root: only rules of form can refuse it.
    private func check(
        leaf: LeafOp? = nil, path: [InnerOp]? = nil, spec: ProofSpec = .iavl
    ) throws {
        let proof = ExistenceProof(
            key: sample.left.key, value: sample.left.value,
            leaf: leaf ?? sample.leafOp(sample.left.prefix), path: path ?? [sample.leftStep])
        try CommitmentProof(.existence(proof)).verifyMembership(
            spec: spec, root: try proof.calculateRoot(), key: proof.key, value: proof.value)
    }

    private func step(_ prefix: [UInt8], _ suffix: [UInt8]) -> InnerOp {
        InnerOp(hash: .sha256, prefix: prefix, suffix: suffix)
    }

    @Test func `the untouched proof is accepted`() throws { try check() }

    // Item 22.

    static let leafPrefixes: [[UInt8]] = [
        // A byte behind the version, another height, another size, a negative version, nothing,
        // padding.
        [0, 2, 0x0a, 0], [2, 2, 0x0a], [0, 4, 0x0a], [0, 0, 0x0a], [0, 2, 0x0b], [], [0], [0, 2],
        [0, 2, 0x8a, 0],
    ]

    @Test(arguments: leafPrefixes)
    func `an IAVL leaf prefix other than height 0, size 1 and a version is refused`(
        prefix: [UInt8]
    ) {
        #expect(throws: ProofError.self) { try check(leaf: sample.leafOp(prefix)) }
    }

    @Test func `a leaf's version may be any number`() throws {
        try check(leaf: sample.leafOp([0, 2, 0xfe, 0xff, 0xff, 0xff, 0x0f]))
    }

    // Item 23.

    static let innerPrefixes: [[UInt8]] = [
        // A byte too many, none at all, a leaf's beginning, height below its depth, a negative
        // size.
        [2, 4, 0x0a, 0x20, 0x20], [2, 4, 0x0a], [0, 4, 0x0a, 0x20], [2, 5, 0x0a, 0x20],
        // Another length byte, a padded height, an unfinished version.
        [2, 4, 0x0a, 0x21], [0x82, 0, 4, 0x0a, 0x20], [2, 4, 0x8a],
    ]

    @Test(arguments: innerPrefixes)
    func `an inner prefix that no IAVL node has is refused`(prefix: [UInt8]) {
        #expect(throws: ProofError.self) {
            try check(path: [step(prefix, sample.leftStep.suffix)])
        }
    }

    @Test func `a suffix cut by one byte, without sibling or with two is refused`() {
        let suffix = sample.leftStep.suffix
        for bad in [Array(suffix.dropLast()), [], suffix + suffix] {
            #expect(throws: ProofError.self) { try check(path: [step(sample.innerPrefix, bad)]) }
        }
    }

    @Test func `a sibling on both sides is refused`() {
        #expect(throws: ProofError.self) {
            try check(path: [step(sample.rightStep.prefix, sample.leftStep.suffix)])
        }
    }

    @Test func `a node lower than its place in the path is refused`() throws {
        let second = step([4, 6, 0x0a, 0x20], sample.leftStep.suffix)
        try check(path: [sample.leftStep, second])
        #expect(throws: ProofError.inner(step: 2, .iavlPrefix(sample.innerPrefix))) {
            try check(path: [second, sample.leftStep])
        }
    }

    // Item 24.

    @Test func `other operations than the specification's are refused`() {
        let good = sample.leafOp(sample.left.prefix)
        var changed: [LeafOp] = []
        var leaf = good
        leaf.hash = .sha512
        changed.append(leaf)
        leaf = good
        leaf.hash = .noHash
        changed.append(leaf)
        leaf = good
        leaf.prehashKey = .sha256
        changed.append(leaf)
        leaf = good
        leaf.prehashValue = .noHash
        changed.append(leaf)
        leaf = good
        leaf.length = .noPrefix
        changed.append(leaf)
        for leaf in changed {
            let proof = ExistenceProof(
                key: sample.left.key, value: sample.left.value, leaf: leaf,
                path: [sample.leftStep])
            #expect(throws: ProofError.self) {
                try CommitmentProof(.existence(proof)).verifyMembership(
                    spec: .iavl, root: sample.storeRoot, key: proof.key, value: proof.value)
            }
        }
    }

    @Test func `an inner operation without hash is refused`() {
        let bare = InnerOp(
            hash: .noHash, prefix: sample.innerPrefix, suffix: sample.leftStep.suffix)
        let proof = ExistenceProof(
            key: sample.left.key, value: sample.left.value,
            leaf: sample.leafOp(sample.left.prefix), path: [bare])
        #expect(throws: ProofError.inner(step: 1, .hash(.noHash))) {
            try CommitmentProof(.existence(proof)).verifyMembership(
                spec: .iavl, root: sample.storeRoot, key: proof.key, value: proof.value)
        }
        #expect(throws: ProofError.unsupportedHash(.noHash)) { try proof.calculateRoot() }
    }

    @Test func `128 steps are taken and 129 are not`() throws {
        // Height 150 in zig-zag, so that no step is lower than its place.
        let high = step([0xac, 2, 4, 0x0a, 0x20], sample.leftStep.suffix)
        try check(path: Array(repeating: high, count: 128))
        #expect(throws: ProofError.depth(got: 129, min: 0, max: 128)) {
            try check(path: Array(repeating: high, count: 129))
        }
    }

    @Test func `empty keys and values prove nothing`() {
        let noKey = ExistenceProof(
            key: [], value: [1], leaf: sample.leafOp(sample.left.prefix), path: [])
        let noValue = ExistenceProof(
            key: [1], value: [], leaf: sample.leafOp(sample.left.prefix), path: [])
        #expect(throws: ProofError.emptyKey) { try noKey.calculateRoot() }
        #expect(throws: ProofError.emptyValue) { try noValue.calculateRoot() }
        #expect(throws: ProofError.emptyValue) {
            try sample.chained(.existence(sample.leftProof)).verifyMembership(
                specs: ProofSpec.cosmosSDK, root: sample.multistore.root,
                path: [ICS23Sample.ibc, sample.left.key], value: [])
        }
    }
}
