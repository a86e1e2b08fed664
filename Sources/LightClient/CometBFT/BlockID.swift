// SPDX-License-Identifier: Apache-2.0

/// How a block was cut into parts for gossip. A light client cannot check it, but the votes sign
/// it.
public struct PartSetHeader: Hashable, Sendable {
    public var total: UInt32
    public var hash: [UInt8]

    public init(total: UInt32, hash: [UInt8]) {
        self.total = total
        self.hash = hash
    }

    public var isZero: Bool { total == 0 && hash.isEmpty }
}

/// What a vote names: a header's hash and its parts.
public struct BlockID: Hashable, Sendable {
    public var hash: [UInt8]
    public var parts: PartSetHeader

    public init(hash: [UInt8], parts: PartSetHeader) {
        self.hash = hash
        self.parts = parts
    }

    /// The id of no block: before the first block, and in votes for nil.
    public static let zero = BlockID()

    public var isZero: Bool { hash.isEmpty && parts.isZero }

    /// A block's id with nothing left open.
    public var isComplete: Bool {
        hash.count == Digest.byteCount && parts.total > 0 && parts.hash.count == Digest.byteCount
    }

    /// Both hashes are empty or 32 bytes.
    public func validate() throws(BlockError) {
        try validateHash(hash, "block id")
        try validateHash(parts.hash, "part set hash")
    }
}

/// A hash field is empty or 32 bytes.
func validateHash(_ hash: [UInt8], _ field: String) throws(BlockError) {
    guard hash.isEmpty || hash.count == Digest.byteCount else {
        throw .length(field: field, got: hash.count)
    }
}

extension PartSetHeader: ProtobufMessage {
    public init() { self.init(total: 0, hash: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: total = try reader.uint32(field)
        case 2: hash = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint32(1, total)
        writer.bytes(2, hash)
    }
}

extension BlockID: ProtobufMessage {
    public init() { self.init(hash: [], parts: PartSetHeader()) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: hash = try reader.bytes(field)
        case 2: try reader.merge(field, into: &parts)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, hash)
        writer.message(2, parts)
    }
}
