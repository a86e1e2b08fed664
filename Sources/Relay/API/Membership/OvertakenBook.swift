// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// What later versions overtook, newest last: told to whoever looks, until it is made again, holds
/// anyway, or is too old to be made again.
struct OvertakenBook {
    /// As many as can be open at a time; the oldest go first.
    static let limit = ProposalBoard.maxOpen

    private(set) var papers: [OvertakenPaper]

    init(_ papers: [OvertakenPaper], now: Timestamp) {
        let limit = RegistrationRequest.maxAgeSeconds
        self.papers = papers.filter { now.seconds - $0.receivedAt.seconds <= limit }
    }

    /// Takes what a version left open, but for what the version says itself. Returns the rows that
    /// are new, and those that are let go.
    mutating func add(
        _ open: [ProposalBoard.Open], before: SealedManifest, now holds: SealedManifest
    ) -> (fresh: [OvertakenPaper], gone: [OvertakenPaper]) {
        let fresh = open.filter { !$0.proposal.isFulfilled(by: holds, since: before) }.map { open in
            OvertakenPaper(
                paper: open.paper, digest: open.digest,
                version: open.proposal.next.manifest.version,
                note: open.proposal.next.manifest.note,
                members: open.proposal.membersChanged(since: before.manifest)
                    .map(\.description),
                approvals: open.approvals.count, overtakenBy: before.manifest.version + 1,
                source: open.source, receivedAt: open.receivedAt)
        }
        return (fresh, add(fresh))
    }

    /// Returns what is let go for it.
    mutating func add(_ fresh: [OvertakenPaper]) -> [OvertakenPaper] {
        papers += fresh
        let gone = Array(papers.prefix(max(0, papers.count - OvertakenBook.limit)))
        papers.removeFirst(gone.count)
        return gone
    }

    /// It was made again: the old one is of no use. Returns it.
    mutating func renewed(_ open: ProposalBoard.Open) -> [OvertakenPaper] {
        let note = open.proposal.next.manifest.note
        let gone = papers.filter { $0.note == note }
        papers.removeAll { $0.note == note }
        return gone
    }

    /// A paper that was open when the relay ended, and that the version which holds now overtook
    /// meanwhile. What was approved of it is not known any more.
    static func leftOver(_ kept: PaperStore.Kept, _ latest: SealedManifest) -> OvertakenPaper? {
        let version = latest.manifest.version
        var note = ""
        var members: [String] = []
        if kept.paper.kind == .request {
            guard let request = try? RegistrationRequest(reading: kept.paper.bytes),
                latest.manifest.member(request.entry.id) != request.entry
            else { return nil }
            note = "\(request.purpose) \(request.entry.id)"
            members = [request.entry.id.description]
        } else {
            guard let proposal = try? MembershipProposal(reading: kept.paper.bytes, like: latest),
                proposal.next.digest != latest.digest
            else { return nil }
            note = proposal.next.manifest.note
        }
        return OvertakenPaper(
            paper: kept.paper, digest: kept.paper.digest, version: version, note: note,
            members: members, approvals: 0, overtakenBy: version, source: kept.source,
            receivedAt: kept.receivedAt)
    }
}

extension MembershipProposal {
    /// The members whose entries differ from an earlier version's, in order.
    func membersChanged(since old: Manifest) -> [MemberID] {
        next.manifest.members.filter { old.member($0.id) != $0 }.map(\.id)
    }

    /// Whether a version says already what this proposal wished to change.
    func isFulfilled(by holds: SealedManifest, since old: SealedManifest) -> Bool {
        if next.digest == holds.digest { return true }
        let wished = next.manifest
        if wished.quorum != old.manifest.quorum || wished.routes != old.manifest.routes {
            return false
        }
        let changed = membersChanged(since: old.manifest)
        return !changed.isEmpty
            && changed.allSatisfy { holds.manifest.member($0) == wished.member($0) }
    }
}
