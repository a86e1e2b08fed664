// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Under which key a record's state stands on its city's chain. Blind: without the city's index
/// key nobody can compute it from a reference, and nobody can go back; with it the city can name
/// the place of a record that is not there.
/// Source: FORMATS.md "Record index".
public struct RecordIndex: Hashable, Sendable, Comparable {
    public let digest: Digest

    /// The store of the multistore; part of the proof's path.
    public static let storeName = "records"
    /// In front of the 32 bytes.
    public static let keyPrefix = Array("record/".utf8)
    /// Bytes of an index key, at least: as strong as the hash.
    public static let minKeyByteCount = 32
    /// Bytes of a reference: more than the longest licence identifier has.
    public static let maxReferenceByteCount = 128

    public init(_ digest: Digest) { self.digest = digest }

    /// HMAC-SHA-256(key, kind ‖ 00 ‖ reference). The reference is to be in its canonical form: see
    /// `RecordReference`. Throws for a short key and for texts that could be confused.
    public init(
        key: [UInt8], kind: String, reference: String
    ) throws(RecordIndexError) {
        guard key.count >= RecordIndex.minKeyByteCount else { throw .keyTooShort(key.count) }
        guard (1...SaltedField.maxIdentifierByteCount).contains(kind.utf8.count),
            !kind.utf8.contains(0)
        else { throw .kind(kind) }
        guard (1...RecordIndex.maxReferenceByteCount).contains(reference.utf8.count) else {
            throw .referenceLength(reference.utf8.count)
        }
        digest = HMACSHA256.code(key: key, Array(kind.utf8) + [0x00] + Array(reference.utf8))
    }

    /// The key in the store `records`: "record/" and 32 raw bytes.
    public var stateKey: [UInt8] { RecordIndex.keyPrefix + digest.bytes }

    public static func < (left: RecordIndex, right: RecordIndex) -> Bool {
        left.digest < right.digest
    }
}

extension RecordIndex: CustomStringConvertible {
    /// 64 hexadecimal digits.
    public var description: String { digest.description }

    /// Nil unless the text is 64 hexadecimal digits.
    public init?(_ text: String) {
        guard let digest = Digest(hex: text) else { return nil }
        self.init(digest)
    }
}

/// Why there is no index. Carries no reference: it names a person or a licence.
public enum RecordIndexError: Error, Hashable, Sendable {
    case keyTooShort(Int)
    case kind(String)
    case referenceLength(Int)
}
