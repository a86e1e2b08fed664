// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

// Unsafe: OpenSSL reads and writes through pointers. No pointer leaves this file.

/// The only caller of libcrypto in this module.
enum OpenSSL {
    static func sha256(_ bytes: [UInt8]) -> Digest {
        unsafe bytes.withUnsafeBytes { input in
            Digest(unsafe cityrelay_sha256(input.baseAddress, input.count))
        }
    }

    static func sha256(_ prefix: UInt8, _ left: Digest, _ right: Digest) -> Digest {
        let (a, b) = (left.words, right.words)
        return Digest(cityrelay_sha256_node(prefix, a.0, a.1, a.2, a.3, b.0, b.1, b.2, b.3))
    }

    /// H(bytes[range]). Traps when the range leaves the bytes.
    static func sha256(_ bytes: [UInt8], _ range: Range<Int>) -> Digest {
        unsafe bytes.withUnsafeBytes { input in
            let part = unsafe UnsafeRawBufferPointer(rebasing: input[range])
            return Digest(unsafe cityrelay_sha256(part.baseAddress, part.count))
        }
    }

    /// H(bytes[prefix] ‖ length ‖ bytes[key] ‖ 32 ‖ value). Traps when a range leaves the bytes.
    static func sha256Leaf(
        _ bytes: [UInt8], _ prefix: Range<Int>, _ key: Range<Int>, _ value: Digest
    ) -> Digest {
        let words = value.words
        return unsafe bytes.withUnsafeBytes { input in
            let first = unsafe UnsafeRawBufferPointer(rebasing: input[prefix])
            let second = unsafe UnsafeRawBufferPointer(rebasing: input[key])
            return Digest(
                unsafe cityrelay_sha256_leaf(
                    first.baseAddress, first.count, second.baseAddress, second.count,
                    cityrelay_sha256_words(
                        w0: words.0, w1: words.1, w2: words.2, w3: words.3)))
        }
    }

    /// H(bytes[before] ‖ hash ‖ bytes[after]), again and again. Traps when a range leaves the
    /// bytes.
    @inline(__always)
    static func sha256Fold(
        _ bytes: [UInt8], _ leaf: Digest, _ count: Int,
        _ step: (_ index: Int) -> (before: Range<Int>, after: Range<Int>)
    ) -> Digest {
        var words = cityrelay_sha256_words(
            w0: leaf.words.0, w1: leaf.words.1, w2: leaf.words.2, w3: leaf.words.3)
        unsafe bytes.withUnsafeBytes { input in
            guard let base = input.baseAddress else { return }
            for index in 0..<count {
                let (before, after) = step(index)
                precondition(
                    before.lowerBound >= 0 && before.upperBound <= input.count
                        && after.lowerBound >= 0 && after.upperBound <= input.count)
                words = unsafe cityrelay_sha256_step(
                    base + before.lowerBound, before.count, words, base + after.lowerBound,
                    after.count)
            }
        }
        return Digest(words)
    }

    /// A SHA-256 that is fed piece by piece.
    struct SHA256Stream {
        private var context = cityrelay_sha256_start()

        mutating func update(_ bytes: [UInt8]) {
            unsafe bytes.withUnsafeBytes { input in
                unsafe cityrelay_sha256_update(&context, input.baseAddress, input.count)
            }
        }

        mutating func update(_ bytes: ArraySlice<UInt8>) {
            unsafe bytes.withUnsafeBytes { input in
                unsafe cityrelay_sha256_update(&context, input.baseAddress, input.count)
            }
        }

        mutating func update(_ bytes: [UInt8], _ range: Range<Int>) {
            unsafe bytes.withUnsafeBytes { input in
                let part = unsafe UnsafeRawBufferPointer(rebasing: input[range])
                unsafe cityrelay_sha256_update(&context, part.baseAddress, part.count)
            }
        }

        mutating func update(_ byte: UInt8) {
            unsafe withUnsafeBytes(of: byte) { input in
                unsafe cityrelay_sha256_update(&context, input.baseAddress, 1)
            }
        }

        mutating func update(_ digest: Digest) {
            let words = digest.words
            unsafe cityrelay_sha256_update_words(&context, words.0, words.1, words.2, words.3)
        }

        mutating func finish() -> Digest { Digest(unsafe cityrelay_sha256_finish(&context)) }
    }

    /// SHA-512 of R ‖ A ‖ M, where R is the signature's first half. Eight little-endian words.
    /// Requires a signature of at least 32 bytes.
    static func challenge(
        signature: [UInt8], key: [UInt8], message: [UInt8]
    ) -> InlineArray<8, UInt64> {
        let words = unsafe signature.withUnsafeBytes { r in
            unsafe key.withUnsafeBytes { a in
                unsafe message.withUnsafeBytes { m in
                    unsafe cityrelay_sha512(
                        r.baseAddress, min(32, r.count), a.baseAddress, a.count, m.baseAddress,
                        m.count)
                }
            }
        }
        return [
            words.w0, words.w1, words.w2, words.w3, words.w4, words.w5, words.w6, words.w7,
        ]
    }

