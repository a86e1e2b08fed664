// SPDX-License-Identifier: Apache-2.0

public import LightClient

// What is asked of one version is overtaken by the next. Approvals sign the bytes of one next
// version, so they cannot be carried over: whoever approved them would have signed something else.
// What was wished can be: it is made again from the present version, and approved anew.

extension RegistrationRequest {
    /// The same wish, made from the present version; without proofs, which its keys make anew.
    ///
    /// - Parameter old: the version that it was made from. A newcomer's request needs none.
    public func renewed(
        from old: SealedManifest?, onto current: SealedManifest, at now: Timestamp
    ) throws(RenewalError) -> RegistrationRequest {
        let version = current.manifest.version
        guard basis != current.digest else { throw .notOvertaken(version: version) }
        let present = current.manifest.member(entry.id)
        var entry = entry
        switch purpose {
        case .join:
            if let present, present == entry { throw .holdsAlready(version: version) }
        case .leave:
            // Its first step is suspension, its last one to be out.
            let wished: MemberStatus = self.entry.status == .suspended ? .suspended : .revoked
            guard let present, present.status != .revoked, present.status != wished else {
                throw .holdsAlready(version: version)
            }
            entry = present
            entry.status = wished
            entry.statusReason = self.entry.statusReason
        case .change:
            guard let old else { throw .earlierVersionNeeded(basis) }
            guard old.digest == basis else {
                throw .otherEarlierVersion(got: old.digest, expected: basis)
            }
            guard let before = old.manifest.member(entry.id), let present,
                present.status != .revoked
            else { throw .memberGone(entry.id) }
            entry = try EntryMerge(old: before, wished: entry, present: present).merged()
            guard entry != present else { throw .holdsAlready(version: version) }
        }
        return RegistrationRequest(
            purpose, federation: federation, basis: current.digest, createdAt: now, entry: entry)
    }
}

extension MembershipProposal {
    /// The same change of the federation's own making, on the present version.
    ///
    /// - Parameter old: the version that the proposal was made from.
    public func renewed(
        from old: SealedManifest?, onto current: SealedManifest, at now: Timestamp
    ) throws(RenewalError) -> MembershipProposal {
        let version = current.manifest.version
        let basis = next.manifest.previous
        guard basis != current.digest else { throw .notOvertaken(version: version) }
        guard next.digest != current.digest else { throw .holdsAlready(version: version) }
        guard requests.isEmpty else { throw .madeOfRequests }
        guard let old else { throw .earlierVersionNeeded(basis) }
        guard old.digest == basis else {
            throw .otherEarlierVersion(got: old.digest, expected: basis)
        }
        var entries: [ManifestMember] = []
        // What the quorum becomes by the members alone was nobody's wish.
        var unwished = old.manifest
        for wished in next.manifest.members {
            guard let before = old.manifest.member(wished.id) else { throw .memberGone(wished.id) }
            guard before != wished else { continue }
            unwished.set(wished)
            guard let present = current.manifest.member(wished.id) else {
                throw .memberGone(wished.id)
            }
            entries.append(
                try EntryMerge(old: before, wished: wished, present: present).merged())
        }
        unwished.keepMajority()
        var quorum = current.manifest.quorum
        if next.manifest.quorum != unwished.quorum {
            guard quorum == old.manifest.quorum || quorum == next.manifest.quorum else {
                throw .quorumChangedMeanwhile
            }
            quorum = next.manifest.quorum
        }
        let proposal = MembershipProposal(after: current, at: now, note: next.manifest.note) {
            for entry in entries { $0.set(entry) }
            $0.quorum = quorum
            if next.manifest.routes != old.manifest.routes { $0.routes = next.manifest.routes }
        }
        let made = proposal.next.manifest
        guard made.members != current.manifest.members || made.quorum != current.manifest.quorum
            || made.routes != current.manifest.routes
        else { throw .holdsAlready(version: version) }
        return proposal
    }
}
