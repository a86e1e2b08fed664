// SPDX-License-Identifier: Apache-2.0

/// A moment in UTC with nanoseconds, in the range of google.protobuf.Timestamp: years 1 to 9999.
public struct Timestamp: Hashable, Sendable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z, -62135596800 ... 253402300799.
    public let seconds: Int64
    /// 0 ... 999999999.
    public let nanoseconds: Int32

    public static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Nil outside the range.
    public init?(seconds: Int64, nanoseconds: Int32 = 0) {
        guard Timestamp.secondsRange.contains(seconds), (0...999_999_999).contains(nanoseconds)
        else { return nil }
        self.init(unchecked: seconds, nanoseconds)
    }

    private init(unchecked seconds: Int64, _ nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Go's zero time, year 1: what an absent vote carries.
    public static let goZero = Timestamp(unchecked: -62_135_596_800, 0)
    /// 1970-01-01T00:00:00Z: protobuf's default.
    public static let unixEpoch = Timestamp(unchecked: 0, 0)
    public static let latest = Timestamp(unchecked: 253_402_300_799, 999_999_999)

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// The moment `nanoseconds` later (earlier when negative); saturates at the ends of the range.
    public func adding(nanoseconds delta: Int64) -> Timestamp {
        let (quotient, remainder) = delta.quotientAndRemainder(dividingBy: 1_000_000_000)
        var total = seconds + quotient
        var fraction = Int64(nanoseconds) + remainder
        if fraction < 0 {
            fraction += 1_000_000_000
            total -= 1
        } else if fraction >= 1_000_000_000 {
            fraction -= 1_000_000_000
            total += 1
        }
        if total < Timestamp.secondsRange.lowerBound { return .goZero }
        if total > Timestamp.secondsRange.upperBound { return .latest }
        return Timestamp(unchecked: total, Int32(fraction))
    }

    /// Nanoseconds from `earlier` to this moment; saturates at the ends of Int64.
    public func nanoseconds(since earlier: Timestamp) -> Int64 {
        let seconds = seconds - earlier.seconds
        let fraction = Int64(nanoseconds) - Int64(earlier.nanoseconds)
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carried) = product.addingReportingOverflow(fraction)
        return carried ? (fraction < 0 ? .min : .max) : sum
    }

    /// Nanoseconds since 1970; saturates at the ends of Int64 (years 1678 and 2262).
    public var unixNanoseconds: Int64 { nanoseconds(since: .unixEpoch) }

    public init(unixNanoseconds: Int64) {
        self = Timestamp.unixEpoch.adding(nanoseconds: unixNanoseconds)
    }

    /// Whole seconds since 1970, floored, as packet timeouts are judged; zero before 1970.
    public var unixSeconds: UInt64 { seconds < 0 ? 0 : UInt64(seconds) }
}

extension Timestamp: ProtobufMessage {
    public init() { self = .unixEpoch }

    /// A value out of range is found only once both fields are read: use `Timestamp(reading:)`
    /// through `readTimestamp`, never this field by field.
    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: self = Timestamp(unchecked: try reader.int64(field), nanoseconds)
        case 2: self = Timestamp(unchecked: seconds, try reader.int32(field))
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.int64(1, seconds)
        writer.int32(2, nanoseconds)
    }
}

extension ProtobufReader {
    /// A google.protobuf.Timestamp; a later occurrence replaces an earlier one (gogoproto stdtime).
    public mutating func timestamp(_ field: ProtobufField) throws(WireError) -> Timestamp {
        var raw = Timestamp.unixEpoch
        try merge(field, into: &raw)
        guard let value = Timestamp(seconds: raw.seconds, nanoseconds: raw.nanoseconds) else {
            throw .outOfRange("timestamp")
        }
        return value
    }
}
