// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Answer to MsgCreateClient.
public struct MsgCreateClientResponse: Hashable, Sendable {
    public var clientID: WireText

    public init(clientID: WireText) {
        self.clientID = clientID
    }

    public static let typeURL = "/ibc.core.client.v1.MsgCreateClientResponse"
}

extension MsgCreateClientResponse: ProtobufMessage {
    public init() { self.init(clientID: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: clientID = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, clientID)
    }
}
