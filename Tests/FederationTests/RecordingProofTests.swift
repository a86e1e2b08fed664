// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// Every proof of the recording, against the app hash of the next header.
@Suite struct RecordingProofTests {
    struct Question {
        let height: UInt64
        let path: [[UInt8]]
        /// Empty: the key is absent.
        let value: [UInt8]
        let proof: MerkleProof

        /// Nil when the line is no answer with proof.
        init?(_ line: JSON) throws {
            let answer = line["response"]?["result"]?["response"]
            guard let key = line["params"]?["data"]?.hex,
                let path = line["params"]?["path"]?.string,
                let height = line["params"]?["height"]?.uint64,
                let operations = answer?["proofOps"]?["ops"]?.array
            else { return nil }
            let store = path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
            self.height = height
            self.path = [Array(store.utf8), key]
            value = answer?["value"]?.base64 ?? []
            proof = MerkleProof(
                try operations.map { operation in
                    try CommitmentProof(reading: operation["data"]?.base64 ?? [])
                })
        }

        func verify(_ root: [UInt8], _ anchor: inout StoreAnchor?) throws(ProofError) {
            let specs = ProofSpec.cosmosSDK
            if value.isEmpty {
                try proof.verifyNonMembership(specs: specs, root: root, path: path, &anchor)
            } else {
                try proof.verifyMembership(
                    specs: specs, root: root, path: path, value: value, &anchor)
            }
        }

        func verify(_ root: [UInt8]) throws(ProofError) {
            var anchor: StoreAnchor?
            try verify(root, &anchor)
        }
    }

    private func questions(_ chain: String, _ files: String...) throws -> [Question] {
        try files.flatMap { try RecordedChains.lines(chain, $0) }.compactMap { try Question($0) }
    }

    @Test func `every answer holds under the next header, and not under its own`() throws {
        var presences = 0
        var absences = 0
        for chain in try RecordedChains.chains() {
            let hashes = try RecordedChains.appHashes(chain)
            var anchor: StoreAnchor?
            for question in try questions(chain, "proofs", "proofs-lives") {
                let root = try #require(hashes[question.height + 1])
                try question.verify(root, &anchor)
                if question.value.isEmpty { absences += 1 } else { presences += 1 }
                guard let own = hashes[question.height], own != root else { continue }
                #expect(throws: ProofError.self) { try question.verify(own) }
            }
        }
        #expect(presences > 0)
        #expect(absences > 0)
    }

    @Test func `an answer is written again byte for byte`() throws {
        for chain in try RecordedChains.chains() {
            for line in try RecordedChains.lines(chain, "proofs-lives") {
                let answer = line["response"]?["result"]?["response"]
                for operation in answer?["proofOps"]?["ops"]?.array ?? [] {
                    let bytes = try #require(operation["data"]?.base64)
                    #expect(try CommitmentProof(reading: bytes).encoded == bytes)
                }
            }
        }
    }

    @Test func `no flipped byte of a proof is accepted`() throws {
        var flips = 0
        for chain in try RecordedChains.chains() {
            let hashes = try RecordedChains.appHashes(chain)
            for question in try questions(chain, "proofs-lives").prefix(40) {
                let root = try #require(hashes[question.height + 1])
                let bytes = question.proof.encoded
                for index in stride(from: Int(question.height) % 7, to: bytes.count, by: 7) {
                    var flipped = bytes
                    flipped[index] ^= UInt8(1 << (index % 8))
                    guard let proof = try? MerkleProof(reading: flipped) else { continue }
                    flips += 1
                    let accepted: Bool
                    do throws(ProofError) {
                        if question.value.isEmpty {
                            try proof.verifyNonMembership(
                                specs: ProofSpec.cosmosSDK, root: root, path: question.path)
                        } else {
                            try proof.verifyMembership(
                                specs: ProofSpec.cosmosSDK, root: root, path: question.path,
                                value: question.value)
                        }
                        accepted = true
                    } catch { accepted = false }
                    // The key of an absence proof is bound by nothing: only that may be flipped.
                    if accepted { #expect(differsInKeyOnly(proof, question.proof)) }
                }
            }
        }
        #expect(flips > 0)
    }

    private func differsInKeyOnly(_ left: MerkleProof, _ right: MerkleProof) -> Bool {
        guard case .absence(var mine) = left.proofs.first?.content,
            case .absence(let theirs) = right.proofs.first?.content
        else { return left == right }
        mine.key = theirs.key
        return mine == theirs && left.proofs.dropFirst() == right.proofs.dropFirst()
    }
}
