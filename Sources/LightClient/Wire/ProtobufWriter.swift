// SPDX-License-Identifier: Apache-2.0

/// Writes canonical proto3: fields in the order of the calls, minimal varints. The methods named
/// after a type omit the default value; those that begin with `always` write it.
public struct ProtobufWriter: Sendable {
    public private(set) var bytes: [UInt8]

    public init(reservingCapacity capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    public mutating func uint64(_ number: Int, _ value: UInt64) {
        guard value != 0 else { return }
        alwaysUInt64(number, value)
    }

    public mutating func alwaysUInt64(_ number: Int, _ value: UInt64) {
        tag(number, 0)
        varint(value)
    }

    /// Two's complement: a negative value takes ten bytes.
    public mutating func int64(_ number: Int, _ value: Int64) {
        uint64(number, UInt64(bitPattern: value))
    }

    public mutating func int32(_ number: Int, _ value: Int32) { int64(number, Int64(value)) }

    public mutating func uint32(_ number: Int, _ value: UInt32) { uint64(number, UInt64(value)) }

    public mutating func bool(_ number: Int, _ value: Bool) { uint64(number, value ? 1 : 0) }

    /// Little-endian fixed 64 bits.
    public mutating func fixed64(_ number: Int, _ value: UInt64) {
        guard value != 0 else { return }
        tag(number, 1)
        for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }

    public mutating func bytes(_ number: Int, _ value: [UInt8]) {
        guard !value.isEmpty else { return }
        alwaysBytes(number, value)
    }

    public mutating func alwaysBytes(_ number: Int, _ value: [UInt8]) {
        tag(number, 2)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    public mutating func string(_ number: Int, _ value: String) { bytes(number, Array(value.utf8)) }

    public mutating func alwaysString(_ number: Int, _ value: String) {
        alwaysBytes(number, Array(value.utf8))
    }

    public mutating func digest(_ number: Int, _ value: Digest) { alwaysBytes(number, value.bytes) }

    /// An embedded message, written even when it is empty (gogoproto's non-nullable).
    public mutating func message<Message: ProtobufMessage>(_ number: Int, _ value: Message) {
        alwaysBytes(number, value.encoded)
    }

    /// An embedded message that may be absent.
    public mutating func message<Message: ProtobufMessage>(_ number: Int, _ value: Message?) {
        guard let value else { return }
        alwaysBytes(number, value.encoded)
    }

    public mutating func messages<Message: ProtobufMessage>(_ number: Int, _ values: [Message]) {
        for value in values { alwaysBytes(number, value.encoded) }
    }

    /// Packed repeated varints; an empty list is omitted.
    public mutating func packed(_ number: Int, _ values: [UInt64]) {
        guard !values.isEmpty else { return }
        var inner = ProtobufWriter()
        for value in values { inner.varint(value) }
        alwaysBytes(number, inner.bytes)
    }

    /// Fields that are written already.
    public mutating func append(_ fields: [UInt8]) { bytes.append(contentsOf: fields) }

    public mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func tag(_ number: Int, _ wireType: UInt64) {
        varint(UInt64(number) << 3 | wireType)
    }
}
