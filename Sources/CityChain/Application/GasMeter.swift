// SPDX-License-Identifier: Apache-2.0

/// Counts what a transaction costs. Costs are cosmos-sdk's for its key-value stores, so that
/// figures are near a real chain's; nobody can check them, but they must be the same every time.
///
/// Going over the limit is remembered, not thrown: the work ends at the next `check`, and
/// everything it did is discarded.
package struct GasMeter: Hashable, Sendable {
    package enum Cost {
        static let readFlat: UInt64 = 1_000
        static let readPerByte: UInt64 = 3
        static let writeFlat: UInt64 = 2_000
        static let writePerByte: UInt64 = 30
        static let delete: UInt64 = 1_000
        static let iterateFlat: UInt64 = 30
        static let transactionPerByte: UInt64 = 10
        static let signature: UInt64 = 1_000
    }

    package struct Overrun: Hashable, Sendable {
        package let location: String
        package let used: UInt64
    }

    /// Nil: no limit, as Simulate asks.
    package let limit: UInt64?
    package private(set) var used: UInt64 = 0
    package private(set) var overrun: Overrun?

    package init(limit: UInt64?) { self.limit = limit }

    package mutating func consume(_ amount: UInt64, _ location: String) {
        guard overrun == nil else { return }
        let (sum, overflow) = used.addingReportingOverflow(amount)
        used = overflow ? .max : sum
        if let limit, used > limit { overrun = Overrun(location: location, used: used) }
    }

    package mutating func read(key: [UInt8], value: [UInt8]?) {
        consume(Cost.readFlat, "ReadFlat")
        consume(Cost.readPerByte * UInt64(key.count + (value?.count ?? 0)), "ReadPerByte")
    }

    package mutating func write(key: [UInt8], value: [UInt8]) {
        consume(Cost.writeFlat, "WriteFlat")
        consume(Cost.writePerByte * UInt64(key.count + value.count), "WritePerByte")
    }

    /// Throws code 11 once the limit was passed.
    package func check() throws(ExecutionError) {
        guard let overrun else { return }
        throw ExecutionError(
            "sdk", 11,
            "out of gas in location: \(overrun.location); gasWanted: \(limit ?? .max), gasUsed: "
                + "\(overrun.used): out of gas")
    }
}
