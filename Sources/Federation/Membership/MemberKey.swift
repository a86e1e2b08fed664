// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The algorithm of a member's key, as the number that stands on the wire. A number that this
/// software does not know is carried on and compared, but no signature by such a key counts.
public struct KeyType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// RFC 8032, 32 bytes.
    public static let ed25519 = KeyType(rawValue: 1)
    /// GB/T 32918 with SM3, an uncompressed point of 65 bytes. Reserved: not verified yet.
    public static let sm2 = KeyType(rawValue: 2)
}

extension KeyType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .ed25519: "ed25519"
        case .sm2: "sm2"
        default: "type\(rawValue)"
        }
    }
}

/// A public key by which a member signs: manifests with its authority keys, proof requests,
/// releases and log checkpoints with its evidence keys.
public struct MemberKey: Hashable, Sendable, Comparable {
    public let type: KeyType
    public let bytes: [UInt8]

    /// Room for every key of today and for compressed forms of tomorrow, bytes.
    public static let maxByteCount = 128

    public init(type: KeyType, bytes: [UInt8]) {
        self.type = type
        self.bytes = bytes
    }

    /// The public half of an Ed25519 signing key; nil for another algorithm.
    public init?(_ key: PublicKey) {
        guard case .ed25519(let bytes) = key else { return nil }
        self.init(type: .ed25519, bytes: bytes)
    }

    /// What this software verifies with; nil for a type that it does not know or a wrong length.
    public var publicKey: PublicKey? {
        type == .ed25519 ? try? PublicKey(ed25519: bytes) : nil
    }

    /// DER before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo. Source: RFC 8410.
    private static let ed25519Info: [UInt8] = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    /// The key's SubjectPublicKeyInfo, DER; nil for a type whose form is not known.
    public var info: [UInt8]? { publicKey.map { MemberKey.ed25519Info + $0.bytes } }

    /// Nil unless the bytes are an Ed25519 key's SubjectPublicKeyInfo.
    public init?(info: [UInt8]) {
        let count = MemberKey.ed25519Info.count
        guard info.count == count + PublicKey.ed25519ByteCount,
            info.starts(with: MemberKey.ed25519Info)
        else { return nil }
        self.init(type: .ed25519, bytes: Array(info.dropFirst(count)))
    }

    /// SHA-256 of the key's SubjectPublicKeyInfo: what a certificate of this key would be pinned
    /// by. Nil for a type whose form is not known.
    public var pin: Digest? {
        publicKey.map { SHA256.hash(MemberKey.ed25519Info, $0.bytes) }
    }

    public static func < (left: MemberKey, right: MemberKey) -> Bool {
        if left.type != right.type { return left.type.rawValue < right.type.rawValue }
        return left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension MemberKey: CustomStringConvertible {
    /// "ed25519:" and the bytes in hex.
    public var description: String { "\(type):\(Hex.encode(bytes))" }

    /// Nil unless the text is in the form of `description` with a known type.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let bytes = Hex.decode(parts[1]) else { return nil }
        switch parts[0] {
        case "ed25519": self.init(type: .ed25519, bytes: bytes)
        case "sm2": self.init(type: .sm2, bytes: bytes)
        default: return nil
        }
    }
}

extension MemberKey: ProtobufMessage {
    public init() { self.init(type: KeyType(rawValue: 0), bytes: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: self = MemberKey(type: KeyType(rawValue: try reader.uint32(field)), bytes: bytes)
        case 2:
            let value = try reader.bytes(field)
            guard value.count <= MemberKey.maxByteCount else {
                throw .tooLarge("key", limit: MemberKey.maxByteCount)
            }
            self = MemberKey(type: type, bytes: value)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint32(1, type.rawValue)
        writer.bytes(2, bytes)
    }
}
