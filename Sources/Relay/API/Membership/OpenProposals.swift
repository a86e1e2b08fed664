// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// What is open at one relay, as its API shows it.
package struct OpenProposals: Codable, Hashable, Sendable {
    package struct Refusal: Codable, Hashable, Sendable {
        package let member: String
        package let reason: String
        package let at: String
    }

    package struct Proposal: Codable, Hashable, Sendable {
        /// Of the next version as it would be: what authorities sign.
        package let digest: String
        package let version: UInt64
        /// "join 320100/320100000000000"
        package let note: String
        package let changes: [String]
        /// The members whose entries change.
        package let members: [String]
        /// What whoever approves must know: names that look alike.
        package let warnings: [String]
        package let words: [String]
        package let approvedBy: [String]
        package let refusedBy: [Refusal]
        /// Voters that have said nothing.
        package let silent: [String]
        package let needed: Int
        package let receivedAt: String
        package let source: String
        /// The request or proposal, as a file would hold it.
        package let paper: String
    }

    /// What a later version overtook before its quorum.
    package struct Overtaken: Codable, Hashable, Sendable {
        /// Of the version that it would have become.
        package let digest: String
        package let version: UInt64
        package let note: String
        package let members: [String]
        /// The version that holds instead.
        package let overtakenBy: UInt64
        /// How many had approved it; they count no more.
        package let approvals: Int
        package let receivedAt: String
        package let source: String
        package let paper: String
        package let next: String

        init(_ overtaken: OvertakenPaper) {
            digest = overtaken.digest.description
            version = overtaken.version
            note = overtaken.note
            members = overtaken.members
            overtakenBy = overtaken.overtakenBy
            approvals = overtaken.approvals
            receivedAt = overtaken.receivedAt.utcText
            source = overtaken.source
            paper = overtaken.paper.text
            let name = digest.prefix(12)
            let how =
                overtaken.paper.kind == .request
                ? "the member runs `cityrelay member renew DIR --open \(name)`"
                : "an authority runs `cityrelay member renew --open \(name) --key FILE`"
            next =
                "\(how), which types nothing anew, and it is handed in again; approvals begin "
                + "anew, since each signs one version's bytes"
        }
    }

    package let version: UInt64
    package let digest: String
    package let open: [Proposal]
    package let overtaken: [Overtaken]

    init(_ board: ProposalBoard, _ overtaken: [OvertakenPaper]) {
        self.overtaken = overtaken.map { Overtaken($0) }
        let current = board.current.manifest
        version = current.version
        digest = board.current.digest.description
        open = board.open.map { open in
            let next = open.proposal.next.manifest
            return Proposal(
                digest: open.digest.description, version: next.version, note: next.note,
                changes: next.changes(since: current).flatMap(\.sentences),
                members: open.proposal.membersChanged(since: current).map(\.description),
                warnings: next.likenesses(since: current).map(\.sentence),
                words: FingerprintWords(open.digest).rows,
                approvedBy: open.approvals.keys.sorted().map(\.description),
                refusedBy: open.rejections.sorted { $0.key < $1.key }.map {
                    Refusal(
                        member: $0.key.description, reason: $0.value.reason,
                        at: $0.value.rejectedAt.utcText)
                },
                silent: board.silent(on: open).map(\.description), needed: board.needed,
                receivedAt: open.receivedAt.utcText, source: open.source,
                paper: open.paper.text)
        }
    }
}
