// SPDX-License-Identifier: Apache-2.0

/// A signature, key and message of the right lengths with S < L: what the equation is asked about.
struct Ed25519Claim: Sendable {
    static let signatureByteCount = 64

    /// The encodings as received: they are what is hashed, canonical or not.
    let r: Words256
    let key: Words256
    let s: Scalar
    /// SHA-512(R ‖ A ‖ message), from which k is reduced.
    let challenge: InlineArray<8, UInt64>

    /// Nil when the claim is refused before the equation.
    init?(signature: [UInt8], message: [UInt8], key: [UInt8]) {
        guard signature.count == Ed25519Claim.signatureByteCount,
            key.count == PublicKey.ed25519ByteCount,
            let r = Words256(signature), let a = Words256(key),
            let sWords = Words256(signature, from: 32), let s = Scalar(reduced: sWords)
        else { return nil }
        self.r = r
        self.key = a
        self.s = s
        challenge = OpenSSL.challenge(signature: signature, key: key, message: message)
    }
}
