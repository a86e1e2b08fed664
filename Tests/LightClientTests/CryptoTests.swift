// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

@Suite struct HashTests {
    static let cases: [(name: String, hash: @Sendable ([UInt8]) -> [UInt8], of: String, is: String)] = [
        (
            "SHA-256", { SHA256.hash($0).bytes }, "abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        ),
        (
            "SHA-512", { SHA512.hash($0) }, "abc",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
        (
            "SHA-512/256", { SHA512_256.hash($0) }, "abc",
            "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"
        ),
        ("RIPEMD-160", { RIPEMD160.hash($0) }, "abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
        (
            "Keccak-256 of nothing", { Keccak256.hash($0).bytes }, "",
            "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
        ),
        (
            "Keccak-256", { Keccak256.hash($0).bytes }, "abc",
            "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
        ),
        (
            "BLAKE2b-512", { BLAKE2b512.hash($0) }, "abc",
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
        ),
        (
            "BLAKE2s-256", { BLAKE2s256.hash($0) }, "abc",
            "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"
        ),
    ]

    @Test func `every hash gives its standard's example`() {
        for (name, hash, input, expected) in HashTests.cases {
            #expect(Hex.encode(hash(Array(input.utf8))) == expected, "\(name)")
        }
    }

    @Test func `an Ed25519 key signs as RFC 8032 says`() throws {
        let seed = try #require(
            Hex.decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
        let key = try SigningKey.ed25519(seed: seed)
        #expect(
            Hex.encode(key.publicKey.bytes)
                == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        #expect(
            Hex.encode(key.sign([]))
                == "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")
        #expect(isValid(key.sign([1, 2]), of: [1, 2], by: key.publicKey))
        #expect(!isValid(key.sign([1, 2]), of: [1, 3], by: key.publicKey))
    }

    @Test func `a secp256k1 key signs what it verifies`() throws {
        let key = try SigningKey.secp256k1(scalar: [UInt8](repeating: 7, count: 32))
        #expect(isValid(key.sign([1, 2]), of: [1, 2], by: key.publicKey))
        #expect(!isValid(key.sign([1, 2]), of: [1, 3], by: key.publicKey))
    }

    @Test func `the packed verdicts unpack`() throws {
        let lines = try Corpus.lines("\(try Fixtures.verdicts("ed25519"))/signatures.jsonl")
        #expect(lines.count > 2000)
    }
}

/// The verdict of a verifier that has seen nothing yet.
func isValid(_ signature: [UInt8], of message: [UInt8], by key: PublicKey) -> Bool {
    var verifier = SignatureVerifier()
    return verifier.isValid(signature, of: message, by: key)
}
