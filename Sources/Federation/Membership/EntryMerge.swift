// SPDX-License-Identifier: Apache-2.0

import LightClient

/// One member's entry three times: as it was, as somebody wished it then, as it is now. What was
/// wished is put onto what is now, part by part; what the wish left alone stays as it is now.
struct EntryMerge {
    let old: ManifestMember
    let wished: ManifestMember
    let present: ManifestMember

    /// Throws where one part was wished otherwise and has changed meanwhile, too.
    func merged() throws(RenewalError) -> ManifestMember {
        var entry = present
        entry.name = try pick(\.name, "name")
        entry.localName = try pick(\.localName, "local name")
        entry.owner = try pick(\.owner, "owner")
        entry.operator = try pick(\.operator, "operator")
        entry.authorityKeys = try pick(\.authorityKeys, "authority keys")
        entry.evidenceKeys = try pick(\.evidenceKeys, "evidence keys")
        entry.relay.endpoints = try pick(\.relay.endpoints, "relay's address")
        entry.relay.keyPins = try pick(\.relay.keyPins, "relay's keys")
        entry.status = try pick(\.status, "status")
        // The reason goes with the status.
        entry.statusReason =
            entry.status == present.status ? present.statusReason : wished.statusReason
        entry.parent = try pick(\.parent, "voucher")
        entry.chains = try chains()
        return entry
    }

    private func pick<Value: Equatable>(
        _ part: KeyPath<ManifestMember, Value>, _ name: String
    ) throws(RenewalError) -> Value {
        try pick(old[keyPath: part], wished[keyPath: part], present[keyPath: part], name)
    }

    private func pick<Value: Equatable>(
        _ old: Value, _ wished: Value, _ present: Value, _ name: String
    ) throws(RenewalError) -> Value {
        if wished == old || wished == present { return present }
        guard present == old else { throw .changedMeanwhile(self.present.id, part: name) }
        return wished
    }

    /// A chain's anchor and its terms are two parts: a rescue changes the one alone.
    private func chains() throws(RenewalError) -> [Chain] {
        let ids = present.chains.map(\.id)
        guard old.chains.map(\.id) == ids, wished.chains.map(\.id) == ids else {
            return try pick(old.chains, wished.chains, present.chains, "chains")
        }
        var chains = present.chains
        for index in chains.indices {
            let (before, wish) = (old.chains[index], wished.chains[index])
            let anchor = try pick(
                before.anchor, wish.anchor, chains[index].anchor, "trust anchor of \(ids[index])")
            func terms(_ chain: Chain) -> Chain {
                var terms = chain
                terms.anchor = nil
                return terms
            }
            chains[index] = try pick(
                terms(before), terms(wish), terms(chains[index]), "terms of \(ids[index])")
            chains[index].anchor = anchor
        }
        return chains
    }
}
