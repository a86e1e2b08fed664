// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The answers of a transaction's messages (cosmos.base.abci.v1beta1.TxMsgData).
public struct TxMsgData: Hashable, Sendable {
    /// In order; field 1 is not used any more.
    public var messageResponses: [ProtobufAny]

    public init(messageResponses: [ProtobufAny]) {
        self.messageResponses = messageResponses
    }
}

extension TxMsgData: ProtobufMessage {
    public init() { self.init(messageResponses: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 2: try reader.append(field, to: &messageResponses, limit: TxLimits.maxMessages)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.messages(2, messageResponses)
    }
}
