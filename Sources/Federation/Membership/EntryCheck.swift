// SPDX-License-Identifier: Apache-2.0

import LightClient

/// What can be wrong with one member's entry by itself.
enum EntryCheck {
    static func findings(_ member: ManifestMember) -> [ManifestFinding] {
        let id = member.id
        var faults: [(String, ManifestFault)] = []
        if member.name.isEmpty { faults.append(("name", .noName(id))) }
        if member.owner.name.isEmpty { faults.append(("owner.name", .noOwner(id))) }
        if member.operator.name.isEmpty { faults.append(("operator.name", .noOperator(id))) }
        for (path, body) in [("owner.code", member.owner), ("operator.code", member.operator)]
        where !body.code.isEmpty {
            do throws(InstitutionCodeError) {
                _ = try InstitutionCode(body.code)
            } catch {
                faults.append((path, .organisationCode(id, error)))
            }
        }
        faults += lengths(member)
        if member.authorityKeys.isEmpty { faults.append(("authority_keys", .noAuthorityKey(id))) }
        if member.evidenceKeys.isEmpty, !member.isSupervising {
            faults.append(("evidence_keys", .noEvidenceKey(id)))
        }
        for (path, keys) in [
            ("authority_keys", member.authorityKeys), ("evidence_keys", member.evidenceKeys),
        ] {
            faults += keys.compactMap { key in fault(key, id).map { (path, $0) } }
        }
        // Half of what a chain needs is a mistake; nothing of it is a supervising member.
        if member.chains.isEmpty, !member.isSupervising { faults.append(("chains", .noChain(id))) }
        if member.status == .active, !member.statusReason.isEmpty {
            faults.append(("status_reason", .reasonOfActive(id)))
        }
        if member.status != .active, member.statusReason.isEmpty {
            faults.append(("status_reason", .reasonMissing(id)))
        }
        var findings = faults.map {
            ManifestFinding(path: "members[\(id)].\($0.0)", fault: $0.1)
        }
        for index in member.chains.indices { findings += chain(member, index) }
        return findings
    }

    private static func lengths(_ member: ManifestMember) -> [(String, ManifestFault)] {
        let texts = [
            ("name", member.name, ManifestLimits.nameBytes),
            ("local_name", member.localName, ManifestLimits.nameBytes),
            ("owner.name", member.owner.name, ManifestLimits.nameBytes),
            ("operator.name", member.operator.name, ManifestLimits.nameBytes),
            ("status_reason", member.statusReason, ManifestLimits.reasonBytes),
        ]
        var faults: [(String, ManifestFault)] = []
        for (path, text, limit) in texts where text.utf8.count > limit {
            faults.append((path, .tooLong(path, bytes: text.utf8.count, limit: limit)))
        }
        // What an authority reads before it signs, and what every screen shows.
        for (path, text, _) in texts where !PlainText.isLine(text) {
            faults.append((path, .textForm(path)))
        }
        if !PlainText.isPrintableASCII(member.name.utf8) {
            faults.append(("name", .textForm("name")))
        }
        for (index, chain) in member.chains.enumerated()
        where chain.id.bytes.contains(0x20) || !PlainText.isPrintableASCII(chain.id.bytes) {
            faults.append(("chains[\(index)].id", .textForm("chain id")))
        }
        for (path, count) in [
            ("authority_keys", member.authorityKeys.count),
            ("evidence_keys", member.evidenceKeys.count),
        ] where count > ManifestLimits.keysPerRole {
            faults.append((path, .tooMany(path, count: count, limit: ManifestLimits.keysPerRole)))
        }
        if member.chains.count > ManifestLimits.chains {
            faults.append(
                (
                    "chains",
                    .tooMany("chains", count: member.chains.count, limit: ManifestLimits.chains)
                ))
        }
        return faults
    }

    private static func fault(_ key: MemberKey, _ id: MemberID) -> ManifestFault? {
        switch key.type {
        case .ed25519:
            key.bytes.count == PublicKey.ed25519ByteCount
                ? nil : .keyLength(id, key.type, key.bytes.count)
        case .sm2 where key.bytes.count != 65: .keyLength(id, key.type, key.bytes.count)
        default: .keyUnsupported(id, key.type)
        }
    }

    /// The rules that a topology has for a chain, and for the relay beside the main one.
    private static func chain(_ member: ManifestMember, _ index: Int) -> [ManifestFinding] {
        let topology = Topology(
            name: "one", version: 1,
            members: [
                Member(
                    id: member.id, name: member.name, chain: member.chains[index],
                    relay: member.relay)
            ], routes: [])
        var findings: [ManifestFinding] = []
        for finding in topology.findings() where finding.path.hasPrefix("members[0].") {
            let rest = finding.path.dropFirst("members[0].".count)
            let isRelay = rest.hasPrefix("relay")
            if isRelay, index > 0 { continue }
            let path = isRelay ? String(rest) : "chains[\(index)]" + rest.dropFirst(5)
            findings.append(
                ManifestFinding(
                    path: "members[\(member.id)].\(path)",
                    fault: .topology(member.id, finding.fault)))
        }
        return findings
    }
}
