// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// One call that tells a peer something of third chains, or asks it for a header of one.
package struct PeerReport: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// Hashes of verified headers that we hold.
        case held([HeldHeader])
        /// Proof that a chain misbehaved; the peer verifies it itself.
        case misbehaviour(EvidenceRecord, family: String)
        /// A header that the peer said it holds and that is not ours: it shall show it.
        case wanted(HeldHeader, ours: HeaderRecord)
    }

    /// The peer's chain.
    package let peerChain: String
    package let content: Content

    package init(peerChain: String, content: Content) {
        self.peerChain = peerChain
        self.content = content
    }
}

/// How a peer took a report.
package struct ReportAnswer: Hashable, Sendable {
    package let outcome: PeerOutcome.Outcome
    /// Stable code; empty when accepted.
    package let code: String
    package let detail: String
    package let retryAfterMilliseconds: UInt32

    package init(
        outcome: PeerOutcome.Outcome, code: String = "", detail: String = "",
        retryAfterMilliseconds: UInt32 = 0
    ) {
        self.outcome = outcome
        self.code = code
        self.detail = detail
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }
}

/// What a verifier found of evidence that somebody else brought.
package enum EvidenceJudgement: Hashable, Sendable {
    /// Both headers hold and contradict each other. `reason` names height and hashes.
    case proven(EvidenceRecord, reason: String)
    /// It is false whoever judges it. The record keeps what was sent, by whom.
    case refuted(EvidenceRecord, detail: String)
    /// It can be judged neither way with what we trust now.
    case undecided(code: String, detail: String)

    /// Kind of a record that blames a reporter.
    package static let falseEvidence = "evidence/false"
}

/// Why a client is frozen, for people: the height and both headers' hashes.
package enum FrozenReason {
    package static let conflictingHeader = "client/conflicting-header"
    package static let timeNotIncreasing = "client/time-not-increasing"

    package static func text(
        _ kind: String, _ first: (height: Height, hash: [UInt8]),
        _ second: (height: Height, hash: [UInt8])
    ) -> String {
        let one = Hex.encode(first.hash)
        let other = Hex.encode(second.hash)
        if first.height == second.height {
            return "\(kind): height \(first.height) has two signed headers, \(one) and \(other)"
        }
        let (low, high) = first.height < second.height ? (first, second) : (second, first)
        return "\(kind): header \(Hex.encode(high.hash)) of height \(high.height) is not later "
            + "than header \(Hex.encode(low.hash)) of height \(low.height)"
    }
}
