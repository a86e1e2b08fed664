// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// CometBFT's own verdicts on 2,161 signatures, asked in several ways: one by one, in lists, with
/// tables that are dropped and made again, and a second time when everything is remembered.
@Suite struct SignatureVerdictTests {
    static let verdicts: [SignatureVerdict] = {
        let folder = try? Fixtures.verdicts("ed25519")
        let lines = folder.flatMap { try? Corpus.lines("\($0)/signatures.jsonl") } ?? []
        return lines.compactMap { SignatureVerdict($0) }
    }()

    static func claim(_ verdict: SignatureVerdict) -> SignedClaim {
        SignedClaim(
            key: verdict.kind == "ed25519"
                ? .ed25519(bytes: verdict.publicKey) : .secp256k1(bytes: verdict.publicKey),
            message: verdict.message, signature: verdict.signature)
    }

    @Test func `the reference verdicts are there`() {
        #expect(SignatureVerdictTests.verdicts.count > 2_000)
        #expect(
            SignatureVerdictTests.verdicts.allSatisfy {
                ["ed25519", "secp256k1"].contains($0.kind)
            })
    }

    @Test(arguments: [1, 3, 67])
    func `every verdict is the reference's, in lists of any length`(length: Int) {
        var verifier = SignatureVerifier()
        let verdicts = SignatureVerdictTests.verdicts
        for start in stride(from: 0, to: verdicts.count, by: length) {
            let list = verdicts[start..<min(start + length, verdicts.count)]
            let judged = verifier.areValid(list.map(SignatureVerdictTests.claim))
            for (verdict, isValid) in zip(list, judged) {
                #expect(isValid == verdict.isAccepted, "\(verdict.id) \(verdict.name)")
            }
        }
    }

    @Test func `what is remembered changes no verdict`() {
        var verifier = SignatureVerifier(
            keyTableCapacity: 4, frequentKeyCapacity: 2, signatureCapacity: 64)
        for _ in 0..<2 {
            for verdict in SignatureVerdictTests.verdicts.prefix(300) {
                // Asked twice in a row: the second answer comes from memory.
                for _ in 0..<2 {
                    let judged = verifier.areValid([SignatureVerdictTests.claim(verdict)])
                    #expect(judged == [verdict.isAccepted], "\(verdict.id) \(verdict.name)")
                }
            }
        }
    }

    @Test func `whatever OpenSSL accepts is accepted`() {
        var accepted = 0
        for verdict in SignatureVerdictTests.verdicts where verdict.kind == "ed25519" {
            guard let other = OpenSSLEd25519(key: verdict.publicKey) else { continue }
            let theirs = other.isValid(verdict.signature, of: verdict.message)
            // OpenSSL is one of the libraries without the cofactor rule that the verdicts speak of.
            if verdict.signature.count == 64, let expected = verdict.isCofactorlessAccepted {
                #expect(theirs == expected || verdict.isAccepted, "\(verdict.id)")
            }
            guard theirs else { continue }
            accepted += 1
            #expect(verdict.isAccepted, "\(verdict.id)")
        }
        #expect(accepted > 300)
    }
}
