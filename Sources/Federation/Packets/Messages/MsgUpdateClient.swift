// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Feeds a light client a header or misbehaviour.
public struct MsgUpdateClient: Hashable, Sendable {
    public var clientID: WireText
    public var clientMessage: ProtobufAny?
    public var signer: WireText

    public init(clientID: WireText, clientMessage: ProtobufAny?, signer: WireText) {
        self.clientID = clientID
        self.clientMessage = clientMessage
        self.signer = signer
    }
}

extension MsgUpdateClient: ChainMessage {
    public static let typeURL = "/ibc.core.client.v1.MsgUpdateClient"

    /// The client message is judged by its family.
    public func validate(prefix: String) throws(PacketFault) {
        try check(signer: signer, prefix: prefix)
        try check(client: clientID)
    }
}

extension MsgUpdateClient: ProtobufMessage {
    public init() { self.init(clientID: "", clientMessage: nil, signer: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: clientID = try reader.text(field)
        case 2: try reader.merge(field, into: &clientMessage)
        case 3: signer = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, clientID)
        writer.message(2, clientMessage)
        writer.text(3, signer)
    }
}
