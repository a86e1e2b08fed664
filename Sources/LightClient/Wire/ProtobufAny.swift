// SPDX-License-Identifier: Apache-2.0

/// google.protobuf.Any: a message with its name.
public struct ProtobufAny: Hashable, Sendable {
    public var typeURL: String
    public var value: [UInt8]

    public init(typeURL: String, value: [UInt8]) {
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
        case 1: typeURL = try reader.string(field)
        case 2: value = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, typeURL)
        writer.bytes(2, value)
    }
}
