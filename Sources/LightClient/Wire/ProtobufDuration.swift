// SPDX-License-Identifier: Apache-2.0

/// google.protobuf.Duration, held as nanoseconds like Go's time.Duration.
struct ProtobufDuration: Hashable, Sendable {
    var seconds: Int64 = 0
    var nanos: Int32 = 0

    /// About 10,000 years, the range the well-known type allows.
    static let maxSeconds: Int64 = 315_576_000_000

    init(nanoseconds: Int64) {
        seconds = nanoseconds / 1_000_000_000
        nanos = Int32(nanoseconds % 1_000_000_000)
    }

    /// Nil when out of range, of two signs, or beyond 64 bits of nanoseconds.
    var nanoseconds: Int64? {
        guard (-ProtobufDuration.maxSeconds...ProtobufDuration.maxSeconds).contains(seconds),
            (-999_999_999...999_999_999).contains(nanos),
            !(seconds < 0 && nanos > 0), !(seconds > 0 && nanos < 0)
        else { return nil }
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return nil }
        let (sum, carried) = whole.addingReportingOverflow(Int64(nanos))
        return carried ? nil : sum
    }
}

extension ProtobufDuration: ProtobufMessage {
    init() {}

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: seconds = try reader.int64(field)
        case 2: nanos = try reader.int32(field)
        default: try reader.skip(field)
        }
    }

    func write(to writer: inout ProtobufWriter) {
        writer.int64(1, seconds)
        writer.int32(2, nanos)
    }
}

extension ProtobufReader {
    /// A google.protobuf.Duration in nanoseconds; a later occurrence replaces an earlier one
    /// (gogoproto stdduration).
    mutating func durationNanoseconds(_ field: ProtobufField) throws(WireError) -> Int64 {
        var raw = ProtobufDuration()
        try merge(field, into: &raw)
        guard let value = raw.nanoseconds else { throw .outOfRange("duration") }
        return value
    }
}
