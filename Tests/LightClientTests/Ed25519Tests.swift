// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

@Suite struct Ed25519Tests {
    /// Every encoding of the eight points of small order, canonical or not (specs §1.7).
    static let smallOrder: [String] = {
        let zeros = String(repeating: "00", count: 30)
        let ones = String(repeating: "ff", count: 30)
        let eighth = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc"
        let other = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03"
        return [
            "00" + zeros + "00", "00" + zeros + "80", "01" + zeros + "00", "01" + zeros + "80",
            eighth + "05", eighth + "85", other + "7a", other + "fa",
            "ec" + ones + "7f", "ec" + ones + "ff", "ed" + ones + "7f", "ed" + ones + "ff",
            "ee" + ones + "7f", "ee" + ones + "ff",
        ]
    }()

    @Test func `all pairs of small-order encodings are accepted with S = 0`() throws {
        var verifier = SignatureVerifier()
        var claims: [SignedClaim] = []
        for key in Ed25519Tests.smallOrder {
            for r in Ed25519Tests.smallOrder {
                claims.append(
                    SignedClaim(
                        key: .ed25519(bytes: try #require(Hex.decode(key))),
                        message: Array("Zcash".utf8),
                        signature: try #require(Hex.decode(r)) + [UInt8](repeating: 0, count: 32)))
            }
        }
        #expect(claims.count == 196)
        let verdicts = verifier.areValid(claims)
        #expect(verdicts.allSatisfy { $0 })
        let acceptedByOpenSSL = claims.reduce(0) {
            $0
                + (OpenSSLEd25519(key: $1.key.bytes)?.isValid($1.signature, of: $1.message) == true
                    ? 1 : 0)
        }
        #expect(acceptedByOpenSSL == 12)
    }

    @Test func `a key of mixed order is accepted where OpenSSL refuses`() throws {
        let key = try #require(
            Hex.decode("83fb058530f6cb34754cb0434bf380a74ef60411c762e79271dd08fa17821741"))
        let signature = try #require(
            Hex.decode(
                "ef4f62f8479733ad879cfaced3c89a9c39dd4fc795ef2efa1c3eafe4d729a081"
                    + "ab201fb4962fe9b677ba8e94b77b6bb082c85c2f5f90b27b2878700248ef4e0d"))
        let message = Array("m0".utf8)
        #expect(isValid(signature, of: message, by: .ed25519(bytes: key)))
        #expect(OpenSSLEd25519(key: key)?.isValid(signature, of: message) == false)
    }

    @Test func `an S of L or more is refused`() throws {
        let key = try SigningKey.ed25519(seed: [UInt8](repeating: 3, count: 32))
        let signature = key.sign([1, 2, 3])
        #expect(isValid(signature, of: [1, 2, 3], by: key.publicKey))
        #expect(!isValid(addingOrder(signature), of: [1, 2, 3], by: key.publicKey))
        // S = L over the neutral element would be S = 0, which holds.
        let neutral = [UInt8]([1]) + [UInt8](repeating: 0, count: 31)
        let zero = neutral + [UInt8](repeating: 0, count: 32)
        #expect(isValid(zero, of: [], by: .ed25519(bytes: neutral)))
        #expect(!isValid(addingOrder(zero), of: [], by: .ed25519(bytes: neutral)))
    }

    @Test func `every length but 64 is refused`() throws {
        let key = try SigningKey.ed25519(seed: [UInt8](repeating: 4, count: 32))
        let signature = key.sign([])
        for length in [0, 1, 31, 32, 63] {
            #expect(!isValid(Array(signature.prefix(length)), of: [], by: key.publicKey))
        }
        #expect(!isValid(signature + [0], of: [], by: key.publicKey))
    }

    @Test func `every flipped bit of a signature, a key or a message is refused`() throws {
        let key = try SigningKey.ed25519(seed: [UInt8](repeating: 5, count: 32))
        let message = Array("one letter crosses".utf8)
        let signature = key.sign(message)
        var verifier = SignatureVerifier()
        var claims: [SignedClaim] = []
        for bit in 0..<512 {
            claims.append(
                .init(key: key.publicKey, message: message, signature: signature.flipped(bit)))
        }
        for bit in 0..<message.count * 8 {
            claims.append(
                .init(key: key.publicKey, message: message.flipped(bit), signature: signature))
        }
        for bit in 0..<256 {
            let other = PublicKey.ed25519(bytes: key.publicKey.bytes.flipped(bit))
            claims.append(.init(key: other, message: message, signature: signature))
        }
        let verdicts = verifier.areValid(claims)
        #expect(verdicts.allSatisfy { !$0 })
        let untouched = verifier.isValid(signature, of: message, by: key.publicKey)
        #expect(untouched)
    }

    /// Many keys, messages of every length around the hash's block, and each key often enough to
    /// get the bigger table.
    @Test func `what OpenSSL signs is accepted, with either size of table`() throws {
        var verifier = SignatureVerifier()
        for number in 0..<8 {
            let key = try SigningKey.ed25519(seed: SHA256.hash([UInt8(number)]).bytes)
            var claims: [SignedClaim] = []
            for length in 0..<70 {
                let message = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* number) }
                claims.append(
                    .init(key: key.publicKey, message: message, signature: key.sign(message)))
            }
            let verdicts = verifier.areValid(claims)
            #expect(verdicts.allSatisfy { $0 })
            for index in claims.indices { claims[index].message.append(1) }
            let changed = verifier.areValid(claims)
            #expect(changed.allSatisfy { !$0 })
        }
    }

    @Test func `a list mixes algorithms and refusals, and keeps its order`() throws {
        let edwards = try SigningKey.ed25519(seed: [UInt8](repeating: 6, count: 32))
        let koblitz = try SigningKey.secp256k1(scalar: [UInt8](repeating: 6, count: 32))
        let good = [edwards, koblitz].map {
            SignedClaim(key: $0.publicKey, message: [7], signature: $0.sign([7]))
        }
        var bad = good[0]
        bad.signature = []
        var offCurve = good[0]
        offCurve.key = .ed25519(bytes: [2] + [UInt8](repeating: 0, count: 31))
        var verifier = SignatureVerifier()
        let list = [bad, good[1], offCurve, good[0], bad, good[0]]
        // The second time from memory.
        for _ in 0..<2 {
            let verdicts = verifier.areValid(list)
            #expect(verdicts == [false, true, false, true, false, true])
        }
        let none = verifier.areValid([])
        #expect(none.isEmpty)
    }

    /// S + L, little-endian, in the signature's second half.
    private func addingOrder(_ signature: [UInt8]) -> [UInt8] {
        let order: [UInt8] =
            [
                0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
                0xde, 0x14,
            ] + [UInt8](repeating: 0, count: 15) + [0x10]
        var result = signature
        var carry = 0
        for index in 0..<32 {
            carry += Int(signature[32 + index]) + Int(order[index])
            result[32 + index] = UInt8(truncatingIfNeeded: carry)
            carry >>= 8
        }
        return result
    }
}

extension [UInt8] {
    fileprivate func flipped(_ bit: Int) -> [UInt8] {
        var result = self
        result[bit / 8] ^= 1 << UInt8(bit % 8)
        return result
    }
}
