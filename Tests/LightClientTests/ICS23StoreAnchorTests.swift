// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

@Suite struct ICS23StoreAnchorTests {
    let sample = ICS23Sample.v2

    @Test func `a store's root is proven once for all proofs of its height`() throws {
        var anchor: StoreAnchor?
        let root = sample.multistore.root
        try sample.chained(.existence(sample.leftProof)).verifyMembership(
            specs: ProofSpec.cosmosSDK, root: root, path: [ICS23Sample.ibc, sample.left.key],
            value: sample.left.value, &anchor)
        #expect(anchor?.storeRoot == sample.storeRoot)
        let first = anchor
        let absence = NonExistenceProof(
            key: [], left: sample.leftProof, right: sample.rightProof)
        try sample.chained(.absence(absence)).verifyNonMembership(
            specs: ProofSpec.cosmosSDK, root: root,
            path: [ICS23Sample.ibc, ICS23Sample.absentKey], &anchor)
        #expect(anchor == first)
    }

    @Test func `an anchor lends nothing to another root, path or upper proof`() throws {
        var anchor: StoreAnchor?
        let honest = sample.chained(.existence(sample.leftProof))
        let path = [ICS23Sample.ibc, sample.left.key]
        try honest.verifyMembership(
            specs: ProofSpec.cosmosSDK, root: sample.multistore.root, path: path,
            value: sample.left.value, &anchor)
        let kept = anchor
        #expect(throws: ProofError.self) {
            try honest.verifyMembership(
                specs: ProofSpec.cosmosSDK, root: ICS23Sample.v3.multistore.root, path: path,
                value: sample.left.value, &anchor)
        }
        #expect(throws: ProofError.self) {
            try honest.verifyMembership(
                specs: ProofSpec.cosmosSDK, root: sample.multistore.root,
                path: [Array("bank".utf8), sample.left.key], value: sample.left.value, &anchor)
        }
        var forged = honest
        forged.proofs[1] = CommitmentProof(.existence(ICS23Sample.v3.multistore.proof))
        #expect(throws: ProofError.self) {
            try forged.verifyMembership(
                specs: ProofSpec.cosmosSDK, root: sample.multistore.root, path: path,
                value: sample.left.value, &anchor)
        }
        #expect(anchor == kept)
    }

    @Test func `an anchor is made only by a proof that holds`() throws {
        let proofs = [CommitmentProof(.existence(sample.multistore.proof))]
        let anchor = try StoreAnchor(
            proving: sample.storeRoot, by: proofs, specs: [.tendermint],
            root: sample.multistore.root, path: [ICS23Sample.ibc])
        try CommitmentProof(.existence(sample.leftProof)).verifyMembership(
            spec: .iavl, root: anchor.storeRoot, key: sample.left.key, value: sample.left.value)
        #expect(throws: ProofError.self) {
            try StoreAnchor(
                proving: ICS23Sample.v3.storeRoot, by: proofs, specs: [.tendermint],
                root: sample.multistore.root, path: [ICS23Sample.ibc])
        }
        #expect(throws: ProofError.self) {
            try StoreAnchor(
                proving: sample.storeRoot, by: [], specs: [], root: sample.storeRoot, path: [])
        }
    }
}
