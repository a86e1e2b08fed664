// SPDX-License-Identifier: Apache-2.0

internal import CSecp256k1

// Unsafe: libsecp256k1 reads and writes through pointers. No pointer leaves this file.

/// ECDSA over secp256k1. The only caller of libsecp256k1 in this module.
public enum Secp256k1 {
    public static let signatureByteCount = 64

    /// Whether the 64 bytes R ‖ S sign this message hash under the compressed key. R and S must lie
    /// in 1 ..< n, and S in the lower half unless `allowHighS`.
    ///
    /// Source: specs/cometbft-ibc.md §1.7; CometBFT's rule is low S.
    public static func isValid(
        _ signature: [UInt8], ofHash hash: Digest, by key: [UInt8], allowHighS: Bool = false
    ) -> Bool {
        guard signature.count == signatureByteCount, key.count == PublicKey.secp256k1ByteCount
        else { return false }
        guard let context = unsafe cityrelay_secp256k1_context() else { return false }
        var point = secp256k1_pubkey()
        var pair = secp256k1_ecdsa_signature()
        guard unsafe secp256k1_ec_pubkey_parse(context, &point, key, key.count) == 1,
            unsafe secp256k1_ecdsa_signature_parse_compact(context, &pair, signature) == 1
        else { return false }
        if allowHighS {
            var low = secp256k1_ecdsa_signature()
            _ = unsafe secp256k1_ecdsa_signature_normalize(context, &low, &pair)
            pair = low
        }
        return unsafe secp256k1_ecdsa_verify(context, &pair, hash.bytes, &point) == 1
    }

    /// The compressed public key, or nil when the scalar is zero or not below n. Requires 32 bytes.
    static func publicKey(scalar: [UInt8]) -> [UInt8]? {
        let context = unsafe signingContext()
        defer { unsafe secp256k1_context_destroy(context) }
        var point = secp256k1_pubkey()
        guard unsafe secp256k1_ec_pubkey_create(context, &point, scalar) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: PublicKey.secp256k1ByteCount)
        var count = bytes.count
        _ = unsafe secp256k1_ec_pubkey_serialize(
            context, &bytes, &count, &point, UInt32(SECP256K1_EC_COMPRESSED))
        return bytes
    }

    /// R ‖ S with low S, nonce by RFC 6979. Requires a scalar that `publicKey` accepted.
    static func signature(of hash: Digest, scalar: [UInt8]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: signatureByteCount)
        let context = unsafe signingContext()
        defer { unsafe secp256k1_context_destroy(context) }
        var pair = secp256k1_ecdsa_signature()
        let status = unsafe secp256k1_ecdsa_sign(context, &pair, hash.bytes, scalar, nil, nil)
        precondition(status == 1, "the scalar was checked when the key was made")
        _ = unsafe secp256k1_ecdsa_signature_serialize_compact(context, &bytes, &pair)
        return bytes
    }

    /// A context of one's own for each use: there is no place here for one shared between threads.
    private static func signingContext() -> OpaquePointer {
        guard let context = unsafe secp256k1_context_create(UInt32(SECP256K1_CONTEXT_SIGN)) else {
            preconditionFailure("libsecp256k1 is out of memory")
        }
        return unsafe context
    }
}
