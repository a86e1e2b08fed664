// SPDX-License-Identifier: Apache-2.0

/// A message that decodes itself field by field and writes itself canonically.
public protocol ProtobufMessage: Sendable {
    /// The message with every field at its default.
    init()
    /// Takes one field: reads it when known, skips it otherwise.
    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError)
    /// Appends the fields in ascending order.
    func write(to writer: inout ProtobufWriter)
}

extension ProtobufMessage {
    /// Decodes a whole message. Throws `WireError` when the bytes are not one.
    public init(reading bytes: [UInt8]) throws(WireError) {
        self.init()
        var reader = ProtobufReader(bytes)
        try merge(from: &reader)
    }

    /// Merges all fields of the reader into this value: scalars are replaced, messages merged.
    public mutating func merge(from reader: inout ProtobufReader) throws(WireError) {
        while let field = try reader.next() { try read(field, from: &reader) }
    }

    /// The canonical bytes.
    public var encoded: [UInt8] {
        var writer = ProtobufWriter()
        write(to: &writer)
        return writer.bytes
    }
}
