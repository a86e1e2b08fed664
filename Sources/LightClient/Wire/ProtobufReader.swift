// SPDX-License-Identifier: Apache-2.0

/// The tag of one protobuf field: its number and its wire type.
public struct ProtobufField: Hashable, Sendable {
    public let number: Int32
    public let wireType: UInt8
}

/// A bounded protobuf decoder that gives the verdicts of Go's gogoproto unmarshaller: padded
/// varints pass up to ten bytes, bits above 64 are dropped, field numbers are cut to 32 bits,
/// unknown fields of any wire type are skipped, groups too. Remote bytes never trap.
///
/// Source: protobuf encoding; decoder facts in verdicts/cometbft README (`raw.jsonl`).
public struct ProtobufReader {
    private let bytes: [UInt8]
    private var position: Int
    private var end: Int

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    /// Reads a part of the bytes; ranges still index into the whole.
    init(_ bytes: [UInt8], from start: Int, to end: Int) {
        self.bytes = bytes
        position = start
        self.end = end
    }

    public var isAtEnd: Bool { position >= end }

    /// The next field's tag, or nil at the end of the message.
    public mutating func next() throws(WireError) -> ProtobufField? {
        guard position < end else { return nil }
        let tag = try varint()
        let number = Int32(truncatingIfNeeded: tag >> 3)
        let wireType = UInt8(truncatingIfNeeded: tag & 7)
        guard wireType != 4 else { throw .badWireType(4) }
        guard number > 0 else { throw .badFieldNumber }
        return ProtobufField(number: number, wireType: wireType)
    }

    /// An unsigned 64-bit varint field.
    public mutating func uint64(_ field: ProtobufField) throws(WireError) -> UInt64 {
        try expect(field, 0)
        return try varint()
    }

    /// A signed 64-bit varint field (two's complement, not zig-zag).
    public mutating func int64(_ field: ProtobufField) throws(WireError) -> Int64 {
        Int64(bitPattern: try uint64(field))
    }

    /// A signed 32-bit or enum varint field, cut to 32 bits.
    public mutating func int32(_ field: ProtobufField) throws(WireError) -> Int32 {
        Int32(truncatingIfNeeded: try uint64(field))
    }

    /// An unsigned 32-bit varint field, cut to 32 bits.
    public mutating func uint32(_ field: ProtobufField) throws(WireError) -> UInt32 {
        UInt32(truncatingIfNeeded: try uint64(field))
    }

    /// A bool field: any non-zero varint is true.
    public mutating func bool(_ field: ProtobufField) throws(WireError) -> Bool {
        try uint64(field) != 0
    }

    /// A little-endian fixed 64-bit field.
    public mutating func fixed64(_ field: ProtobufField) throws(WireError) -> UInt64 {
        try expect(field, 1)
        guard end - position >= 8 else { throw .truncated }
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
        position += 8
        return value
    }

    /// A bytes field, copied out.
    public mutating func bytes(_ field: ProtobufField) throws(WireError) -> [UInt8] {
        let range = try lengthDelimited(field)
        return Array(bytes[range])
    }

    /// A bytes field that must have one of the given lengths, or be empty where 0 is given.
    public mutating func digest(_ field: ProtobufField) throws(WireError) -> Digest {
        let range = try lengthDelimited(field)
        guard let digest = Digest(bytes[range]) else { throw .outOfRange("digest length") }
        return digest
    }

    /// A string field. Go's decoder checks no UTF-8: ill-formed bytes are repaired here, so a text
    /// whose exact bytes are hashed must be read with `bytes(_:)`.
    public mutating func string(_ field: ProtobufField) throws(WireError) -> String {
        let range = try lengthDelimited(field)
        return String(decoding: bytes[range], as: UTF8.self)
    }

    /// Where a bytes field lies in `buffer`, for decoders that refer to the input instead of
    /// copying.
    public mutating func range(_ field: ProtobufField) throws(WireError) -> Range<Int> {
        try lengthDelimited(field)
    }

    /// The content of the next field when its tag is this byte and its length takes one byte; nil,
    /// with nothing read, otherwise. For long runs of one small field.
    mutating func nextShort(tag: UInt8) -> Range<Int>? {
        guard end - position >= 2, bytes[position] == tag, bytes[position + 1] < 0x80 else {
            return nil
        }
        let start = position + 2
        let stop = start + Int(bytes[position + 1])
        guard stop <= end else { return nil }
        position = stop
        return start..<stop
    }

