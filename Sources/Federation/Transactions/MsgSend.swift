// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Moves coins from one account to another (cosmos.bank.v1beta1.MsgSend).
public struct MsgSend: Hashable, Sendable {
    public var fromAddress: WireText
    public var toAddress: WireText
    public var amount: [Coin]

    public init(fromAddress: WireText, toAddress: WireText, amount: [Coin]) {
        self.fromAddress = fromAddress
        self.toAddress = toAddress
        self.amount = amount
    }
}

extension MsgSend: ChainMessage {
    public static let typeURL = "/cosmos.bank.v1beta1.MsgSend"

    public var signer: WireText { fromAddress }

    /// The amounts are judged by the bank.
    public func validate(prefix: String) throws(PacketFault) {
        try check(signer: fromAddress, prefix: prefix)
        try check(signer: toAddress, prefix: prefix)
    }
}

extension MsgSend: ProtobufMessage {
    public init() { self.init(fromAddress: "", toAddress: "", amount: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: fromAddress = try reader.text(field)
        case 2: toAddress = try reader.text(field)
        case 3: try reader.append(field, to: &amount, limit: TxLimits.maxCoins)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, fromAddress)
        writer.text(2, toAddress)
        writer.messages(3, amount)
    }
}
