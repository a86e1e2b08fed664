// SPDX-License-Identifier: Apache-2.0

/// What a relay's transaction will use when the chain cannot be asked to simulate it. Measured on
/// ibc-go v10: 14–28 % above the real figure for 1, 10 and 30 packets.
public struct GasEstimate: Hashable, Sendable {
    /// Base cost of a transaction, gas.
    public static let base: UInt64 = 60_000
    public static let perUpdate: UInt64 = 60_000
    public static let perHeaderByte: UInt64 = 10
    public static let perReceive: UInt64 = 45_000
    public static let perReceivedValueByte: UInt64 = 45
    /// Per acknowledgement or timeout.
    public static let perEnding: UInt64 = 40_000
    public static let perEndedValueByte: UInt64 = 10

    public private(set) var gas = GasEstimate.base

    public init() {}

    public mutating func addUpdate(headerBytes: Int) {
        add(GasEstimate.perUpdate, GasEstimate.perHeaderByte, headerBytes)
    }

    public mutating func addReceive(_ packet: Packet) {
        add(
            GasEstimate.perReceive, GasEstimate.perReceivedValueByte,
            GasEstimate.valueBytes(packet))
    }

    public mutating func addAcknowledgement(_ packet: Packet) {
        add(GasEstimate.perEnding, GasEstimate.perEndedValueByte, GasEstimate.valueBytes(packet))
    }

    public mutating func addTimeout(_ packet: Packet) {
        add(GasEstimate.perEnding, GasEstimate.perEndedValueByte, GasEstimate.valueBytes(packet))
    }

    /// The smallest fee for a gas limit at a price in units of `scale`-ths (a price of
    /// "0.001000000000000000" is 10^15 at scale 10^18), rounded up. Nil when it does not fit.
    public static func fee(gas: UInt64, price: UInt64, scale: UInt64) -> UInt64? {
        guard scale > 0 else { return nil }
        let product = gas.multipliedFullWidth(by: price)
        guard product.high < scale else { return nil }
        let (quotient, remainder) = scale.dividingFullWidth(product)
        guard remainder > 0 else { return quotient }
        let (rounded, overflow) = quotient.addingReportingOverflow(1)
        return overflow ? nil : rounded
    }

    /// Saturates: a batch that large fits no block anyway.
    private mutating func add(_ base: UInt64, _ perByte: UInt64, _ bytes: Int) {
        let (product, overflow) = perByte.multipliedReportingOverflow(by: UInt64(max(0, bytes)))
        let (part, carried) = base.addingReportingOverflow(product)
        let (sum, beyond) = gas.addingReportingOverflow(part)
        gas = overflow || carried || beyond ? .max : sum
    }

    private static func valueBytes(_ packet: Packet) -> Int {
        packet.payloads.reduce(0) { $0 + $1.value.count }
    }
}