    /// The whole input this reader and its parents read from; ranges index into it.
    public var buffer: [UInt8] { bytes }

    /// A reader over the bytes of an embedded message; nothing is copied.
    public mutating func message(_ field: ProtobufField) throws(WireError) -> ProtobufReader {
        let range = try lengthDelimited(field)
        return ProtobufReader(bytes, from: range.lowerBound, to: range.upperBound)
    }

    /// Merges an embedded message into an earlier occurrence, as proto3 asks of singular messages.
    public mutating func merge<Message: ProtobufMessage>(
        _ field: ProtobufField, into message: inout Message
    ) throws(WireError) {
        // In place, within narrower bounds: a reader of its own would cost two reference counts.
        let range = try lengthDelimited(field)
        let outerEnd = end
        position = range.lowerBound
        end = range.upperBound
        try message.merge(from: &self)
        end = outerEnd
    }

    /// Merges an embedded message that may be absent: its first occurrence makes it present.
    public mutating func merge<Message: ProtobufMessage>(
        _ field: ProtobufField, into message: inout Message?
    ) throws(WireError) {
        var merged = message ?? Message()
        try merge(field, into: &merged)
        message = merged
    }

    /// Appends one occurrence of a repeated message, up to a named limit.
    public mutating func append<Message: ProtobufMessage>(
        _ field: ProtobufField, to list: inout [Message], limit: Int, _ name: String
    ) throws(WireError) {
        guard list.count < limit else { throw .tooLarge(name, limit: limit) }
        var message = Message()
        try merge(field, into: &message)
        list.append(message)
    }

    /// Packed or unpacked repeated varints.
    public mutating func varints(
        _ field: ProtobufField, into list: inout [UInt64], limit: Int
    ) throws(WireError) {
        if field.wireType == 0 {
            guard list.count < limit else { throw .tooLarge("repeated varint", limit: limit) }
            list.append(try varint())
            return
        }
        var inner = try message(field)
        while !inner.isAtEnd {
            guard list.count < limit else { throw .tooLarge("repeated varint", limit: limit) }
            list.append(try inner.varint())
        }
    }

    /// Skips an unknown field of any wire type; groups by a counter, without recursion.
    public mutating func skip(_ field: ProtobufField) throws(WireError) {
        var depth = 0
        var wireType = field.wireType
        while true {
            switch wireType {
            case 0: _ = try varint()
            case 1: try advance(8)
            case 2: _ = try length()
            case 3: depth += 1
            case 4:
                guard depth > 0 else { throw .badWireType(4) }
                depth -= 1
            case 5: try advance(4)
            default: throw .badWireType(wireType)
            }
            if depth == 0 { return }
            guard position < end else { throw .truncated }
            wireType = UInt8(truncatingIfNeeded: try varint() & 7)
        }
    }

    /// The unread rest, copied out.
    public func rest() -> [UInt8] { Array(bytes[position..<end]) }

    /// A bare varint: at most ten bytes, bits above 64 dropped.
    public mutating func varint() throws(WireError) -> UInt64 {
        if position < end, bytes[position] < 0x80 {
            position += 1
            return UInt64(bytes[position - 1])
        }
        return try longVarint()
    }

    private mutating func longVarint() throws(WireError) -> UInt64 {
        if position < end, bytes[position] < 0x80 {
            position += 1
            return UInt64(bytes[position - 1])
        }
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard shift < 64 else { throw .varintTooLong }
            guard position < end else { throw .truncated }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    private func expect(_ field: ProtobufField, _ wireType: UInt8) throws(WireError) {
        guard field.wireType == wireType else {
            throw .wrongWireType(field: field.number, got: field.wireType)
        }
    }

    private mutating func lengthDelimited(_ field: ProtobufField) throws(WireError) -> Range<Int> {
        try expect(field, 2)
        return try length()
    }

    private mutating func length() throws(WireError) -> Range<Int> {
        let count = try varint()
        guard count <= UInt64(end - position) else { throw .truncated }
        let start = position
        position += Int(count)
        return start..<position
    }

    private mutating func advance(_ count: Int) throws(WireError) {
        guard end - position >= count else { throw .truncated }
        position += count
    }
}
