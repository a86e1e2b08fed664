// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Says who may relay through a client.
public struct MsgUpdateClientConfig: Hashable, Sendable {
    public var clientID: WireText
    public var config: ClientConfig
    public var signer: WireText

    public init(clientID: WireText, config: ClientConfig, signer: WireText) {
        self.clientID = clientID
        self.config = config
        self.signer = signer
    }
}

extension MsgUpdateClientConfig: ChainMessage {
    public static let typeURL = "/ibc.core.client.v2.MsgUpdateClientConfig"

    public func validate(prefix: String) throws(PacketFault) {
        try check(signer: signer, prefix: prefix)
        try check(client: clientID)
        try checkFormat(client: clientID)
        try config.validate(prefix: prefix)
    }
}

extension MsgUpdateClientConfig: ProtobufMessage {
    public init() { self.init(clientID: "", config: ClientConfig(), signer: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: clientID = try reader.text(field)
        case 2: try reader.merge(field, into: &config)
        case 3: signer = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, clientID)
        writer.message(2, config)
        writer.text(3, signer)
    }
}
