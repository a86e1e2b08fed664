// SPDX-License-Identifier: Apache-2.0

/// `tendermint.crypto.PublicKey` as it came over the wire: perhaps of no kind or of a wrong length.
public struct PublicKeyMessage: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case ed25519([UInt8])
        case secp256k1([UInt8])
    }

    public var kind: Kind?

    public init(_ kind: Kind?) { self.kind = kind }

    public init(_ key: PublicKey) {
        switch key {
        case .ed25519(let bytes): kind = .ed25519(bytes)
        case .secp256k1(let bytes): kind = .secp256k1(bytes)
        }
    }

    /// The key, when its kind is known and its length right. Whether the bytes are a point of the
    /// curve shows at the first signature, as in CometBFT. BLS keys are not built yet:
    /// `unsupportedKey`.
    public func key() throws(BlockError) -> PublicKey {
        switch kind {
        case .ed25519(let bytes):
            guard bytes.count == PublicKey.ed25519ByteCount else {
                throw .length(field: "public key", got: bytes.count)
            }
            return .ed25519(bytes: bytes)
        case .secp256k1(let bytes):
            guard bytes.count == PublicKey.secp256k1ByteCount else {
                throw .length(field: "public key", got: bytes.count)
            }
            return .secp256k1(bytes: bytes)
        case nil: throw .unsupportedKey
        }
    }
}

extension PublicKeyMessage: ProtobufMessage {
    public init() { kind = nil }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: kind = .ed25519(try reader.bytes(field))
        case 2: kind = .secp256k1(try reader.bytes(field))
        default: try reader.skip(field)
        }
    }

    /// A oneof member that is set is written even when it is empty.
    public func write(to writer: inout ProtobufWriter) {
        switch kind {
        case .ed25519(let bytes): writer.alwaysBytes(1, bytes)
        case .secp256k1(let bytes): writer.alwaysBytes(2, bytes)
        case nil: break
        }
    }
}
