// SPDX-License-Identifier: Apache-2.0

/// The part of a trusted set's power that must have signed a header further on. One third by
/// default: with fewer than a third of liars one honest member is among the signers.
public struct TrustThreshold: Hashable, Sendable {
    public var numerator: UInt64
    public var denominator: UInt64

    public init(numerator: UInt64, denominator: UInt64) {
        self.numerator = numerator
        self.denominator = denominator
    }

    public static let oneThird = TrustThreshold(numerator: 1, denominator: 3)
    /// What a set's own header needs.
    public static let twoThirds = TrustThreshold(numerator: 2, denominator: 3)

    /// Whether the level lies in [1/3, 1].
    public var isInRange: Bool {
        guard denominator != 0, numerator <= denominator else { return false }
        let (product, overflow) = numerator.multipliedReportingOverflow(by: 3)
        return overflow || product >= denominator
    }

    /// The same as the reference tests it before it stores a client: its product wraps at 2^64 and
    /// so refuses some levels of huge numbers that lie in range.
    public var passesReferenceTest: Bool {
        denominator != 0 && numerator <= denominator && numerator &* 3 >= denominator
    }

    /// The power that must be exceeded: total x numerator / denominator, rounded down. Throws on a
    /// zero denominator, a number of 2^63 or more (the reference's signed arithmetic would turn the
    /// need negative and accept nothing signed at all), and on an overflow of the product.
    public func powerToExceed(of total: Int64) throws(VerificationError) -> Int64 {
        guard denominator != 0, let numerator = Int64(exactly: numerator),
            let denominator = Int64(exactly: denominator)
        else { throw .trustThreshold(self) }
        let (product, overflow) = total.multipliedReportingOverflow(by: numerator)
        guard !overflow else { throw .powerOverflow(total: total, self) }
        return product / denominator
    }
}

extension TrustThreshold: CustomStringConvertible {
    public var description: String { "\(numerator)/\(denominator)" }
}

extension TrustThreshold: ProtobufMessage {
    public init() { self.init(numerator: 0, denominator: 0) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: numerator = try reader.uint64(field)
        case 2: denominator = try reader.uint64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint64(1, numerator)
        writer.uint64(2, denominator)
    }
}
