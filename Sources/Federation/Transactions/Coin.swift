// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// An amount of one denomination (cosmos.base.v1beta1.Coin).
public struct Coin: Hashable, Sendable {
    public var denomination: WireText
    /// A decimal integer as text.
    public var amount: WireText

    public init(denomination: WireText, amount: WireText) {
        self.denomination = denomination
        self.amount = amount
    }

    public init(_ amount: UInt64, _ denomination: WireText) {
        self.init(denomination: denomination, amount: WireText(String(amount)))
    }
}

extension Coin: ProtobufMessage {
    public init() { self.init(denomination: "", amount: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: denomination = try reader.text(field)
        case 2: amount = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, denomination)
        writer.text(2, amount)
    }
}
