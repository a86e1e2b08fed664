// SPDX-License-Identifier: Apache-2.0

/// Allows `burst` events at once and `perSecond` each second after. Time is given, in milliseconds.
struct TokenBucket {
    private let burst: Int
    private let perSecond: Int
    private var tokens: Int
    private var filledAt: UInt64

    init(burst: Int, perSecond: Int, now: UInt64) {
        self.burst = burst
        self.perSecond = perSecond
        tokens = burst
        filledAt = now
    }

    /// False when the event is one too many.
    mutating func take(now: UInt64) -> Bool {
        if tokens > 0 {
            tokens -= 1
            return true
        }
        let passed = Int(clamping: (now - min(now, filledAt)) / 1_000)
        guard passed > 0 else { return false }
        filledAt = now
        let (fill, overflow) = passed.multipliedReportingOverflow(by: perSecond)
        tokens = (overflow ? burst : min(burst, fill)) - 1
        return tokens >= 0
    }
}
