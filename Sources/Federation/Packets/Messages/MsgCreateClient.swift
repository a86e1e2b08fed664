// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Creates a light client from a trusted state.
public struct MsgCreateClient: Hashable, Sendable {
    public var clientState: ProtobufAny?
    public var consensusState: ProtobufAny?
    public var signer: WireText

    public init(clientState: ProtobufAny?, consensusState: ProtobufAny?, signer: WireText) {
        self.clientState = clientState
        self.consensusState = consensusState
        self.signer = signer
    }
}

extension MsgCreateClient: ChainMessage {
    public static let typeURL = "/ibc.core.client.v1.MsgCreateClient"

    /// The states are judged by their family.
    public func validate(prefix: String) throws(PacketFault) {
        try check(signer: signer, prefix: prefix)
    }
}

extension MsgCreateClient: ProtobufMessage {
    public init() { self.init(clientState: nil, consensusState: nil, signer: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &clientState)
        case 2: try reader.merge(field, into: &consensusState)
        case 3: signer = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, clientState)
        writer.message(2, consensusState)
        writer.text(3, signer)
    }
}
