// SPDX-License-Identifier: Apache-2.0

/// One signature to be judged.
public struct SignedClaim: Hashable, Sendable {
    public var key: PublicKey
    public var message: [UInt8]
    public var signature: [UInt8]

    public init(key: PublicKey, message: [UInt8], signature: [UInt8]) {
        self.key = key
        self.message = message
        self.signature = signature
    }
}

/// Judges signatures, and remembers keys and signatures that it has seen.
public struct SignatureVerifier: Sendable {
    public init() {}

    public mutating func isValid(
        _ signature: [UInt8], of message: [UInt8], by key: PublicKey
    ) -> Bool {
        switch key {
        case .ed25519(let bytes):
            OpenSSL.ed25519IsValid(signature, of: message, by: bytes)
        case .secp256k1(let bytes):
            Secp256k1.isValid(signature, ofHash: SHA256.hash(message), by: bytes)
        }
    }

    /// One verdict per claim, in order.
    public mutating func areValid(_ claims: [SignedClaim]) -> [Bool] {
        claims.map { isValid($0.signature, of: $0.message, by: $0.key) }
    }
}
