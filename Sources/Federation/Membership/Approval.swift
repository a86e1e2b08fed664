// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One authority's yes to a next version, made on its own machine. The signature is the one that
/// the version will carry.
public struct Approval: Hashable, Sendable {
    public var version: UInt64
    public var digest: Digest
    public var signature: ManifestSignature

    public init(version: UInt64, digest: Digest, signature: ManifestSignature) {
        self.version = version
        self.digest = digest
        self.signature = signature
    }

    /// Signs; nil when the key is of another algorithm than Ed25519.
    public init?(of next: SealedManifest, with key: SigningKey) {
        guard let signature = ManifestSignature(signing: next.digest, with: key) else { return nil }
        self.init(version: next.manifest.version, digest: next.digest, signature: signature)
    }
}

extension Approval: ProtobufMessage {
    public init() { self.init(version: 0, digest: .zero, signature: ManifestSignature()) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: version = try reader.uint64(field)
        case 2: digest = try reader.digest(field)
        case 3: try reader.merge(field, into: &signature)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint64(1, version)
        writer.digest(2, digest)
        writer.message(3, signature)
    }
}

/// One authority's no, with its reason: told to the member that asked, and kept by it.
public struct Rejection: Hashable, Sendable {
    /// Digest of the next version that was refused.
    public var digest: Digest
    public var reason: String
    public var rejectedAt: Timestamp
    public var key: MemberKey
    public var signature: [UInt8]

    /// Signs; nil when the key is of another algorithm than Ed25519.
    public init?(of digest: Digest, reason: String, at now: Timestamp, with key: SigningKey) {
        guard let memberKey = MemberKey(key.publicKey) else { return nil }
        self.digest = digest
        self.reason = reason
        rejectedAt = now
        self.key = memberKey
        signature = []
        signature = key.sign(signBytes)
    }

    /// The rejection without its signature, behind a line of its own.
    public var signBytes: [UInt8] {
        var copy = self
        copy.signature = []
        return Array("cityrelay.rejection.v1\n".utf8) + copy.encoded
    }

    /// Verifies that a voting member's authority said no. Returns the member.
    public func verify(
        electorate: Electorate, signatures verifier: inout SignatureVerifier
    ) throws(ManifestError) -> MemberID {
        let voter = try electorate.voter(key)
        guard let publicKey = key.publicKey else { throw .unsupportedKey(voter, key.type) }
        guard verifier.isValid(signature, of: signBytes, by: publicKey) else {
            throw .badSignature(voter)
        }
        return voter
    }
}

extension Rejection: ProtobufMessage {
    public init() {
        digest = .zero
        reason = ""
        rejectedAt = .unixEpoch
        key = MemberKey()
        signature = []
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: digest = try reader.digest(field)
        case 2: reason = try reader.string(field)
        case 3: rejectedAt = try reader.timestamp(field)
        case 4: try reader.merge(field, into: &key)
        case 5: signature = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.digest(1, digest)
        writer.string(2, reason)
        writer.message(3, rejectedAt)
        writer.message(4, key)
        writer.bytes(5, signature)
    }
}
