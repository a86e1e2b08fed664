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
        case .reason(let member, let old):
            [
                "\(member.title) is \(member.status) as before; the reason \"\(old)\" becomes "
                    + "\"\(member.statusReason)\""
            ]
        case .keyAdded(let member, let role, let key):
            ["\(member.title): new \(role.rawValue) key \(key) (\(role.meaning))"]
        case .keyRemoved(let member, let role, let key):
            ["\(member.title): \(role.rawValue) key \(key) no longer counts"]
        case .keyOrder(let member, let role, let old, let new):
            [
                "\(member.title): \(role.rawValue) keys in another order: \(list(new)); before: "
                    + list(old)
            ]
        case .endpoints(let member, let old):
            [
                "\(member.title): the relay moves from \(list(old.map(\.description))) to "
                    + list(member.relay.endpoints.map(\.description))
            ]
        case .text(let member, let what, let old, let new):
            ["\(member.title): \(what) \"\(old)\" becomes \"\(new)\""]
        case .parent(let member, let old):
            ["\(member.title): vouched for by \(name(member.parent)), before by \(name(old))"]
        case .entry(let member, let old, let new):
            ["\(member.title): the entry with hash \(old) becomes the one with hash \(new)"]
        case .chainAdded, .chainRemoved, .anchor, .chainTerm, .chainOrder: chainSentences
        case .federation, .quorum, .council, .routeRule, .routeAdded, .routeRemoved, .routeOrder,
            .keySpent, .keyFreed, .note, .head:
            headSentences
        }
    }

    private var chainSentences: [String] {
        switch self {
        case .chainAdded(let member, let chain, let isMain):
            ["\(member.title): new \(isMain ? "main" : "side") chain"] + ManifestChange.facts(chain)
        case .chainRemoved(let member, let chain):
            ["\(member.title): the chain \(chain.id) is no longer theirs"]
        case .anchor(let member, let chain, let old, let new?):
            [
                "\(member.title), chain \(chain): trust begins anew at height \(new.height), header "
                    + "\(new.headerHash), before at \(ManifestChange.place(old))"
            ] + FingerprintWords(new.headerHash).rows.map { "    \($0)" }
        case .anchor(let member, let chain, let old, nil):
            [
                "\(member.title), chain \(chain): trust begins nowhere, before at "
                    + ManifestChange.place(old)
            ]
        case .chainTerm(let member, let chain, let what, let old, let new):
            ["\(member.title), chain \(chain): \(what): \(old) becomes \(new)"]
        case .chainOrder(let member, let old, let new):
            [
                "\(member.title): the order of its chains was \(list(old.map(\.description))) and "
                    + "becomes \(list(new.map(\.description)))"
                    + (old.first == new.first
                        ? ""
                        : "; routes and packets mean "
                            + (new.first.map(\.description) ?? "no chain") + " now")
            ]
        default: []
        }
    }

    private var headSentences: [String] {
        switch self {
        case .federation(let old, let new):
            ["the federation's name was \"\(old)\" and becomes \"\(new)\""]
        case .quorum(let old, let new):
            ["the rule for the next version was \(old.text) and becomes \(new.text)"]
        case .council(let old, let new):
            [
                "who votes was \(ManifestChange.council(old)) and becomes "
                    + ManifestChange.council(new)
            ]
        case .routeRule(let old, let new):
            ["who exchanges packets was: \(old.text); becomes: \(new.text)"]
        case .routeAdded(let route): ["new route: \(route.text)"]
        case .routeRemoved(let route): ["no route any more: \(route.text)"]
        case .routeOrder(let routes):
            ["the routes stand in another order: \(list(routes.map(\.text)))"]
        case .keySpent(let mark): ["the revoked key sha256:\(mark) stays barred without its entry"]
        case .keyFreed(let mark): ["the revoked key sha256:\(mark) is no longer barred"]
        case .note(let old, let new): ["its note is \"\(new)\", before: \"\(old)\""]
        case .head(let old, let new):
            [
                "version \(new.version) builds on \(new.previous), is issued at "
                    + "\(RFC3339.format(new.issuedAt)), holds until "
                    + "\(RFC3339.format(new.softExpiry)), and takes no new work from "
                    + RFC3339.format(new.hardExpiry),
                "before: version \(old.version), issued at \(RFC3339.format(old.issuedAt)), holds "
                    + "until \(RFC3339.format(old.softExpiry)), no new work from "
                    + RFC3339.format(old.hardExpiry),
            ]
        default: []
        }
    }

    private static func joined(_ member: ManifestMember) -> [String] {
        var lines = ["\(member.title) comes in", "  owner: \(member.owner.text)"]
        if member.status != .active {
            lines.append("  \(member.status): \(member.statusReason)")
        } else if !member.statusReason.isEmpty {
            lines.append("  a reason to be out: \(member.statusReason)")
        }
        lines +=
            member.isSupervising
            ? [
                "  supervises: no chain and no relay; votes with its authority key",
                "  operator: \(member.operator.text)",
            ]
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
            "  relay at \(list(member.relay.endpoints.map(\.description)))",
        ]
    }

    private static func facts(_ chain: Chain) -> [String] {
        var lines = ["  chain \(chain.id)"] + chain.terms.map { "    \($0.what): \($0.value)" }
        if let anchor = chain.anchor {
            lines.append("    trust begins at height \(anchor.height), header \(anchor.headerHash)")
            lines += FingerprintWords(anchor.headerHash).rows.map { "      \($0)" }
        }
        return lines
    }

    private static func place(_ anchor: TrustAnchor?) -> String {
        anchor.map { "height \($0.height), header \($0.headerHash)" } ?? "none"
    }

    private static func council(_ names: [String]) -> String {
        names.isEmpty ? "every active member" : "the council of \(list(names))"
    }
}

private func list(_ texts: [String]) -> String {
    texts.isEmpty ? "nowhere" : texts.joined(separator: ", ")
}

private func name(_ id: MemberID?) -> String { id.map(\.description) ?? "nobody" }

extension Organisation {
    /// Name and code as people read them.
    public var text: String { code.isEmpty ? name : "\(name) (\(code))" }
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

extension RouteRule {
    /// "every two active members, a packet lives at most 86400 s".
    public var text: String {
        switch self {
        case .allPairs(let seconds):
            "every two active members, a packet lives at most \(seconds) s"
        case .listed(let routes): "those of a list of \(routes.count)"
        }
    }
}

extension Route {
    /// Both ends with the clients that are fixed there, and the longest life of a packet.
    public var text: String {
        let ends = [first, second].map { end in
            end.client.isEmpty ? "\(end.member)" : "\(end.member) (client \(end.client))"
        }
        return "\(ends[0]) and \(ends[1]), a packet lives at most \(maxPacketLifetimeSeconds) s"
    }
}
