// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The steps at which a certificate's end is announced: days before it, then the end itself.
public enum CertificateStep: Int, Hashable, Sendable, CaseIterable, Comparable {
    case sixtyDays = 60
    case thirtyDays = 30
    case fourteenDays = 14
    case sevenDays = 7
    /// Its last second has passed: no connection comes about any more.
    case expired = 0

    /// A certificate's step at a moment; nil while more than 60 days are left.
    ///
    /// - Parameter notAfter: the certificate's last second, in seconds since 1970; it is still good
    ///   in this second (RFC 5280 section 4.1.2.5).
    public init?(notAfter: Int64, now: Timestamp) {
        let (left, overflow) = notAfter.subtractingReportingOverflow(now.seconds)
        if overflow {
            guard notAfter < 0 else { return nil }
            self = .expired
            return
        }
        if left < 0 {
            self = .expired
            return
        }
        let reached = CertificateStep.allCases.filter {
            $0 != .expired && left <= Int64($0.rawValue) * CertificateStep.secondsPerDay
        }
        guard let step = reached.min() else { return nil }
        self = step
    }

    public static func < (left: CertificateStep, right: CertificateStep) -> Bool {
        left.rawValue < right.rawValue
    }

    static let secondsPerDay: Int64 = 86_400
}

/// One announcement of a certificate's end.
public struct CertificateNotice: Hashable, Sendable {
    /// Whose certificate: "own", or the member.
    public let holder: String
    public let step: CertificateStep
    /// Whole days left, rounded down; zero when it has expired.
    public let daysLeft: Int64
    /// Its last second, in seconds since 1970.
    public let notAfter: Int64

    /// Stable code for log, metrics and console.
    public var code: String {
        step == .expired ? "certificate/expired" : "certificate/expires-soon"
    }
}

/// Remembers what was announced, so that every step of every certificate is announced once. A
/// renewed certificate begins anew.
public struct CertificateWatch: Hashable, Sendable {
    /// One certificate as last seen.
    public struct Seen: Hashable, Sendable {
        /// Its last second, in seconds since 1970.
        public let notAfter: Int64
        /// The lowest step announced; nil: none yet.
        public fileprivate(set) var step: CertificateStep?
    }

    /// Most holders remembered: members of a federation and room for as many applications. Beyond
    /// it new ones are not announced.
    public static let maxHolders = 4_096

    public private(set) var holders: [String: Seen] = [:]

    public init() {}

    /// Takes note of a holder's certificate; returns what must be said now, if anything.
    public mutating func observe(
        holder: String, notAfter: Int64, now: Timestamp
    ) -> CertificateNotice? {
        if holders[holder]?.notAfter != notAfter {
            guard holders[holder] != nil || holders.count < CertificateWatch.maxHolders else {
                return nil
            }
            holders[holder] = Seen(notAfter: notAfter, step: nil)
        }
        guard let step = CertificateStep(notAfter: notAfter, now: now) else { return nil }
        if let told = holders[holder]?.step, told <= step { return nil }
        holders[holder]?.step = step
        // A step of days says that the difference is small.
        let left = step == .expired ? 0 : notAfter - now.seconds
        return CertificateNotice(
            holder: holder, step: step, daysLeft: left / CertificateStep.secondsPerDay,
            notAfter: notAfter)
    }

    /// What must be said of all certificates seen so far, as time goes by.
    public mutating func observeAll(now: Timestamp) -> [CertificateNotice] {
        holders.keys.sorted().compactMap { holder in
            guard let seen = holders[holder] else { return nil }
            return observe(holder: holder, notAfter: seen.notAfter, now: now)
        }
    }
}
