// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a transaction may cost (cosmos.tx.v1beta1.Fee).
public struct Fee: Hashable, Sendable {
    /// Ascending by denomination.
    public var amount: [Coin]
    public var gasLimit: UInt64
    /// Empty: the first signer.
    public var payer: WireText
    public var granter: WireText

    public init(amount: [Coin], gasLimit: UInt64, payer: WireText, granter: WireText) {
        self.amount = amount
        self.gasLimit = gasLimit
        self.payer = payer
        self.granter = granter
    }
}

extension Fee: ProtobufMessage {
    public init() { self.init(amount: [], gasLimit: 0, payer: "", granter: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.append(field, to: &amount, limit: TxLimits.maxCoins)
        case 2: gasLimit = try reader.uint64(field)
        case 3: payer = try reader.text(field)
        case 4: granter = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.messages(1, amount)
        writer.uint64(2, gasLimit)
        writer.text(3, payer)
        writer.text(4, granter)
    }
}