    /// A digest of the default provider by its name, for the algorithms off the fast path.
    static func digest(_ name: StaticString, byteCount: Int, _ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: byteCount)
        var written = byteCount
        let isDone = unsafe bytes.withUnsafeBytes { input in
            unsafe output.withUnsafeMutableBufferPointer { result in
                unsafe name.utf8Start.withMemoryRebound(
                    to: CChar.self, capacity: name.utf8CodeUnitCount + 1
                ) { text in
                    unsafe EVP_Q_digest(
                        nil, text, nil, input.baseAddress, input.count, result.baseAddress, &written
                    )
                }
            }
        }
        precondition(isDone == 1 && written == byteCount, "libcrypto's provider lacks \(name)")
        return output
    }
}

/// Ed25519 keys and signatures (RFC 8032, deterministic). Verification is ours: see Ed25519/.
extension OpenSSL {
    /// Requires 32 bytes.
    static func ed25519PublicKey(seed: [UInt8]) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: 32)
        var count = key.count
        let handle = unsafe privateKey(seed)
        defer { unsafe EVP_PKEY_free(handle) }
        let status = unsafe key.withUnsafeMutableBufferPointer { output in
            unsafe EVP_PKEY_get_raw_public_key(handle, output.baseAddress, &count)
        }
        precondition(status == 1 && count == 32, "libcrypto lacks Ed25519")
        return key
    }

    /// Requires a 32-byte seed.
    static func ed25519Signature(of message: [UInt8], seed: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        let handle = unsafe privateKey(seed)
        let context = unsafe EVP_MD_CTX_new()
        defer {
            unsafe EVP_MD_CTX_free(context)
            unsafe EVP_PKEY_free(handle)
        }
        var status = unsafe EVP_DigestSignInit(context, nil, nil, nil, handle)
        precondition(status == 1, "libcrypto lacks Ed25519")
        status = unsafe signature.withUnsafeMutableBufferPointer { output in
            unsafe message.withUnsafeBufferPointer { input in
                unsafe EVP_DigestSign(
                    context, output.baseAddress, &count, input.baseAddress, input.count)
            }
        }
        precondition(status == 1 && count == 64, "libcrypto failed to sign")
        return signature
    }

    private static func privateKey(_ seed: [UInt8]) -> OpaquePointer? {
        let handle = unsafe seed.withUnsafeBufferPointer { input in
            unsafe EVP_PKEY_new_raw_private_key(
                EVP_PKEY_ED25519, nil, input.baseAddress, input.count)
        }
        precondition(unsafe handle != nil, "an Ed25519 seed is 32 bytes")
        return unsafe handle
    }
}

/// Signatures by keys in SubjectPublicKeyInfo, of any algorithm that a certificate may carry.
extension OpenSSL {
    /// ECDSA over SHA-256. False for a key of another algorithm, and for bytes that are no key.
    static func isValidECDSA(
        _ signature: [UInt8], of message: [UInt8], subjectPublicKeyInfo der: [UInt8]
    ) -> Bool {
        isValid(signature, of: message, info: der) { $0 == EVP_PKEY_EC }
    }

    /// Whether the key of a DER SubjectPublicKeyInfo signed the message: with its own hash for
    /// Ed25519, with SHA-256 otherwise. False for bytes that are no such key, and for an algorithm
    /// that the caller does not take.
    static func isValid(
        _ signature: [UInt8], of message: [UInt8], info: [UInt8],
        takes: (Int32) -> Bool = { _ in true }
    ) -> Bool {
        let key = unsafe info.withUnsafeBufferPointer { input in
            var start = input.baseAddress
            return unsafe d2i_PUBKEY(nil, &start, input.count)
        }
        let context = unsafe EVP_MD_CTX_new()
        defer {
            unsafe EVP_MD_CTX_free(context)
            unsafe EVP_PKEY_free(key)
            // A bad signature leaves its reason in the thread's queue, where TLS would find it.
            ERR_clear_error()
        }
        guard let key = unsafe key else { return false }
        let algorithm = unsafe EVP_PKEY_get_base_id(key)
        let hash = unsafe algorithm == EVP_PKEY_ED25519 ? nil : EVP_sha256()
        guard takes(algorithm), unsafe EVP_DigestVerifyInit(context, nil, hash, nil, key) == 1
        else { return false }
        return unsafe signature.withUnsafeBufferPointer { first in
            unsafe message.withUnsafeBufferPointer { second in
                unsafe EVP_DigestVerify(
                    context, first.baseAddress, first.count, second.baseAddress, second.count) == 1
            }
        }
    }
}

/// X25519 (RFC 7748) and AES in Galois/Counter mode (NIST SP 800-38D), for `HPKE`.
extension OpenSSL {
    /// Bytes of GCM's tag and nonce.
    static let gcmTagByteCount = 16
    static let gcmNonceByteCount = 12

