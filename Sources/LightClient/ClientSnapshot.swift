// SPDX-License-Identifier: Apache-2.0

/// Whether a client may be used. Everything else comes after this.
public enum ClientStatus: String, Hashable, Sendable {
    case active
    /// The latest header is older than the trusting period: only a new trust anchor helps.
    case expired
    /// Misbehaviour was seen: only a decision of the members helps.
    case frozen
}

/// A client as a verifier sees it: an immutable copy, marked with the revision it was taken at. The
/// verdict holds for this copy; the decider judges the cheap part again on the current state.
public struct ClientSnapshot: Hashable, Sendable {
    public var family: FamilyID
    public var parameters: ClientParameters
    public var isFrozen: Bool
    /// Counts every change of the client; a verdict for an older count is judged again.
    public var revisionCounter: UInt64
    /// The verified headers that matter, by height.
    public var trusted: [Height: TrustedHeader]

    /// Most trusted headers of one snapshot. Enough for every height that open packets ask for;
    /// more would make each job copy megabytes.
    public static let maxTrusted = 4096

    public init(
        family: FamilyID, parameters: ClientParameters, isFrozen: Bool = false,
        revisionCounter: UInt64 = 0, trusted: [Height: TrustedHeader]
    ) {
        self.family = family
        self.parameters = parameters
        self.isFrozen = isFrozen
        self.revisionCounter = revisionCounter
        self.trusted = trusted
    }

    /// The highest trusted header, nil when there is none.
    public var latest: TrustedHeader? {
        trusted.values.max { $0.height < $1.height }
    }

    /// Whether `header` is too old at `now` to serve as a base: its time plus the trusting period
    /// is not after `now`.
    public func isExpired(_ header: TrustedHeader, now: Timestamp) -> Bool {
        header.timestamp.adding(nanoseconds: parameters.trustingPeriodNanoseconds) <= now
    }

    /// Frozen before expired before active, as ICS-07 orders them.
    public func status(now: Timestamp) -> ClientStatus {
        if isFrozen { return .frozen }
        guard let latest, !isExpired(latest, now: now) else { return .expired }
        return .active
    }
}
