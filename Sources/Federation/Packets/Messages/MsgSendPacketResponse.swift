// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Answer to MsgSendPacket.
public struct MsgSendPacketResponse: Hashable, Sendable {
    public var sequence: UInt64

    public init(sequence: UInt64) {
        self.sequence = sequence
    }

    public static let typeURL = "/ibc.core.channel.v2.MsgSendPacketResponse"
}

extension MsgSendPacketResponse: ProtobufMessage {
    public init() { self.init(sequence: 0) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: sequence = try reader.uint64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint64(1, sequence)
    }
}
