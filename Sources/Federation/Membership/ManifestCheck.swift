// SPDX-License-Identifier: Apache-2.0

import LightClient

extension Manifest {
    /// Everything that is wrong or doubtful, not just the first; with the version before, what the
    /// step between them does wrong too. Entries that the version before holds unchanged are not
    /// judged again by themselves, only against the others.
    public func findings(after previous: Manifest? = nil) -> [ManifestFinding] {
        var check = ManifestCheck(manifest: self, previous: previous)
        check.run()
        return check.findings
    }
}

/// Walks a manifest and gathers what it finds.
struct ManifestCheck {
    let manifest: Manifest
    let previous: Manifest?
    private(set) var findings: [ManifestFinding] = []
    private var chains: [ChainID: MemberID] = [:]
    private var endpoints: [Endpoint: MemberID] = [:]
    private var pins: [Digest: MemberID] = [:]
    private var keys: [MemberKey: (MemberID, KeyRole)] = [:]

    init(manifest: Manifest, previous: Manifest?) {
        self.manifest = manifest
        self.previous = previous
    }

    mutating func run() {
        checkHead()
        checkTimes()
        checkQuorum()
        for member in manifest.members {
            checkShared(member)
            if previous?.member(member.id) != member { findings += EntryCheck.findings(member) }
            checkParent(member)
        }
        checkKeysAgainstPins()
        checkRoutes()
        checkRevokedKeys()
        checkStep()
    }

    mutating func add(_ path: String, _ fault: ManifestFault) {
        findings.append(ManifestFinding(path: path, fault: fault))
    }

    private mutating func checkHead() {
        if manifest.federation.isEmpty { add("federation", .emptyFederation) }
        length("federation", manifest.federation, ManifestLimits.nameBytes)
        length("note", manifest.note, ManifestLimits.reasonBytes)
        if manifest.version == 0 { add("version", .zeroVersion) }
        if manifest.version > 1, manifest.previous == .zero { add("previous", .previousMissing) }
        if manifest.version == 1, manifest.previous != .zero { add("previous", .previousOfFirst) }
        if manifest.members.count < 2 { add("members", .tooFewMembers(manifest.members.count)) }
        if manifest.members.count > ManifestLimits.members {
            add(
                "members",
                .tooMany(
                    "members", count: manifest.members.count, limit: ManifestLimits.members))
        }
    }

    private mutating func length(_ path: String, _ text: String, _ limit: Int) {
        let count = text.utf8.count
        if count > limit { add(path, .tooLong(path, bytes: count, limit: limit)) }
        if !PlainText.isLine(text) { add(path, .textForm(path)) }
    }

    private mutating func checkTimes() {
        guard manifest.issuedAt <= manifest.softExpiry, manifest.softExpiry < manifest.hardExpiry
        else {
            add("hard_expiry", .expiryOrder)
            return
        }
        let seconds = manifest.hardExpiry.seconds - manifest.issuedAt.seconds
        if seconds > ManifestLimits.lifetimeSeconds {
            add("hard_expiry", .lifetime(seconds: seconds, limit: ManifestLimits.lifetimeSeconds))
        }
        if let previous, manifest.issuedAt < previous.issuedAt {
            add("issued_at", .issuedBeforePrevious)
        }
    }

    private mutating func checkQuorum() {
        var seen: Set<MemberID> = []
        for id in manifest.quorum.council {
            if manifest.place(of: id) == nil { add("quorum.council", .councilUnknown(id)) }
            if !seen.insert(id).inserted { add("quorum.council", .councilTwice(id)) }
        }
        let voters = Set(manifest.voters).count
        let needed = manifest.quorum.needed(of: voters)
        if voters == 0 {
            add("quorum", .noVoter)
        } else if needed > voters {
            add("quorum", .quorumUnreachable(needed: needed, voters: voters))
        } else if needed * 2 <= voters {
            add("quorum", .quorumNotMajority(needed: needed, voters: voters))
        }
    }

