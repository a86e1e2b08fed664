// SPDX-License-Identifier: Apache-2.0

/// A message together with the name of its type (google.protobuf.Any).
public struct ProtobufAny: Hashable, Sendable {
    /// "/package.Message".
    public var typeURL: WireText
    public var value: [UInt8]

    public init(typeURL: WireText, value: [UInt8]) {
        self.typeURL = typeURL
        self.value = value
    }
}

extension ProtobufAny: ProtobufMessage {
    public init() { self.init(typeURL: "", value: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: typeURL = try reader.text(field)
        case 2: value = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, typeURL)
        writer.bytes(2, value)
    }
}
