// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a member may do today, with those who vouch for it.
public enum Standing: Hashable, Sendable {
    case active
    /// No new work. `by` is the member itself, or the one above it that is suspended.
    case suspended(by: MemberID, reason: String)
    /// Out: connections are dropped at once.
    case revoked(by: MemberID, reason: String)
    /// No entry at all, or one whose voucher has none.
    case unknown

    public var isActive: Bool { self == .active }

    /// Whether relays keep their connections to it: for all work, or until what is open has ended.
    public var isConnected: Bool {
        switch self {
        case .active, .suspended: true
        case .revoked, .unknown: false
        }
    }
}

extension Manifest {
    /// Province, city, district: nobody vouches further down.
    static let maxVouchers = 3

    /// A member's standing: its own status, or the worse one of a member above it. A city that is
    /// suspended takes its districts with it, in the same version.
    public func standing(of id: MemberID) -> Standing {
        var suspended: Standing?
        var next = id
        for _ in 0...Manifest.maxVouchers {
            guard let member = member(next) else { return .unknown }
            switch member.status {
            case .active: break
            case .suspended:
                if suspended == nil {
                    suspended = .suspended(by: next, reason: member.statusReason)
                }
            case .revoked: return .revoked(by: next, reason: member.statusReason)
            }
            guard let parent = member.parent else { return suspended ?? .active }
            next = parent
        }
        // A circle, or a chain that is too long: `findings` says so, and nobody believes it.
        return .unknown
    }

    /// The members that take part, in order of their ids.
    public var activeMembers: [ManifestMember] {
        members.filter { standing(of: $0.id).isActive }
    }

    /// The members whose authorities decide on the next version, in order of their ids.
    public var voters: [MemberID] {
        guard quorum.council.isEmpty else {
            return quorum.council.filter { standing(of: $0).isActive }
        }
        return members.filter { $0.parent == nil && $0.status == .active }.map(\.id)
    }
}

extension Manifest {
    /// Members come and go: a number of signatures that is no majority of today's voters any more,
    /// or more than there are, becomes the nearest that is right. Else a federation founded with 2
    /// of 3 could take in nobody, and one with 3 of 3 could let nobody go.
    mutating func keepMajority() {
        guard case .atLeast(let count) = quorum.rule else { return }
        let voters = Set(self.voters).count
        guard voters > 0 else { return }
        quorum.rule = .atLeast(UInt32(clamping: min(max(Int(count), voters / 2 + 1), voters)))
    }
}

/// What a manifest's age means for work.
public enum ManifestFreshness: Hashable, Sendable {
    case fresh
    /// Warn and go on: the next version is due.
    case softExpired(since: Timestamp)
    /// No new work; open packets finish.
    case hardExpired(since: Timestamp)

    public var allowsNewWork: Bool {
        if case .hardExpired = self { false } else { true }
    }
}

extension Manifest {
    /// What its age means at a moment. Expired at the very second that it names.
    public func freshness(at now: Timestamp) -> ManifestFreshness {
        if now >= hardExpiry { return .hardExpired(since: hardExpiry) }
        if now >= softExpiry { return .softExpired(since: softExpiry) }
        return .fresh
    }

    /// Whether work with a member may begin at a moment: the manifest's age and the member's
    /// standing both allow it.
    public func allowsNewWork(with id: MemberID, at now: Timestamp) -> Bool {
        freshness(at: now).allowsNewWork && standing(of: id).isActive
    }
}
