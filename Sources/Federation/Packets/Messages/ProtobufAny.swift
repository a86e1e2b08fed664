// SPDX-License-Identifier: Apache-2.0

public import LightClient

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

extension ProtobufReader {
    /// A singular message field that may be absent.
    mutating func merge<Message: ProtobufMessage>(
        _ field: ProtobufField, into message: inout Message?
    ) throws(WireError) {
        var value = message ?? Message()
        try merge(field, into: &value)
        message = value
    }

    /// One element of a repeated bytes field.
    mutating func append(
        _ field: ProtobufField, to list: inout [[UInt8]], limit: Int
    ) throws(WireError) {
        guard list.count < limit else { throw .tooLarge("repeated bytes", limit: limit) }
        list.append(try bytes(field))
    }

    /// One element of a repeated string field.
    mutating func append(
        _ field: ProtobufField, to list: inout [WireText], limit: Int
    ) throws(WireError) {
        guard list.count < limit else { throw .tooLarge("repeated string", limit: limit) }
        list.append(try text(field))
    }
}
