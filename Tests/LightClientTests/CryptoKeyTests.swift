// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

@Suite struct CryptoKeyTests {
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

    /// The nonce is RFC 6979's with SHA-256: the well-known example of key 1 and "Satoshi
    /// Nakamoto".
    @Test func `a secp256k1 key signs as RFC 6979 says, with low S`() throws {
        let one = [UInt8](repeating: 0, count: 31) + [1]
        let key = try SigningKey.secp256k1(scalar: one)
        #expect(
            Hex.encode(key.publicKey.bytes)
                == "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
        let message = Array("Satoshi Nakamoto".utf8)
        #expect(
            Hex.encode(key.sign(message))
                == "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
                + "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5")
        #expect(isValid(key.sign(message), of: message, by: key.publicKey))
        #expect(!isValid(key.sign(message), of: [1], by: key.publicKey))
    }

    @Test func `a high S is refused unless the caller allows it`() throws {
        let key = try SigningKey.secp256k1(scalar: [UInt8](repeating: 9, count: 32))
        let hash = SHA256.hash([1, 2, 3])
        let signature = key.sign([1, 2, 3])
        let high = Array(signature.prefix(32)) + negatedModuloOrder(Array(signature.suffix(32)))
        #expect(Secp256k1.isValid(signature, ofHash: hash, by: key.publicKey.bytes))
        #expect(!Secp256k1.isValid(high, ofHash: hash, by: key.publicKey.bytes))
        #expect(Secp256k1.isValid(high, ofHash: hash, by: key.publicKey.bytes, allowHighS: true))
    }

    @Test func `keys of a wrong length or range are refused`() throws {
        #expect(throws: KeyError.publicKeyLength(got: 31, expected: 32)) {
            try PublicKey(ed25519: [UInt8](repeating: 0, count: 31))
        }
        #expect(throws: KeyError.publicKeyLength(got: 65, expected: 33)) {
            try PublicKey(secp256k1: [UInt8](repeating: 4, count: 65))
        }
        #expect(throws: KeyError.privateKeyLength(got: 33, expected: 32)) {
            try SigningKey.ed25519(seed: [UInt8](repeating: 0, count: 33))
        }
        #expect(throws: KeyError.scalarOutOfRange) {
            try SigningKey.secp256k1(scalar: [UInt8](repeating: 0, count: 32))
        }
        #expect(throws: KeyError.scalarOutOfRange) {
            try SigningKey.secp256k1(scalar: [UInt8](repeating: 255, count: 32))
        }
        // Built past the checks, such a key verifies nothing and traps nowhere.
        #expect(!isValid([UInt8](repeating: 0, count: 64), of: [], by: .ed25519(bytes: [])))
        #expect(!isValid([UInt8](repeating: 0, count: 64), of: [], by: .secp256k1(bytes: [2])))
    }

    /// Values of building-cometbft.md and of the Cosmos SDK's own address example.
    @Test func `addresses follow the key's algorithm`() throws {
        let edwards = try PublicKey(
            ed25519: #require(
                Hex.decode("a9029ed540e459a0e71c43141225302a58efd26c404d1805c72b62044ae79662")))
        #expect(Hex.encode(edwards.address) == "b3688d0fd292280ab43e0577b0d30d57496e69b7")
        let generator = try PublicKey(
            secp256k1: #require(
                Hex.decode("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")))
        #expect(Hex.encode(generator.address) == "751e76e8199196d454941c45d1b3a323f1433bd6")
    }

    @Test func `a signing key shows only its public half`() throws {
        let key = try SigningKey.ed25519(seed: [UInt8](repeating: 0x5a, count: 32))
        #expect(!"\(key)".contains("5a5a"))
        #expect(!String(reflecting: key).contains("5a5a"))
        #expect(Mirror(reflecting: key).children.map(\.label) == ["publicKey"])
    }

    /// n − s for 32 big-endian bytes.
    private func negatedModuloOrder(_ bytes: [UInt8]) -> [UInt8] {
        let order: [UInt8] = [
            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c,
            0xd0, 0x36, 0x41, 0x41,
        ]
        var borrow = 0
        var result = order
        for index in order.indices.reversed() {
            let difference = Int(order[index]) - Int(bytes[index]) - borrow
            borrow = difference < 0 ? 1 : 0
            result[index] = UInt8(truncatingIfNeeded: difference)
        }
        return result
    }
}

/// The verdict of a verifier that has seen nothing yet.
func isValid(_ signature: [UInt8], of message: [UInt8], by key: PublicKey) -> Bool {
    var verifier = SignatureVerifier()
    return verifier.isValid(signature, of: message, by: key)
}
