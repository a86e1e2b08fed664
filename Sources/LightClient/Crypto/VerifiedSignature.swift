// SPDX-License-Identifier: Apache-2.0

/// What stands for a valid signature in memory: a collision-resistant hash over key, message and
/// signature, so that nothing else can pass for it.
struct VerifiedSignature: Hashable, Sendable {
    private let hash: Words256
    private let s: Words256

    /// Half of SHA-512(R ‖ A ‖ message), which verification needs anyway, and S beside it.
    init(_ claim: Ed25519Claim) {
        let words = claim.challenge
        hash = Words256(words[0], words[1], words[2], words[3])
        s = claim.s.words
    }

    /// SHA-256(key ‖ signature ‖ message); the all-ones S belongs to no Ed25519 signature. Nil when
    /// a length is wrong, and so nothing could be valid.
    init?(secp256k1 claim: SignedClaim, _ key: [UInt8]) {
        guard key.count == PublicKey.secp256k1ByteCount,
            claim.signature.count == Secp256k1.signatureByteCount
        else { return nil }
        let words = SHA256.hash(key, claim.signature, claim.message).words
        hash = Words256(words.0, words.1, words.2, words.3)
        s = Words256(.max, .max, .max, .max)
    }

    /// Two words of a strong hash spread as well as all of them; equality reads everything.
    func hash(into hasher: inout Hasher) {
        hasher.combine(hash.w0)
        hasher.combine(hash.w1)
    }
}
