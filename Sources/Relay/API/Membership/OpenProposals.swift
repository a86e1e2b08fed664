// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

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

    package let version: UInt64
    package let digest: String
    package let open: [Proposal]

    init(_ board: ProposalBoard) {
        let current = board.current.manifest
        version = current.version
        digest = board.current.digest.description
        open = board.open.map { open in
            let next = open.proposal.next.manifest
            return Proposal(
                digest: open.digest.description, version: next.version, note: next.note,
                changes: next.changes(since: current).flatMap(\.sentences),
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
