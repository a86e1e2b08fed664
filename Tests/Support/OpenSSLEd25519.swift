// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

// Unsafe: OpenSSL reads through pointers. No pointer leaves this file.

/// OpenSSL's own Ed25519 verification: a cross-check, and the yardstick of the measures. It has no
/// cofactor rule, so it refuses signatures that the chains accept, never the other way round.
@safe public final class OpenSSLEd25519 {
    private let key: OpaquePointer

    /// Nil when OpenSSL refuses the key.
    public init?(key bytes: [UInt8]) {
        guard
            let key = unsafe EVP_PKEY_new_raw_public_key(
                EVP_PKEY_ED25519, nil, bytes, bytes.count)
        else { return nil }
        unsafe self.key = key
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// A context for this one verdict: a used context silently keeps its first key.
    public func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        return unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
