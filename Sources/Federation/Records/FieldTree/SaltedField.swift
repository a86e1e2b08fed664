// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What makes a leaf impossible to guess: 128 bits of randomness, used for one field of one
/// revision of one record.
public struct FieldSalt: Hashable, Sendable {
    public static let byteCount = 16

    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) throws(FieldTreeError) {
        guard bytes.count == FieldSalt.byteCount else { throw .saltLength(bytes.count) }
        self.bytes = bytes
    }
}

/// One field of a record with its salt: what is disclosed, and what a leaf is made of.
/// Source: specs/domain.md section 3.3; FORMATS.md "Field tree".
public struct SaltedField: Hashable, Sendable {
    public let id: String
    /// Text in UTF-8 for every field of a record; 32 raw bytes for a threshold predicate.
    public let value: [UInt8]
    public let salt: FieldSalt

    /// Bytes of a value: an address or a scope of business in full.
    public static let maxValueByteCount = 4_096
    /// Bytes of a schema's or a field's identifier; its length stands in one byte.
    public static let maxIdentifierByteCount = 64
    /// In front of a predicate's name, where it takes a field's place. No field's name can hold it.
    public static let predicatePrefix = "predicate/"

    private static let label = Array("frr/field/1".utf8)
    private static let decoyLabel = Array("frr/decoy/1".utf8)

    public init(id: String, value: [UInt8], salt: FieldSalt) throws(FieldTreeError) {
        let name =
            id.hasPrefix(SaltedField.predicatePrefix)
            ? String(id.dropFirst(SaltedField.predicatePrefix.count)) : id
        try SaltedField.check(identifier: name)
        guard value.count <= SaltedField.maxValueByteCount else {
            throw .valueTooLong(field: id, byteCount: value.count)
        }
        self.id = id
        self.value = value
        self.salt = salt
    }

    public init(id: String, text: String, salt: FieldSalt) throws(FieldTreeError) {
        try self.init(id: id, value: Array(text.utf8), salt: salt)
    }

    /// The field's hash under a schema:
    /// SHA-256(00 ‖ "frr/field/1" ‖ n₁ ‖ schema ‖ n₁ ‖ field ‖ salt ‖ n₄ ‖ value), where n₁ is a
    /// length in one byte and n₄ one in four bytes, big-endian.
    public func leaf(schemaID: String) throws(FieldTreeError) -> Digest {
        try SaltedField.check(identifier: schemaID)
        var bytes: [UInt8] = [0x00]
        bytes += SaltedField.label
        // Lengths fit: identifiers are bounded by 64 and 10 more, values by 4,096.
        bytes.append(UInt8(truncatingIfNeeded: schemaID.utf8.count))
        bytes += schemaID.utf8
        bytes.append(UInt8(truncatingIfNeeded: id.utf8.count))
        bytes += id.utf8
        bytes += salt.bytes
        for shift in [24, 16, 8, 0] {
            bytes.append(UInt8(truncatingIfNeeded: value.count >> shift))
        }
        bytes += value
        return SHA256.hash(bytes)
    }

    /// A leaf that stands for nothing: SHA-256(00 ‖ "frr/decoy/1" ‖ salt).
    public static func decoy(_ salt: FieldSalt) -> Digest {
        SHA256.hash([0x00], decoyLabel, salt.bytes)
    }

    static func check(identifier: String) throws(FieldTreeError) {
        guard (1...maxIdentifierByteCount).contains(identifier.utf8.count) else {
            throw .identifier(identifier)
        }
        for byte in identifier.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: continue
            default: throw .identifier(identifier)
            }
        }
    }
}
