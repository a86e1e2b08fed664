// SPDX-License-Identifier: Apache-2.0

import LightClient

extension ManifestMember {
    /// "Loudi (娄底市, 431300/431300000000000)": how sentences name a member.
    public var title: String {
        PlainText.line(localName.isEmpty ? "\(name) (\(id))" : "\(name) (\(localName), \(id))")
    }
}

extension ManifestChange {
    /// The change in plain words, one line a fact.
    public var sentences: [String] { rawSentences.map { PlainText.line($0) } }

    private var rawSentences: [String] {
        switch self {
        case .joined(let member): ManifestChange.joined(member)
        case .gone(let member): ["\(member.title): the entry is dropped"]
        case .status(let member, let old):
            [
                "\(member.title) was \(old) and is now \(member.status)"
                    + (member.statusReason.isEmpty ? "" : ": \(member.statusReason)")
            ]
        case .keyAdded(let member, let role, let key):
            ["\(member.title): new \(role.rawValue) key \(key) (\(role.meaning))"]
        case .keyRemoved(let member, let role, let key):
            ["\(member.title): \(role.rawValue) key \(key) no longer counts"]
        case .endpoints(let member, let old):
            [
                "\(member.title): the relay moves from \(ManifestChange.list(old)) to "
                    + ManifestChange.list(member.relay.endpoints)
            ]
        case .text(let member, let what, let old, let new):
            ["\(member.title): \(what) \"\(old)\" becomes \"\(new)\""]
        case .chainAdded(let member, let chain):
            ["\(member.title): new chain"] + ManifestChange.facts(chain)
        case .chainRemoved(let member, let chain):
            ["\(member.title): the chain \(chain.id) is no longer theirs"]
        case .chainChanged(let member, let old, let new):
            ManifestChange.differences(member, old, new)
        case .parent(let member, let old):
            [
                "\(member.title): vouched for by \(ManifestChange.name(member.parent)), before by "
                    + ManifestChange.name(old)
            ]
        case .quorum(let old, let new):
            ["the rule for the next version was \(old.text) and becomes \(new.text)"]
        case .routes: ["who exchanges packets with whom changes"]
        case .expiry(let manifest):
            [
                "it holds until \(RFC3339.format(manifest.softExpiry)); no new work from "
                    + RFC3339.format(manifest.hardExpiry)
            ]
        }
    }

    private static func joined(_ member: ManifestMember) -> [String] {
        var lines = ["\(member.title) comes in", "  owner: \(member.owner.text)"]
        lines +=
            member.isSupervising
            ? ["  supervises: no chain and no relay; votes with its authority key"]
            : runs(member)
        if let parent = member.parent { lines.append("  vouched for by \(parent)") }
        for key in member.authorityKeys { lines.append("  authority key \(key)") }
        for key in member.evidenceKeys { lines.append("  evidence key \(key)") }
        for pin in member.relay.keyPins { lines.append("  relay key sha256:\(pin)") }
        for chain in member.chains { lines += facts(chain) }
        return lines
    }

    private static func runs(_ member: ManifestMember) -> [String] {
        [
            "  operator: \(member.operator.text)"
                + (member.operator == member.owner
                    ? "" : " (runs the node; signs nothing in the federation's name)"),
            "  relay at \(list(member.relay.endpoints))",
        ]
    }

    private static func facts(_ chain: Chain) -> [String] {
        var lines = [
            "  chain \(chain.id) (\(chain.family.rawValue)), a block about every "
                + "\(chain.blockIntervalNanoseconds / 1_000_000) ms",
            "  its headers are believed for \(days(chain.parameters.trustingPeriodNanoseconds)), "
                + "signed by more than \(chain.parameters.trustThreshold) of the known validators",
        ]
        if let anchor = chain.anchor {
            lines.append("  trust begins at height \(anchor.height), header \(anchor.headerHash)")
            lines += FingerprintWords(anchor.headerHash).rows.map { "    \($0)" }
        }
        return lines
    }

    private static func differences(
        _ member: ManifestMember, _ old: Chain, _ new: Chain
    ) -> [String] {
        var lines: [String] = []
        let name = "\(member.title), chain \(new.id)"
        if old.anchor != new.anchor, let anchor = new.anchor {
            lines.append(
                "\(name): trust begins anew at height \(anchor.height), header "
                    + "\(anchor.headerHash), before at \(old.anchor.map { "\($0.height)" } ?? "none")"
            )
            lines += FingerprintWords(anchor.headerHash).rows.map { "    \($0)" }
        }
        if old.parameters != new.parameters
            || old.blockIntervalNanoseconds
                != new.blockIntervalNanoseconds
            || old.commitmentPrefix != new.commitmentPrefix
            || old.family != new.family
        {
            lines.append("\(name): its terms change")
            lines += facts(new)
        }
        return lines
    }

    private static func list(_ endpoints: [Endpoint]) -> String {
        endpoints.isEmpty ? "nowhere" : endpoints.map(\.description).joined(separator: ", ")
    }

    private static func name(_ id: MemberID?) -> String { id.map(\.description) ?? "nobody" }

    private static func days(_ nanoseconds: Int64) -> String {
        let hours = nanoseconds / 3_600_000_000_000
        return hours >= 48 ? "\(hours / 24) days" : "\(hours) hours"
    }
}

extension KeyRole {
    /// What its holder can do.
    public var meaning: String {
        switch self {
        case .authority: "signs who is in the federation"
        case .evidence: "signs requests and releases"
        case .relay: "runs the relay's connections"
        }
    }
}

extension QuorumRule {
    /// "3 of the voting members", "all voting members".
    public var text: String {
        let who = council.isEmpty ? "voting members" : "council of \(council.count)"
        return switch rule {
        case .all: "all of the \(who)"
        case .atLeast(let count): "\(count) of the \(who)"
        }
    }
}
