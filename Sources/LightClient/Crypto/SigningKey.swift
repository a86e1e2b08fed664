// SPDX-License-Identifier: Apache-2.0

/// A private key that signs deterministically: the same message always gives the same bytes.
public struct SigningKey: Sendable {
    private enum Secret: Sendable {
        case ed25519(seed: [UInt8])
        case secp256k1(scalar: [UInt8])
    }

    private let secret: Secret
    public let publicKey: PublicKey

    public static let byteCount = 32

    private init(_ secret: Secret, _ publicKey: PublicKey) {
        self.secret = secret
        self.publicKey = publicKey
    }

    /// The RFC 8032 key of a 32-byte seed.
    public static func ed25519(seed: [UInt8]) throws(KeyError) -> SigningKey {
        guard seed.count == byteCount else {
            throw .privateKeyLength(got: seed.count, expected: byteCount)
        }
        return SigningKey(
            .ed25519(seed: seed), .ed25519(bytes: OpenSSL.ed25519PublicKey(seed: seed)))
    }

    /// The key of a 32-byte big-endian scalar in 1 ..< n.
    public static func secp256k1(scalar: [UInt8]) throws(KeyError) -> SigningKey {
        guard scalar.count == byteCount else {
            throw .privateKeyLength(got: scalar.count, expected: byteCount)
        }
        guard let publicKey = Secp256k1.publicKey(scalar: scalar) else { throw .scalarOutOfRange }
        return SigningKey(.secp256k1(scalar: scalar), .secp256k1(bytes: publicKey))
    }

    /// 64 bytes: RFC 8032 for Ed25519; R ‖ S with low S over SHA-256(message), nonce by RFC 6979,
    /// for secp256k1.
    public func sign(_ message: [UInt8]) -> [UInt8] {
        switch secret {
        case .ed25519(let seed): OpenSSL.ed25519Signature(of: message, seed: seed)
        case .secp256k1(let scalar):
            Secp256k1.signature(of: SHA256.hash(message), scalar: scalar)
        }
    }
}

/// Shows the public key only, so that no log or failure message carries the secret.
extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "SigningKey(\(Hex.encode(publicKey.bytes)))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey]) }
}