    /// What no two members may share.
    private mutating func checkShared(_ member: ManifestMember) {
        let id = member.id
        for chain in member.chains {
            guard let other = chains.updateValue(id, forKey: chain.id) else { continue }
            let (holder, claimer) = inOrder(other, id) { $0.chains.contains { $0.id == chain.id } }
            add("members[\(claimer)].chains", .duplicateChain(chain.id, holder, claimer))
        }
        // A revoked member's address and name may serve its successor; its keys: see
        // `checkRevokedKeys`.
        guard member.status != .revoked else { return }
        for endpoint in member.relay.endpoints {
            guard let other = endpoints.updateValue(id, forKey: endpoint) else { continue }
            let (holder, claimer) = inOrder(other, id) { $0.relay.endpoints.contains(endpoint) }
            add(
                "members[\(claimer)].relay.endpoints",
                .duplicateEndpoint(endpoint, holder, claimer))
        }
        for pin in member.relay.keyPins {
            guard let other = pins.updateValue(id, forKey: pin) else { continue }
            let (holder, claimer) = inOrder(other, id) { $0.relay.keyPins.contains(pin) }
            add("members[\(claimer)].relay.key_pins", .duplicateKeyPin(pin, holder, claimer))
        }
        for (list, role) in [
            (member.authorityKeys, KeyRole.authority), (member.evidenceKeys, .evidence),
        ] {
            for key in list {
                guard let other = keys.updateValue((id, role), forKey: key) else { continue }
                if other.0 == id, other.1 != role {
                    add("members[\(id)].keys", .keyInTwoRoles(id, other.1, role))
                } else {
                    add("members[\(id)].keys", .duplicateKey(key, other.0, id))
                }
            }
        }
    }

    /// Of two members that share something, the one that had it in the version before, and the one
    /// that claims it now; as they stand where that does not tell.
    private func inOrder(
        _ one: MemberID, _ other: MemberID, _ has: (ManifestMember) -> Bool
    ) -> (holder: MemberID, claimer: MemberID) {
        func had(_ id: MemberID) -> Bool { previous?.member(id).map(has) ?? false }
        return had(other) && !had(one) ? (other, one) : (one, other)
    }

    /// Whoever runs a relay holds its TLS key. Were it an authority's key too, the operator could
    /// sign members in.
    private mutating func checkKeysAgainstPins() {
        for (key, owner) in keys {
            guard let pin = key.pin, pins[pin] != nil else { continue }
            add("members[\(owner.0)].keys", .keyInTwoRoles(owner.0, .relay, owner.1))
        }
    }

    private mutating func checkParent(_ member: ManifestMember) {
        guard let parent = member.parent else { return }
        let path = "members[\(member.id)].parent"
        guard parent != member.id else {
            add(path, .parentIsItself(member.id))
            return
        }
        guard manifest.place(of: parent) != nil else {
            add(path, .parentUnknown(member.id, parent: parent))
            return
        }
        if !parent.division.contains(member.id.division) {
            add(path, .parentNotAbove(member.id, parent: parent))
        }
        if manifest.standing(of: member.id) == .unknown { add(path, .vouchersTooDeep(member.id)) }
    }

    private mutating func checkRoutes() {
        switch manifest.routes {
        case .allPairs(let lifetime):
            if !(1...Route.longestLifetimeSeconds).contains(lifetime) {
                add("routes", .topology(nil, .lifetime(seconds: lifetime)))
            }
        case .listed(let routes):
            // The rules of a topology's routes, whoever is active.
            let topology = Topology(
                name: manifest.federation, version: max(1, manifest.version),
                members: manifest.members.compactMap(\.member), routes: routes)
            for finding in topology.findings() where finding.path.hasPrefix("routes") {
                add(finding.path, .topology(nil, finding.fault))
            }
        }
    }

    private mutating func checkStep() {
        guard let previous else { return }
        for old in previous.members
        where old.status != .revoked && manifest.place(of: old.id) == nil {
            add("members", .vanished(old.id))
        }
    }
}

extension DivisionCode {
    /// Whether the other division is this one or lies in it, by the digits of GB/T 2260.
    public func contains(_ other: DivisionCode) -> Bool {
        if self == other || text == DivisionCode.country { return true }
        let digits = text.hasSuffix("0000") ? 2 : text.hasSuffix("00") ? 4 : 6
        return digits < 6 && other.text.prefix(digits) == text.prefix(digits)
    }
}
