// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// How many of the voting members' authorities must sign the next version.
public struct QuorumRule: Hashable, Sendable {
    public enum Rule: Hashable, Sendable {
        /// Every voting member: what two cities without a hub agree on.
        case all
        /// At least this many. More than half of the voters, so that two quorums always share one.
        case atLeast(UInt32)
    }

    public var rule: Rule
    /// The members that vote, in order. Empty: every active member for which no other vouches.
    public var council: [MemberID]

    public init(_ rule: Rule, council: [MemberID] = []) {
        self.rule = rule
        self.council = council
    }

    /// The signatures needed of this many voters.
    public func needed(of voters: Int) -> Int {
        switch rule {
        case .all: voters
        case .atLeast(let count): Int(count)
        }
    }
}

/// Which members exchange packets.
public enum RouteRule: Hashable, Sendable {
    /// Every two active members.
    case allPairs(maxPacketLifetimeSeconds: UInt64)
    /// These, where both ends are active.
    case listed([Route])
}

/// The federation's own word on who is in it: one version of a chain of versions, each signed by a
/// quorum of the one before. A value to be edited; `SealedManifest` is the same with its digest.
public struct Manifest: Hashable, Sendable {
    /// The federation's name, the same in all versions.
    public var federation: String
    /// 1 for the founding version, then one more each time.
    public var version: UInt64
    /// Digest of the version before; zero for the founding one.
    public var previous: Digest
    public var issuedAt: Timestamp
    /// From here on relays warn, and go on.
    public var softExpiry: Timestamp
    /// From here on relays take no new work, and finish what is open.
    public var hardExpiry: Timestamp
    public var quorum: QuorumRule
    public var routes: RouteRule
    /// What this version changes, for people.
    public var note: String
    /// Marks of keys that were revoked with a member whose entry is gone or began anew, in order.
    public var spentKeys: [Digest]
    /// In order of their ids, each once.
    public var members: [ManifestMember]

    public init(
        federation: String, version: UInt64, previous: Digest, issuedAt: Timestamp,
        softExpiry: Timestamp, hardExpiry: Timestamp, quorum: QuorumRule, routes: RouteRule,
        note: String = "", spentKeys: [Digest] = [], members: [ManifestMember]
    ) {
        self.federation = federation
        self.version = version
        self.previous = previous
        self.issuedAt = issuedAt
        self.softExpiry = softExpiry
        self.hardExpiry = hardExpiry
        self.quorum = quorum
        self.routes = routes
        self.note = note
        self.spentKeys = spentKeys
        self.members = members.sorted { $0.id < $1.id }
    }

    /// The entry of a member; nil when it has none.
    public func member(_ id: MemberID) -> ManifestMember? {
        place(of: id).map { members[$0] }
    }

    /// Where a member's entry stands: found by halving, as the entries are in order.
    public func place(of id: MemberID) -> Int? {
        var low = 0
        var high = members.count
        while low < high {
            let middle = low + (high - low) / 2
            if members[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < members.count && members[low].id == id ? low : nil
    }

    /// The member that answers for a chain, be it a main or a side chain.
    public func member(chainID: ChainID) -> ManifestMember? {
        members.first { $0.chains.contains { $0.id == chainID } }
    }

    /// The member that signs with this evidence key.
    public func member(evidenceKey: MemberKey) -> ManifestMember? {
        members.first { $0.evidenceKeys.contains(evidenceKey) }
    }

    /// Puts an entry in its place: instead of the one of the same id, or new.
    public mutating func set(_ member: ManifestMember) {
        if let place = place(of: member.id) {
            members[place] = member
        } else {
            let place = members.firstIndex { member.id < $0.id } ?? members.count
            members.insert(member, at: place)
        }
    }
}
