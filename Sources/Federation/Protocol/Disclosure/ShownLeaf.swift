// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One leaf of a record's field tree that is shown: a field's value, or a predicate's flag or
/// witness. Source: peer.proto.
public struct ShownLeaf: Hashable, Sendable {
    /// Field or predicate id, without a prefix.
    public var id: String
    public var isPredicate: Bool
    /// Zero: the predicate is a flag, or the leaf a field.
    public var atLeast: UInt64
    /// The field's value, the flag, or the 32 bytes of a witness.
    public var value: [UInt8]
    public var salt: [UInt8]
    public var leaf: UInt32
    public var path: [Digest]

    /// Hashes of one path: 2^8 leaves are the most that a field tree has.
    public static let maxPath = 16

    public init(
        id: String = "", isPredicate: Bool = false, atLeast: UInt64 = 0, value: [UInt8] = [],
        salt: [UInt8] = [], leaf: UInt32 = 0, path: [Digest] = []
    ) {
        self.id = id
        self.isPredicate = isPredicate
        self.atLeast = atLeast
        self.value = value
        self.salt = salt
        self.leaf = leaf
        self.path = path
    }
}

extension ShownLeaf: ProtobufMessage {
    public init() { self.init(id: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: id = try reader.string(field)
        case 2: isPredicate = try reader.bool(field)
        case 3: atLeast = try reader.uint64(field)
        case 4: value = try reader.bytes(field)
        case 5: salt = try reader.bytes(field)
        case 6: leaf = try reader.uint32(field)
        case 7:
            guard path.count < ShownLeaf.maxPath else {
                throw .tooLarge("path", limit: ShownLeaf.maxPath)
            }
            path.append(try reader.digest(field))
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, id)
        writer.bool(2, isPredicate)
        writer.uint64(3, atLeast)
        writer.bytes(4, value)
        writer.bytes(5, salt)
        writer.uint32(6, leaf)
        for hash in path { writer.digest(7, hash) }
    }
}
