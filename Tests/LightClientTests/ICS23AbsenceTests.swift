// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// Items 25 to 28: false absence, wrong kinds of proof, wrong chains of proofs.
@Suite struct ICS23AbsenceTests {
    let sample = ICS23Sample.v2

    private func absent(
        _ key: [UInt8], _ left: ExistenceProof?, _ right: ExistenceProof?
    ) throws(ProofError) {
        try CommitmentProof(.absence(NonExistenceProof(key: key, left: left, right: right)))
            .verifyNonMembership(spec: .iavl, root: sample.storeRoot, key: key)
    }

    // Item 25.

    @Test func `a key between neighbours, before the first or after the last is absent`() throws {
        try absent(ICS23Sample.absentKey, sample.leftProof, sample.rightProof)
        try absent([0], nil, sample.leftProof)
        try absent([0xff], sample.rightProof, nil)
    }

    @Test func `a key that equals a neighbour is not absent`() {
        #expect(throws: ProofError.self) {
            try absent(sample.left.key, sample.leftProof, sample.rightProof)
        }
        #expect(throws: ProofError.self) {
            try absent(sample.right.key, sample.leftProof, sample.rightProof)
        }
    }

    @Test func `neighbours in the wrong order are refused`() {
        #expect(throws: ProofError.self) {
            try absent(ICS23Sample.absentKey, sample.rightProof, sample.leftProof)
        }
    }

    @Test func `a missing side that is not the tree's edge is refused`() {
        #expect(throws: ProofError.notRightmost(left: sample.left.key)) {
            try absent(ICS23Sample.absentKey, sample.leftProof, nil)
        }
        #expect(throws: ProofError.notLeftmost(right: sample.right.key)) {
            try absent(ICS23Sample.absentKey, nil, sample.rightProof)
        }
    }

    @Test func `no neighbour at all is refused`() {
        #expect(throws: ProofError.noNeighbours) { try absent([1], nil, nil) }
    }

    @Test func `a neighbour of another tree is refused`() {
        let other = ICS23Sample.v3
        #expect(throws: ProofError.self) {
            try absent(ICS23Sample.absentKey, sample.leftProof, other.rightProof)
        }
    }

    @Test func `paths that end before they part are refused`() {
        // The same leaf on both sides would need left < key < right of one key: make the right key
        // larger through another leaf over the same path.
        let right = ExistenceProof(
            key: [0xff], value: [1], leaf: sample.leafOp(sample.left.prefix), path: [])
        let left = ExistenceProof(
            key: [0x01], value: [1], leaf: sample.leafOp(sample.left.prefix), path: [])
        let pairs = [(left, right), (sample.leftProof, right), (left, sample.rightProof)]
        for (first, second) in pairs {
            #expect(throws: ProofError.self) { try absent([0x40], first, second) }
        }
    }

    // Item 26.

    @Test func `presence is no absence, and absence no presence`() throws {
        let presence = CommitmentProof(.existence(sample.leftProof))
        #expect(throws: ProofError.notAbsence) {
            try presence.verifyNonMembership(
                spec: .iavl, root: sample.storeRoot, key: ICS23Sample.absentKey)
        }
        let absence = CommitmentProof(
            .absence(
                NonExistenceProof(key: [], left: sample.leftProof, right: sample.rightProof)))
        #expect(throws: ProofError.notExistence) {
            try absence.verifyMembership(
                spec: .iavl, root: sample.storeRoot, key: sample.left.key,
                value: sample.left.value)
        }
        #expect(throws: ProofError.notExistence) {
            try CommitmentProof(.empty).verifyMembership(
                spec: .iavl, root: sample.storeRoot, key: sample.left.key,
                value: sample.left.value)
        }
    }

    @Test(arguments: [3, 4] as [Int32])
    func `batch and compressed proofs are refused`(field: Int32) throws {
        let bytes: [UInt8] = [UInt8(field << 3 | 2), 2, 0x0a, 0]
        let proof = try CommitmentProof(reading: bytes)
        #expect(proof.encoded == bytes)
        #expect(throws: ProofError.batch) {
            try proof.verifyMembership(spec: .iavl, root: [1], key: [1], value: [1])
        }
        #expect(throws: ProofError.batch) {
            try MerkleProof([proof, proof]).verifyNonMembership(
                specs: ProofSpec.cosmosSDK, root: [1], path: [[1], [1]])
        }
    }

    // Items 27 and 28.

    private func chain(
        _ proof: MerkleProof? = nil, path: [[UInt8]]? = nil, root: [UInt8]? = nil,
        specs: [ProofSpec] = ProofSpec.cosmosSDK
    ) throws(ProofError) {
        try (proof ?? sample.chained(.existence(sample.leftProof))).verifyMembership(
            specs: specs, root: root ?? sample.multistore.root,
            path: path ?? [ICS23Sample.ibc, sample.left.key], value: sample.left.value)
    }

    @Test func `another store's name, a reversed path and a short path are refused`() throws {
        try chain()
        for path in [
            [Array("ibc2".utf8), sample.left.key], [sample.left.key, ICS23Sample.ibc],
            [sample.left.key], [],
        ] {
            #expect(throws: ProofError.self) { try chain(path: path) }
        }
    }

    @Test func `reversed proofs, one proof only and other numbers of specifications are refused`() {
        let proof = sample.chained(.existence(sample.leftProof))
        for bad in [
            MerkleProof(proof.proofs.reversed()), MerkleProof([proof.proofs[0]]), MerkleProof([]),
        ] {
            #expect(throws: ProofError.self) { try chain(bad) }
        }
        #expect(throws: ProofError.self) { try chain(specs: [.iavl]) }
        #expect(throws: ProofError.self) { try chain(specs: [.tendermint, .iavl]) }
    }

    @Test func `the root of another height, an empty one and the sentinel are refused`() {
        let other = ICS23Sample.v3.multistore.root
        #expect(throws: ProofError.root(calculated: sample.multistore.root, expected: other)) {
            try chain(root: other)
        }
        #expect(throws: ProofError.emptyRoot) { try chain(root: []) }
        #expect(throws: ProofError.self) { try chain(root: Array("sentinel_root".utf8)) }
    }

    @Test func `no flipped bit of a proof is accepted`() throws {
        let honest = sample.chained(.existence(sample.leftProof))
        let bytes = honest.encoded
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                // A flip that decodes to the same proof (in a tag's padding) would be no other
                // proof.
                guard let proof = try? MerkleProof(reading: flipped), proof != honest else {
                    continue
                }
                #expect(throws: ProofError.self) { try chain(proof) }
            }
        }
    }

    @Test func `truncated proofs are refused or no proof of this`() throws {
        let bytes = sample.chained(.existence(sample.leftProof)).encoded
        for count in bytes.indices {
            let cut = Array(bytes.prefix(count))
            guard let proof = try? MerkleProof(reading: cut) else { continue }
            #expect(throws: ProofError.self) { try chain(proof) }
        }
    }
}
