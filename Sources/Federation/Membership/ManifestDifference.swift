// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One thing that differs between two versions. Whatever differs is one of these: an authority that
/// signs must have been shown all of it.
public enum ManifestChange: Hashable, Sendable {
    case joined(ManifestMember)
    case gone(ManifestMember)
    case status(ManifestMember, from: MemberStatus)
    /// Another reason for the same status.
    case reason(ManifestMember, from: String)
    case keyAdded(ManifestMember, KeyRole, String)
    case keyRemoved(ManifestMember, KeyRole, String)
    /// The same keys in another order.
    case keyOrder(ManifestMember, KeyRole, from: [String], to: [String])
    case endpoints(ManifestMember, from: [Endpoint])
    case text(ManifestMember, what: String, from: String, to: String)
    case chainAdded(ManifestMember, Chain, isMain: Bool)
    case chainRemoved(ManifestMember, Chain)
    case anchor(ManifestMember, ChainID, from: TrustAnchor?, to: TrustAnchor?)
    /// One of the terms on which a chain's headers are believed and its proofs read.
    case chainTerm(ManifestMember, ChainID, what: String, from: String, to: String)
    case chainOrder(ManifestMember, from: [ChainID], to: [ChainID])
    case parent(ManifestMember, from: MemberID?)
    /// Something that no other case names; the digests are those of the two entries.
    case entry(ManifestMember, from: Digest, to: Digest)

    case federation(from: String, to: String)
    case quorum(from: QuorumRule, to: QuorumRule)
    /// The names of those on the council, in order; none: all voting members.
    case council(from: [String], to: [String])
    case routeRule(from: RouteRule, to: RouteRule)
    case routeAdded(Route)
    case routeRemoved(Route)
    case routeOrder([Route])
    case keySpent(Digest)
    case keyFreed(Digest)
    case note(from: String, to: String)
    /// Number, the version that it builds on, and the three times.
    case head(from: Manifest, to: Manifest)
}

extension Manifest {
    /// What this version changes against an earlier one, members in order of their ids.
    public func changes(since old: Manifest) -> [ManifestChange] {
        var changes: [ManifestChange] = []
        for member in members {
            guard let before = old.member(member.id) else {
                changes.append(.joined(member))
                continue
            }
            if before != member { changes += Manifest.changes(before, member) }
        }
        for member in old.members where self.member(member.id) == nil {
            changes.append(.gone(member))
        }
        if federation != old.federation {
            changes.append(.federation(from: old.federation, to: federation))
        }
        if quorum.rule != old.quorum.rule || quorum.council.isEmpty != old.quorum.council.isEmpty {
            changes.append(.quorum(from: old.quorum, to: quorum))
        }
        if quorum.council != old.quorum.council {
            changes.append(.council(from: old.councilNames, to: councilNames))
        }
        changes += routeChanges(since: old)
        let (spent, before) = (Set(spentKeys), Set(old.spentKeys))
        changes += spent.subtracting(before).sorted().map { .keySpent($0) }
        changes += before.subtracting(spent).sorted().map { .keyFreed($0) }
        if note != old.note { changes.append(.note(from: old.note, to: note)) }
        if version != old.version || previous != old.previous || issuedAt != old.issuedAt
            || softExpiry != old.softExpiry || hardExpiry != old.hardExpiry
        {
            changes.append(.head(from: old, to: self))
        }
        return changes
    }

    private var councilNames: [String] {
        quorum.council.map { id in member(id).map(\.title) ?? "\(id)" }
    }

    private static func changes(_ old: ManifestMember, _ new: ManifestMember) -> [ManifestChange] {
        var changes: [ManifestChange] = []
        if old.status != new.status {
            changes.append(.status(new, from: old.status))
        } else if old.statusReason != new.statusReason {
            changes.append(.reason(new, from: old.statusReason))
        }
        let keys: [(KeyRole, [String], [String])] = [
            (
                .authority, old.authorityKeys.map(\.description),
                new.authorityKeys.map(\.description)
            ),
            (.evidence, old.evidenceKeys.map(\.description), new.evidenceKeys.map(\.description)),
            (
                .relay, old.relay.keyPins.map { "sha256:\($0)" },
                new.relay.keyPins.map { "sha256:\($0)" }
            ),
        ]
        for (role, before, after) in keys { changes += keyChanges(new, role, before, after) }
        if old.relay.endpoints != new.relay.endpoints {
            changes.append(.endpoints(new, from: old.relay.endpoints))
        }
        for (what, before, after) in [
            ("name", old.name, new.name), ("local name", old.localName, new.localName),
            ("owner", old.owner.name, new.owner.name),
            ("owner's code", old.owner.code, new.owner.code),
            ("operator", old.operator.name, new.operator.name),
            ("operator's code", old.operator.code, new.operator.code),
        ] where before != after {
            changes.append(.text(new, what: what, from: before, to: after))
        }
        if old.parent != new.parent { changes.append(.parent(new, from: old.parent)) }
        changes += new.chainChanges(since: old)
        if changes.isEmpty {
            // Never silent, whatever fields an entry is given one day.
            changes.append(
                .entry(new, from: SHA256.hash(old.encoded), to: SHA256.hash(new.encoded)))
        }
        return changes
    }

    private static func keyChanges(
        _ member: ManifestMember, _ role: KeyRole, _ before: [String], _ after: [String]
    ) -> [ManifestChange] {
        var changes: [ManifestChange] = []
        for key in after where !before.contains(key) {
            changes.append(.keyAdded(member, role, key))
        }
        for key in before where !after.contains(key) {
            changes.append(.keyRemoved(member, role, key))
        }
        if before.filter(after.contains) != after.filter(before.contains) {
            changes.append(.keyOrder(member, role, from: before, to: after))
        }
        return changes
    }

    private func routeChanges(since old: Manifest) -> [ManifestChange] {
        guard routes != old.routes else { return [] }
        guard case .listed(let after) = routes, case .listed(let before) = old.routes else {
            var changes: [ManifestChange] = [.routeRule(from: old.routes, to: routes)]
            if case .listed(let after) = routes { changes += after.map { .routeAdded($0) } }
            return changes
        }
        let (present, past) = (Set(after), Set(before))
        var changes: [ManifestChange] = after.filter { !past.contains($0) }.map { .routeAdded($0) }
        changes += before.filter { !present.contains($0) }.map { .routeRemoved($0) }
        if before.filter(present.contains) != after.filter(past.contains) {
            changes.append(.routeOrder(after))
        }
        return changes
    }
}
