// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A google.protobuf.Timestamp as it came, in range or not.
public struct TxTimestamp: Hashable, Sendable {
    public var seconds: Int64
    public var nanoseconds: Int32

    public init(seconds: Int64, nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }
}

extension TxTimestamp: ProtobufMessage {
    public init() { self.init(seconds: 0, nanoseconds: 0) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: seconds = try reader.int64(field)
        case 2: nanoseconds = try reader.int32(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.int64(1, seconds)
        writer.int32(2, nanoseconds)
    }
}
