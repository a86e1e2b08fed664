// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why bytes are no entry of an access log.
public enum AccessEntryError: Error, Hashable, Sendable {
    case wire(WireError)
    /// A field is missing or holds what it must not, named as FORMATS.md names it.
    case field(String)
    case code(field: String, AccessCodeError)
    /// Well formed, but not the one way in which this entry is written.
    case notCanonical
    /// No evidence key of the provider signed it.
    case signature

    /// Stable name of the case, for logs, metrics and answers.
    public var code: String {
        switch self {
        case .wire: "access/wire"
        case .field: "access/field"
        case .code(_, let error): error.code
        case .notCanonical: "access/not-canonical"
        case .signature: "access/signature"
        }
    }
}

/// An access with its place in the log. `previousHead` names everything before it, so that no
/// entry can be moved.
public struct AccessEntry: Hashable, Sendable {
    /// The leaf's index, from 0.
    public var sequence: UInt64
    /// When it was decided. Never earlier than the entry before.
    public var time: Timestamp
    /// Root of the tree of all entries before this one.
    public var previousHead: Digest
    public var access: AccessRecord

    public init(
        sequence: UInt64, time: Timestamp, previousHead: Digest, access: AccessRecord
    ) {
        self.sequence = sequence
        self.time = time
        self.previousHead = previousHead
        self.access = access
    }

    /// Signs the entry as its provider. Requires the key to be one of the provider's evidence keys.
    public func signed(by key: SigningKey) -> SignedAccessEntry {
        let bytes = encoded
        return SignedAccessEntry(
            entry: bytes, signature: key.sign(EvidenceSignature.entry.message(bytes)))
    }
}

/// What stands in the log: an entry's bytes and its provider's signature.
public struct SignedAccessEntry: Hashable, Sendable {
    /// `AccessEntry` in its canonical bytes.
    public var entry: [UInt8]
    public var signature: [UInt8]

    /// Bytes of a leaf: an entry with full lists has less than 10 KiB.
    public static let maxByteCount = 16_384

    public init(entry: [UInt8], signature: [UInt8]) {
        self.entry = entry
        self.signature = signature
    }

    /// Reads a leaf of the log. Throws for anything but canonical bytes. No signature is verified.
    public init(leaf: [UInt8]) throws(AccessEntryError) {
        guard leaf.count <= SignedAccessEntry.maxByteCount else {
            throw .wire(.tooLarge("entry", limit: SignedAccessEntry.maxByteCount))
        }
        do throws(WireError) {
            try self.init(reading: leaf)
        } catch { throw .wire(error) }
        guard encoded == leaf else { throw .notCanonical }
        guard signature.count == EvidenceSignature.byteCount else { throw .field("signature") }
    }

    /// The log's leaf.
    public var leaf: [UInt8] { encoded }
    public var leafHash: Digest { BinaryMerkle.leafHash(encoded) }

    public func decoded() throws(AccessEntryError) -> AccessEntry {
        try AccessEntry(canonical: entry)
    }

    /// Throws unless one of the keys signed the entry.
    public func verify(
        keys: [PublicKey], _ signatures: inout SignatureVerifier
    ) throws(AccessEntryError) {
        let message = EvidenceSignature.entry.message(entry)
        for key in keys where signatures.isValid(signature, of: message, by: key) { return }
        throw .signature
    }
}

extension SignedAccessEntry: ProtobufMessage {
    public init() { self.init(entry: [], signature: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: entry = try reader.bytes(field)
        case 2: signature = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, entry)
        writer.bytes(2, signature)
    }
}
