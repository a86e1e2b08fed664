// SPDX-License-Identifier: Apache-2.0

/// A validator's or an account's public key, as the chains carry it. Whether it is a point on its
/// curve is judged when a signature is verified, as CometBFT does.
///
/// Source: specs/cometbft-ibc.md §1.7.
public enum PublicKey: Hashable, Sendable {
    /// 32 bytes: y with the sign of x.
    case ed25519(bytes: [UInt8])
    /// 33 bytes: 02 or 03, then x.
    case secp256k1(bytes: [UInt8])

    public static let ed25519ByteCount = 32
    public static let secp256k1ByteCount = 33

    /// Refuses any length but 32.
    public init(ed25519 bytes: [UInt8]) throws(KeyError) {
        guard bytes.count == PublicKey.ed25519ByteCount else {
            throw .publicKeyLength(got: bytes.count, expected: PublicKey.ed25519ByteCount)
        }
        self = .ed25519(bytes: bytes)
    }

    /// Refuses any length but 33.
    public init(secp256k1 bytes: [UInt8]) throws(KeyError) {
        guard bytes.count == PublicKey.secp256k1ByteCount else {
            throw .publicKeyLength(got: bytes.count, expected: PublicKey.secp256k1ByteCount)
        }
        self = .secp256k1(bytes: bytes)
    }

    public var bytes: [UInt8] {
        switch self {
        case .ed25519(let bytes), .secp256k1(let bytes): bytes
        }
    }

    /// The 20-byte address: the hash's first 20 bytes for Ed25519, RIPEMD-160 of the hash for
    /// secp256k1.
    public var address: [UInt8] {
        let hash = SHA256.hash(bytes).bytes
        return switch self {
        case .ed25519: Array(hash.prefix(20))
        case .secp256k1: RIPEMD160.hash(hash)
        }
    }
}
