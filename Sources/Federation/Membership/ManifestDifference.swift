// SPDX-License-Identifier: Apache-2.0

import LightClient

/// One thing that differs between two versions.
public enum ManifestChange: Hashable, Sendable {
    case joined(ManifestMember)
    case gone(ManifestMember)
    case status(ManifestMember, from: MemberStatus)
    case keyAdded(ManifestMember, KeyRole, String)
    case keyRemoved(ManifestMember, KeyRole, String)
    case endpoints(ManifestMember, from: [Endpoint])
    case text(ManifestMember, what: String, from: String, to: String)
    case chainAdded(ManifestMember, Chain)
    case chainRemoved(ManifestMember, Chain)
    case chainChanged(ManifestMember, from: Chain, to: Chain)
    case parent(ManifestMember, from: MemberID?)
    case quorum(from: QuorumRule, to: QuorumRule)
    case routes
    case expiry(Manifest)
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
        if quorum != old.quorum { changes.append(.quorum(from: old.quorum, to: quorum)) }
        if routes != old.routes { changes.append(.routes) }
        if softExpiry != old.softExpiry || hardExpiry != old.hardExpiry {
            changes.append(.expiry(self))
        }
        return changes
    }

    private static func changes(
        _ old: ManifestMember, _ new: ManifestMember
    ) -> [ManifestChange] {
        var changes: [ManifestChange] = []
        if old.status != new.status { changes.append(.status(new, from: old.status)) }
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
        for (role, before, after) in keys {
            for key in after where !before.contains(key) {
                changes.append(.keyAdded(new, role, key))
            }
            for key in before where !after.contains(key) {
                changes.append(.keyRemoved(new, role, key))
            }
        }
        if old.relay.endpoints != new.relay.endpoints {
            changes.append(.endpoints(new, from: old.relay.endpoints))
        }
        for (what, before, after) in [
            ("name", old.name, new.name), ("local name", old.localName, new.localName),
            ("owner", old.owner.text, new.owner.text),
            ("operator", old.operator.text, new.operator.text),
        ] where before != after {
            changes.append(.text(new, what: what, from: before, to: after))
        }
        if old.parent != new.parent { changes.append(.parent(new, from: old.parent)) }
        return changes + chainChanges(old, new)
    }

    private static func chainChanges(
        _ old: ManifestMember, _ new: ManifestMember
    ) -> [ManifestChange] {
        var changes: [ManifestChange] = []
        for chain in new.chains {
            guard let before = old.chains.first(where: { $0.id == chain.id }) else {
                changes.append(.chainAdded(new, chain))
                continue
            }
            if before != chain {
                changes.append(.chainChanged(new, from: before, to: chain))
            }
        }
        for chain in old.chains where !new.chains.contains(where: { $0.id == chain.id }) {
            changes.append(.chainRemoved(new, chain))
        }
        return changes
    }
}

extension Organisation {
    /// Name and code as people read them.
    public var text: String { code.isEmpty ? name : "\(name) (\(code))" }
}
