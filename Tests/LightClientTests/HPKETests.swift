// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

@Suite struct `Sealing to a key` {
    private let secret: [UInt8]
    private let key: [UInt8]

    init() throws {
        secret = try bytes("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")
        key = try HPKE.publicKey(secret: secret)
    }

    /// Source: RFC 9180 appendix A.1.1, X25519 with HKDF-SHA256 and AES-128-GCM, base mode.
    @Test func `gives RFC 9180's bytes`() throws {
        #expect(
            Hex.encode(key) == "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d")
        let ephemeral = try bytes(
            "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736")
        let sealed = HPKE.seal(
            try bytes("4265617574792069732074727574682c20747275746820626561757479"), to: key,
            info: try bytes("4f6465206f6e2061204772656369616e2055726e"),
            aad: try bytes("436f756e742d30"), ephemeral: ephemeral, cipher: .aes128GCM)
        #expect(
            sealed.map { Hex.encode($0) }
                == "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"
                + "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9"
                + "6d8770ac83d07bea87e13c512a")
    }

    /// Sealed by pyca/cryptography 48 (KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM).
    @Test func `opens what another implementation sealed with AES-256`() throws {
        let sealed = try bytes(
            "cace44ff7ec61657075fb97b87df25f66d8fb23698ddf36907dc66f80940af72"
                + "be15743742aec083cf0e179cc5c10e9ab43345546aed7e0cdb5425f4017fe4")
        let text = HPKE.open(
            sealed, secret: secret, info: Array("cityrelay/letter/1".utf8), aad: [])
        #expect(text.map { String(decoding: $0, as: UTF8.self) } == "甲某 10300.25")
    }

    @Test(arguments: [0, 1, 15, 16, 17, 4_096])
    func `what was sealed opens, and nothing else does`(_ count: Int) throws {
        var generator = Generator(seed: UInt64(count) + 1)
        let text = generator.bytes(count)
        let (info, aad) = (generator.bytes(9), generator.bytes(31))
        let sealed = try #require(
            HPKE.seal(
                text, to: key, info: info, aad: aad, ephemeral: generator.bytes(32)))
        #expect(sealed.count == count + HPKE.overheadByteCount)
        #expect(HPKE.open(sealed, secret: secret, info: info, aad: aad) == text)
        #expect(HPKE.open(sealed, secret: secret, info: info + [0], aad: aad) == nil)
        #expect(HPKE.open(sealed, secret: secret, info: info, aad: aad + [0]) == nil)
        #expect(HPKE.open(sealed, secret: generator.bytes(32), info: info, aad: aad) == nil)
        #expect(
            HPKE.open(sealed, secret: secret, info: info, aad: aad, cipher: .aes128GCM) == nil)
        #expect(HPKE.open(sealed + [0], secret: secret, info: info, aad: aad) == nil)
        for index in stride(from: 0, to: sealed.count, by: max(1, sealed.count / 90)) {
            // The top bit of an encapsulated key is not part of it, but of the key schedule.
            var changed = sealed
            changed[index] ^= 0x80
            #expect(HPKE.open(changed, secret: secret, info: info, aad: aad) == nil)
            #expect(
                HPKE.open(Array(sealed[..<index]), secret: secret, info: info, aad: aad) == nil)
        }
    }

    @Test func `a key of small order and keys of wrong length are refused`() throws {
        let zero = [UInt8](repeating: 0, count: 32)
        let one = [1] + [UInt8](repeating: 0, count: 31)
        for bad in [zero, one, [], [UInt8](repeating: 9, count: 31)] {
            #expect(HPKE.seal([1], to: bad, info: [], aad: [], ephemeral: secret) == nil)
        }
        #expect(HPKE.seal([1], to: key, info: [], aad: [], ephemeral: [1]) == nil)
        #expect(
            HPKE.open([UInt8](repeating: 0, count: 80), secret: secret, info: [], aad: []) == nil)
        #expect(throws: KeyError.self) { try HPKE.publicKey(secret: [1]) }
    }
}

private func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }
