// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

@Suite struct ICS23VectorTests {
    /// specs/cometbft-ibc.md §3.8.
    static let v2Membership =
        "0a780a760a1830372d74656e6465726d696e742d300100000000000000011220a096722aa6534040a0efbdae05"
        + "765132a7b223ad306d6512f3734821bd0465051a0b0801180120012a0300020a222b0801120402040a201a21"
        + "203cc3846e9c2cba7758cfd386f2ac30d298647f3fc6f67fcd7a811324841978d30a5b0a590a036962631220"
        + "06ebc807cbb3bd3a12b54dd1cf67c79316ff22cc7bc8172f966d2259323882ce1a090801180120012a010022"
        + "250801122101b8da986f9e08d334502c94430d22e0b171b8586be68e95a16a5ba29bfa00cd60"

    static let v2AppHash = "f0bb03acc5ec4797f01c4682bfd963974b87f64b663464b416db32f7d47b1244"

    @Test func `vector V2's hashes follow from the node formats`() {
        let sample = ICS23Sample.v2
        #expect(
            Hex.encode(sample.left.hash)
                == "5e13fc65dafdab049c78554834da7f08622d095fbbdc054537177c2f9bbea173")
        #expect(
            Hex.encode(sample.storeRoot)
                == "06ebc807cbb3bd3a12b54dd1cf67c79316ff22cc7bc8172f966d2259323882ce")
        #expect(Hex.encode(sample.multistore.root) == ICS23VectorTests.v2AppHash)
    }

    @Test func `vector V2 proves its commitment, byte for byte`() throws {
        let sample = ICS23Sample.v2
        let bytes = try #require(Hex.decode(ICS23VectorTests.v2Membership))
        let proof = try MerkleProof(reading: bytes)
        #expect(proof == sample.chained(.existence(sample.leftProof)))
        #expect(proof.encoded == bytes)
        #expect(sample.chained(.existence(sample.leftProof)).encoded == bytes)
        try proof.verifyMembership(
            specs: ProofSpec.cosmosSDK, root: sample.multistore.root,
            path: [ICS23Sample.ibc, sample.left.key], value: sample.left.value)
    }

    @Test func `vector V2 proves an absent receipt, byte for byte`() throws {
        let sample = ICS23Sample.v2
        let absence = NonExistenceProof(
            key: ICS23Sample.absentKey, left: sample.leftProof, right: sample.rightProof)
        let proof = sample.chained(.absence(absence))
        let bytes = proof.encoded
        #expect(bytes.count == 347)
        #expect(
            SHA256.hash(bytes).description
                == "1f09de926c99c3164f0c220992f5093a31f7dde0a4649c10c53de523bba66cb9")
        #expect(try MerkleProof(reading: bytes) == proof)
        try proof.verifyNonMembership(
            specs: ProofSpec.cosmosSDK, root: sample.multistore.root,
            path: [ICS23Sample.ibc, ICS23Sample.absentKey])
    }

    @Test func `vector V3, the forged absence of an existing receipt, is refused`() throws {
        let sample = ICS23Sample.v3
        #expect(
            Hex.encode(sample.storeRoot)
                == "90896dc42e3847f362985c68b40edf43852261aec6eeadde1edd51cf6c5ff4d4")
        let swallowed = Array(sample.left.key.prefix(22))
        let forged = ExistenceProof(
            key: [5], value: [2],
            leaf: sample.leafOp([0, 2, 0x12, 24] + swallowed), path: [sample.leftStep])
        // Every hash is honest: only the form of the leaf's prefix gives it away.
        #expect(try forged.calculateRoot() == sample.storeRoot)
        let absence = CommitmentProof(
            .absence(
                NonExistenceProof(key: [], left: forged, right: sample.rightProof)))
        #expect(throws: ProofError.leaf(.iavlPrefix([0, 2, 0x12, 24] + swallowed))) {
            try absence.verifyNonMembership(
                spec: .iavl, root: sample.storeRoot, key: sample.left.key)
        }
    }

    /// building-cometbft.md W5: a tree of five leaves written over eight versions.
    @Test func `vector W5 of a real tree proves its key`() throws {
        let bytes = try #require(
            Hex.decode(
                "0a6b0a01641201341a0b0801180120012a03000208222b08011204020408201a"
                    + "2120782a19ae35a912fd"
                    + "b6d0e0cbc9d99ef8ca7a920d90182e33e5275af2ff03d5c322290801122504080e20e2966e6f"
                    + "7efbd6702b596d440c1a78201c09b87cccdc09346809d6b8037e6b1920"))
        let root = try #require(
            Hex.decode("80e3152d5f52bcd21e70ca2d0e4767598430ed37348cbc903adb23283c1dd966"))
        let proof = try CommitmentProof(reading: bytes)
        try proof.verifyMembership(
            spec: .iavl, root: root, key: Array("d".utf8), value: Array("4".utf8))
        #expect(proof.encoded == bytes)
    }

    @Test func `an empty store's answer proves nothing`() throws {
        let proof = try CommitmentProof(reading: [0x12, 3, 0x0a, 1, 0x71])
        #expect(throws: ProofError.noNeighbours) {
            try proof.verifyNonMembership(
                spec: .iavl, root: SHA256.empty.bytes, key: Array("q".utf8))
        }
    }

    @Test func `every reference verdict on proofs is ours`() throws {
        let folder = try Fixtures.verdicts("ics23")
        let lines = try Corpus.lines("\(folder)/proofs.jsonl")
        #expect(lines.count > 4_000)
        for line in lines {
            let judgement = ProofVerdicts.judge(line, isOptional: false)
            #expect(judgement == .agreed, "\(line["id"]?.string ?? "")")
        }
    }

    @Test func `what a careful port may refuse is refused, each by a named decision`() throws {
        let folder = try Fixtures.verdicts("ics23")
        var stricter = 0
        for line in try Corpus.lines("\(folder)/proofs-optional.jsonl") {
            switch ProofVerdicts.judge(line, isOptional: true) {
            case .stricter: stricter += 1
            case .agreed: continue
            case .disagreed(let why): Issue.record("\(line["id"]?.string ?? ""): \(why)")
            }
        }
        #expect(stricter > 190)
    }
}
