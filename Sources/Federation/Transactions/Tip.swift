// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A deprecated part of AuthInfo.
public struct Tip: Hashable, Sendable {
    public var amount: [Coin]
    public var tipper: WireText

    public init(amount: [Coin], tipper: WireText) {
        self.amount = amount
        self.tipper = tipper
    }
}

extension Tip: ProtobufMessage {
    public init() { self.init(amount: [], tipper: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.append(field, to: &amount, limit: TxLimits.maxCoins)
        case 2: tipper = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.messages(1, amount)
        writer.text(2, tipper)
    }
}
