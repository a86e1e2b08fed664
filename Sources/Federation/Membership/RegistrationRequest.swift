// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a member asks the federation for, about itself: to come in, to change its entry, to leave.
/// Proves that it holds every key it names.
public struct RegistrationRequest: Hashable, Sendable {
    /// The raw value stands in files: it never changes.
    public enum Purpose: UInt32, Hashable, Sendable, CaseIterable {
        case join = 1
        /// New keys, addresses, terms or a new trust anchor.
        case change = 2
        case leave = 3
    }

    public var purpose: Purpose
    public var federation: String
    /// Digest of the manifest that the member had before it; zero where a federation is founded.
    public var basis: Digest
    public var createdAt: Timestamp
    /// The entry as it is to be.
    public var entry: ManifestMember
    /// One for each key of the entry; for a change or a leave, one by a present authority key.
    public var proofs: [KeyProof]

    public init(
        _ purpose: Purpose, federation: String, basis: Digest, createdAt: Timestamp,
        entry: ManifestMember, proofs: [KeyProof] = []
    ) {
        self.purpose = purpose
        self.federation = federation
        self.basis = basis
        self.createdAt = createdAt
        self.entry = entry
        self.proofs = proofs
    }

    /// SHA-256 of the request without its proofs.
    public var digest: Digest { SHA256.hash(unproven) }

    /// What each key signs.
    public var signBytes: [UInt8] { Array("cityrelay.request.v1\n".utf8) + digest.bytes }

    var unproven: [UInt8] {
        var copy = self
        copy.proofs = []
        return copy.encoded
    }

    /// `RegistrationRequest` of manifest.proto.
    public var encoded: [UInt8] {
        var writer = ProtobufWriter()
        writer.uint32(1, purpose.rawValue)
        writer.string(2, federation)
        writer.bytes(3, basis == .zero ? [] : basis.bytes)
        writer.message(4, createdAt)
        writer.alwaysBytes(5, entry.encoded)
        writer.messages(6, proofs)
        return writer.bytes
    }

    /// Reads a request; its proofs are not judged yet: see `verify`.
    public init(reading bytes: [UInt8]) throws(ManifestError) {
        var fields = RequestFields()
        do throws(WireError) {
            fields = try RequestFields(reading: bytes)
        } catch {
            throw .wire(error)
        }
        guard let purpose = Purpose(rawValue: fields.purpose) else {
            throw .wire(.outOfRange("purpose"))
        }
        let basis =
            fields.basis.isEmpty
            ? Digest.zero
            : try Digest(fields.basis, or: ManifestError.wire(.outOfRange("basis")))
        self.init(
            purpose, federation: fields.federation, basis: basis, createdAt: fields.createdAt,
            entry: try ManifestMember(reading: fields.entry), proofs: fields.proofs)
        guard encoded == bytes else { throw .notCanonical(entry.id) }
    }
}

/// Proof that somebody holds a key: its signature of a request.
public struct KeyProof: Hashable, Sendable {
    public var role: KeyRole
    /// The key's SubjectPublicKeyInfo, DER.
    public var info: [UInt8]
    public var signature: [UInt8]

    /// Largest SubjectPublicKeyInfo: an RSA key of 4096 bits, bytes.
    public static let maxInfoBytes = 600
    /// Largest signature: RSA of 4096 bits, bytes.
    public static let maxSignatureBytes = 512

    public init(role: KeyRole, info: [UInt8], signature: [UInt8]) {
        self.role = role
        self.info = info
        self.signature = signature
    }

    /// The proof of an Ed25519 key; nil for another algorithm.
    public init?(_ role: KeyRole, _ key: SigningKey, of request: RegistrationRequest) {
        guard let info = MemberKey(key.publicKey)?.info else { return nil }
        self.init(role: role, info: info, signature: key.sign(request.signBytes))
    }

    /// What a certificate of this key is pinned by.
    public var pin: Digest { SHA256.hash(info) }
}

extension KeyProof: ProtobufMessage {
    public init() { self.init(role: .relay, info: [], signature: []) }

    private static let roles: [KeyRole] = [.authority, .evidence, .relay]

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1:
            let number = try reader.uint32(field)
            guard (1...3).contains(number) else { throw .outOfRange("key role") }
            role = KeyProof.roles[Int(number) - 1]
        case 2:
            info = try reader.bytes(field)
            guard info.count <= KeyProof.maxInfoBytes else {
                throw .tooLarge("key info", limit: KeyProof.maxInfoBytes)
            }
        case 3:
            signature = try reader.bytes(field)
            guard signature.count <= KeyProof.maxSignatureBytes else {
                throw .tooLarge("signature", limit: KeyProof.maxSignatureBytes)
            }
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint32(1, UInt32((KeyProof.roles.firstIndex(of: role) ?? 2) + 1))
        writer.bytes(2, info)
        writer.bytes(3, signature)
    }
}

private struct RequestFields: ProtobufMessage {
    var purpose: UInt32 = 0
    var federation = ""
    var basis: [UInt8] = []
    var createdAt = Timestamp.unixEpoch
    var entry: [UInt8] = []
    var proofs: [KeyProof] = []

    /// Every key of an entry, and a present authority and a voucher beside them.
    static let maxProofs = 2 * ManifestLimits.keysPerRole + ManifestLimits.keyPins + 2

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: purpose = try reader.uint32(field)
        case 2: federation = try reader.string(field)
        case 3: basis = try reader.bytes(field)
        case 4: createdAt = try reader.timestamp(field)
        case 5: entry = try reader.bytes(field)
        case 6: try reader.append(field, to: &proofs, limit: RequestFields.maxProofs, "proofs")
        default: try reader.skip(field)
        }
    }

    func write(to writer: inout ProtobufWriter) {}
}
