// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// How much trust a light client has left: its newest header serves as a base for one trusting
/// period, and then nothing that the other chain says can be verified without a new anchor.
///
/// Holds for our own clients and for those that our chain hosts; each has its own newest header,
/// and its own clock: ours, or our chain's block time. Source: ICS-07, *expired iff time + period
/// <= now*.
public struct TrustBudget: Hashable, Sendable {
    /// What the budget asks for.
    public enum Verdict: String, Hashable, Sendable, CaseIterable {
        /// More than two fifths are left.
        case fresh
        /// Two fifths or less are left: refreshed now, so that it is done before a third is left.
        case refreshDue = "refresh-due"
        /// A third or less is left and nobody has refreshed it: a person should look.
        case late
        /// Nothing is left: only a new trust anchor helps.
        case expired
    }

    /// Nanoseconds; zero or less counts as expired.
    public let trustingPeriodNanoseconds: Int64
    /// Time of the newest header that the client trusts.
    public let newestTrusted: Timestamp
    /// The moment of the judgement.
    public let now: Timestamp

    public init(trustingPeriodNanoseconds: Int64, newestTrusted: Timestamp, now: Timestamp) {
        self.trustingPeriodNanoseconds = trustingPeriodNanoseconds
        self.newestTrusted = newestTrusted
        self.now = now
    }

    /// The forecast: without a newer header the client is expired from this moment on.
    public var expiresAt: Timestamp {
        newestTrusted.adding(nanoseconds: max(0, trustingPeriodNanoseconds))
    }

    /// From this moment on a refresh is due: two fifths are left.
    public var refreshesAt: Timestamp { expiresAt.adding(nanoseconds: -refreshMargin) }

    /// From this moment on it is late: a third is left.
    public var lateAt: Timestamp { expiresAt.adding(nanoseconds: -lateMargin) }

    /// Nanoseconds until `expiresAt`; zero when that has passed, never more than the period (a
    /// header may be a little ahead of our clock).
    public var leftNanoseconds: Int64 {
        min(max(0, expiresAt.nanoseconds(since: now)), max(0, trustingPeriodNanoseconds))
    }

    /// What is left of the period in thousandths, 0...1000, rounded down.
    public var leftPerMille: Int {
        guard trustingPeriodNanoseconds > 0 else { return 0 }
        let (high, low) = leftNanoseconds.multipliedFullWidth(by: 1_000)
        return Int(trustingPeriodNanoseconds.dividingFullWidth((high, low)).quotient)
    }

    public var verdict: Verdict {
        let left = leftNanoseconds
        if left <= 0 { return .expired }
        if left <= lateMargin { return .late }
        return left <= refreshMargin ? .refreshDue : .fresh
    }

    /// Whether a newer header should be fetched now.
    public var needsRefresh: Bool { verdict != .fresh }

    /// Two fifths of the period, rounded down.
    private var refreshMargin: Int64 {
        let period = max(0, trustingPeriodNanoseconds)
        return period / 5 * 2 + period % 5 * 2 / 5
    }

    /// A third of the period, rounded down.
    private var lateMargin: Int64 { max(0, trustingPeriodNanoseconds) / 3 }
}
