// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Answer to MsgRecvPacket, MsgTimeout and MsgAcknowledgement; only their type URLs differ.
public struct PacketMessageResponse: Hashable, Sendable {
    public var result: HandlerResult

    public init(result: HandlerResult) {
        self.result = result
    }
}

extension PacketMessageResponse: ProtobufMessage {
    public init() { self.init(result: .unspecified) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: result = HandlerResult(rawValue: try reader.int32(field))
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.int32(1, result.rawValue)
    }
}