    /// Requires 32 bytes.
    static func x25519PublicKey(secret: [UInt8]) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: 32)
        var count = key.count
        let handle = unsafe secret.withUnsafeBufferPointer { input in
            unsafe EVP_PKEY_new_raw_private_key(
                EVP_PKEY_X25519, nil, input.baseAddress, input.count)
        }
        defer { unsafe EVP_PKEY_free(handle) }
        let status = unsafe key.withUnsafeMutableBufferPointer { output in
            unsafe EVP_PKEY_get_raw_public_key(handle, output.baseAddress, &count)
        }
        precondition(status == 1 && count == 32, "libcrypto lacks X25519")
        return key
    }

    /// The shared secret; nil for a public key of another length or of small order, for which it
    /// would be zero.
    static func x25519(secret: [UInt8], publicKey: [UInt8]) -> [UInt8]? {
        let mine = unsafe secret.withUnsafeBufferPointer { input in
            unsafe EVP_PKEY_new_raw_private_key(
                EVP_PKEY_X25519, nil, input.baseAddress, input.count)
        }
        let theirs = unsafe publicKey.withUnsafeBufferPointer { input in
            unsafe EVP_PKEY_new_raw_public_key(
                EVP_PKEY_X25519, nil, input.baseAddress, input.count)
        }
        let context = unsafe mine.flatMap { unsafe EVP_PKEY_CTX_new($0, nil) }
        defer {
            unsafe EVP_PKEY_CTX_free(context)
            unsafe EVP_PKEY_free(theirs)
            unsafe EVP_PKEY_free(mine)
            // A bad key leaves its reason in the thread's queue, where TLS would find it.
            ERR_clear_error()
        }
        guard unsafe context != nil, unsafe theirs != nil,
            unsafe EVP_PKEY_derive_init(context) == 1,
            unsafe EVP_PKEY_derive_set_peer(context, theirs) == 1
        else { return nil }
        var shared = [UInt8](repeating: 0, count: 32)
        var count = shared.count
        let status = unsafe shared.withUnsafeMutableBufferPointer { output in
            unsafe EVP_PKEY_derive(context, output.baseAddress, &count)
        }
        return status == 1 && count == 32 ? shared : nil
    }

    /// Ciphertext and tag. Requires a key of 16 or 32 bytes and a nonce of 12.
    static func gcmSeal(
        _ text: [UInt8], key: [UInt8], nonce: [UInt8], authenticating aad: [UInt8]
    ) -> [UInt8] {
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: text.count + gcmTagByteCount)
        var count: Int32 = 0
        let cipher = unsafe key.count == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm()
        var isDone = unsafe EVP_EncryptInit_ex(context, cipher, nil, key, nonce) == 1
        if !aad.isEmpty {
            isDone =
                unsafe isDone
                && EVP_EncryptUpdate(context, nil, &count, aad, Int32(aad.count)) == 1
        }
        unsafe output.withUnsafeMutableBufferPointer { result in
            if !text.isEmpty {
                isDone =
                    unsafe isDone
                    && EVP_EncryptUpdate(
                        context, result.baseAddress, &count, text, Int32(text.count)) == 1
            }
            let end = unsafe result.baseAddress.map { unsafe $0 + text.count }
            isDone = unsafe isDone && EVP_EncryptFinal_ex(context, end, &count) == 1
            isDone =
                unsafe isDone
                && EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_GET_TAG, Int32(gcmTagByteCount), end) == 1
        }
        precondition(isDone, "libcrypto lacks AES-GCM")
        return output
    }

    /// The text; nil when the tag does not fit. Requires a key of 16 or 32 bytes and a nonce of 12.
    static func gcmOpen(
        _ sealed: [UInt8], key: [UInt8], nonce: [UInt8], authenticating aad: [UInt8]
    ) -> [UInt8]? {
        guard sealed.count >= gcmTagByteCount else { return nil }
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let body = Array(sealed.dropLast(gcmTagByteCount))
        var tag = Array(sealed.suffix(gcmTagByteCount))
        var output = [UInt8](repeating: 0, count: body.count)
        var rest = [UInt8](repeating: 0, count: gcmTagByteCount)
        var count: Int32 = 0
        let cipher = unsafe key.count == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm()
        var isDone = unsafe EVP_DecryptInit_ex(context, cipher, nil, key, nonce) == 1
        if !aad.isEmpty {
            isDone =
                unsafe isDone
                && EVP_DecryptUpdate(context, nil, &count, aad, Int32(aad.count)) == 1
        }
        if !body.isEmpty {
            isDone =
                unsafe isDone
                && EVP_DecryptUpdate(context, &output, &count, body, Int32(body.count)) == 1
        }
        isDone =
            unsafe isDone
            && EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_SET_TAG, Int32(gcmTagByteCount), &tag) == 1
            && EVP_DecryptFinal_ex(context, &rest, &count) == 1
        return isDone ? output : nil
    }
}

extension Digest {
    fileprivate init(_ words: cityrelay_sha256_words) {
        self.init(words: (words.w0, words.w1, words.w2, words.w3))
    }
}
