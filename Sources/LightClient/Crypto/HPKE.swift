// SPDX-License-Identifier: Apache-2.0

/// Hybrid public key encryption to an X25519 key: RFC 9180, base mode, one message per
/// encapsulation, with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-GCM.
///
/// Hides the text and binds it to `info` and `aad`. Does not say who sealed it: base mode has no
/// sender, so the message around it must be signed.
public enum HPKE {
    /// The cipher. Its key's length is the only difference.
    public enum Cipher: UInt16, Hashable, Sendable, CaseIterable {
        case aes128GCM = 0x0001
        case aes256GCM = 0x0002

        var keyByteCount: Int { self == .aes128GCM ? 16 : 32 }
    }

    public static let keyByteCount = 32
    /// How much longer sealed bytes are than the text: encapsulated key and tag.
    public static let overheadByteCount = keyByteCount + OpenSSL.gcmTagByteCount
    /// Bytes of one text: what libcrypto takes in one call is far more.
    public static let maxTextByteCount = 1 << 24

    /// The public key of a 32-byte secret, which must be random and kept.
    public static func publicKey(secret: [UInt8]) throws(KeyError) -> [UInt8] {
        guard secret.count == keyByteCount else {
            throw .privateKeyLength(got: secret.count, expected: keyByteCount)
        }
        return OpenSSL.x25519PublicKey(secret: secret)
    }

    /// Encapsulated key, ciphertext and tag. `ephemeral` is 32 random bytes that are used for this
    /// call and never again. Nil for a receiver's key that is none, a wrong length or a text above
    /// the limit.
    public static func seal(
        _ text: [UInt8], to receiver: [UInt8], info: [UInt8], aad: [UInt8],
        ephemeral: [UInt8], cipher: Cipher = .aes256GCM
    ) -> [UInt8]? {
        guard receiver.count == keyByteCount, ephemeral.count == keyByteCount,
            text.count <= maxTextByteCount, aad.count <= maxTextByteCount,
            let shared = OpenSSL.x25519(secret: ephemeral, publicKey: receiver)
        else { return nil }
        let encapsulated = OpenSSL.x25519PublicKey(secret: ephemeral)
        let keys = Keys(shared, encapsulated, receiver, info, cipher)
        return encapsulated
            + OpenSSL.gcmSeal(text, key: keys.key, nonce: keys.nonce, authenticating: aad)
    }

    /// The text; nil when anything does not fit: another key, info, aad or a changed byte.
    public static func open(
        _ sealed: [UInt8], secret: [UInt8], info: [UInt8], aad: [UInt8],
        cipher: Cipher = .aes256GCM
    ) -> [UInt8]? {
        guard sealed.count >= overheadByteCount, secret.count == keyByteCount,
            sealed.count <= maxTextByteCount + overheadByteCount, aad.count <= maxTextByteCount
        else { return nil }
        let encapsulated = Array(sealed.prefix(keyByteCount))
        guard let shared = OpenSSL.x25519(secret: secret, publicKey: encapsulated) else {
            return nil
        }
        let receiver = OpenSSL.x25519PublicKey(secret: secret)
        let keys = Keys(shared, encapsulated, receiver, info, cipher)
        return OpenSSL.gcmOpen(
            Array(sealed.dropFirst(keyByteCount)), key: keys.key, nonce: keys.nonce,
            authenticating: aad)
    }

    /// The key schedule. Source: RFC 9180 sections 4.1 and 5.1.
    private struct Keys {
        let key: [UInt8]
        let nonce: [UInt8]

        private static let kem: [UInt8] = Array("KEM".utf8) + [0x00, 0x20]

        init(
            _ agreed: [UInt8], _ encapsulated: [UInt8], _ receiver: [UInt8], _ info: [UInt8],
            _ cipher: Cipher
        ) {
            let prk = Keys.extract(Keys.kem, salt: [], "eae_prk", agreed)
            let shared = Keys.expand(
                Keys.kem, prk, "shared_secret", encapsulated + receiver, HPKE.keyByteCount)
            let suite =
                Array("HPKE".utf8) + [0x00, 0x20, 0x00, 0x01, 0x00, UInt8(cipher.rawValue)]
            let context =
                [0x00] + Keys.extract(suite, salt: [], "psk_id_hash", [])
                + Keys.extract(suite, salt: [], "info_hash", info)
            let secret = Keys.extract(suite, salt: shared, "secret", [])
            key = Keys.expand(suite, secret, "key", context, cipher.keyByteCount)
            nonce = Keys.expand(
                suite, secret, "base_nonce", context, OpenSSL.gcmNonceByteCount)
        }

        /// LabeledExtract.
        private static func extract(
            _ suite: [UInt8], salt: [UInt8], _ label: String, _ input: [UInt8]
        ) -> [UInt8] {
            HMACSHA256.code(
                key: salt, Array("HPKE-v1".utf8) + suite + Array(label.utf8) + input
            ).bytes
        }

        /// LabeledExpand for at most 32 bytes: HKDF's first block is enough.
        private static func expand(
            _ suite: [UInt8], _ key: [UInt8], _ label: String, _ info: [UInt8], _ count: Int
        ) -> [UInt8] {
            let labelled =
                [0x00, UInt8(count)] + Array("HPKE-v1".utf8) + suite + Array(label.utf8) + info
            return Array(HMACSHA256.code(key: key, labelled + [0x01]).bytes.prefix(count))
        }
    }
}
