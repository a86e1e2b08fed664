// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One authority's signature of a version.
public struct ManifestSignature: Hashable, Sendable, Comparable {
    /// An authority key of the version before.
    public var key: MemberKey
    public var signature: [UInt8]

    /// Ed25519 and SM2 take 64 bytes; room for what comes.
    public static let maxByteCount = 256

    public init(key: MemberKey, signature: [UInt8]) {
        self.key = key
        self.signature = signature
    }

    /// Signs a version's digest; nil when the key is of another algorithm than Ed25519.
    public init?(signing digest: Digest, with key: SigningKey) {
        guard let memberKey = MemberKey(key.publicKey) else { return nil }
        self.init(key: memberKey, signature: key.sign(SealedManifest.signBytes(digest)))
    }

    public static func < (left: ManifestSignature, right: ManifestSignature) -> Bool {
        left.key < right.key
    }
}

extension ManifestSignature: ProtobufMessage {
    public init() { self.init(key: MemberKey(), signature: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &key)
        case 2:
            signature = try reader.bytes(field)
            guard signature.count <= ManifestSignature.maxByteCount else {
                throw .tooLarge("signature", limit: ManifestSignature.maxByteCount)
            }
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, key)
        writer.bytes(2, signature)
    }
}

/// A version with the signatures it came with. Claimed, not proven: `ManifestChain` verifies.
public struct SignedManifest: Hashable, Sendable {
    public let sealed: SealedManifest
    /// In order of their keys.
    public let signatures: [ManifestSignature]

    public init(_ sealed: SealedManifest, signatures: [ManifestSignature]) {
        self.sealed = sealed
        self.signatures = signatures.sorted()
    }

    public var manifest: Manifest { sealed.manifest }
    public var digest: Digest { sealed.digest }

    /// `SignedManifest` of manifest.proto.
    public var encoded: [UInt8] {
        var writer = ProtobufWriter()
        writer.alwaysBytes(1, sealed.encoded)
        writer.messages(2, signatures)
        return writer.bytes
    }

    /// Reads a signed version; entries that stand in `other` are taken from there.
    public init(reading bytes: [UInt8], like other: SealedManifest? = nil) throws(ManifestError) {
        var manifest: [UInt8] = []
        var signatures: [ManifestSignature] = []
        do throws(WireError) {
            var reader = ProtobufReader(bytes)
            while let field = try reader.next() {
                switch field.number {
                case 1: manifest = try reader.bytes(field)
                case 2:
                    try reader.append(
                        field, to: &signatures, limit: ManifestLimits.signatures, "signatures")
                default: try reader.skip(field)
                }
            }
        } catch {
            throw .wire(error)
        }
        self.init(try SealedManifest(reading: manifest, like: other), signatures: signatures)
    }

    /// The digest's preimage with the signatures: proof that these authorities signed, without the
    /// members' entries.
    public var statement: ManifestStatement {
        ManifestStatement(preimage: sealed.preimage, signatures: signatures)
    }
}
