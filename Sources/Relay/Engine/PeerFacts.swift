// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// What a peer says of itself in the handshake. The chain id names the peer: a chain has one relay
/// towards us, whose certificate the transport has already matched with the member.
package struct PeerHello: Hashable, Sendable {
    package let chainID: String
    package let protocolVersion: UInt32
    package let topologyVersion: UInt64
    package let topologyDigest: [UInt8]
    package let clock: Timestamp
    /// Client of our chain that the peer's chain hosts; empty: none yet.
    package let clientID: String
    /// Highest height of our chain that the peer trusts; zero: none.
    package let trustedHeight: Height
    package let software: String

    package init(
        chainID: String, protocolVersion: UInt32, topologyVersion: UInt64, topologyDigest: [UInt8],
        clock: Timestamp, clientID: String, trustedHeight: Height, software: String
    ) {
        self.chainID = chainID
        self.protocolVersion = protocolVersion
        self.topologyVersion = topologyVersion
        self.topologyDigest = topologyDigest
        self.clock = clock
        self.clientID = clientID
        self.trustedHeight = trustedHeight
        self.software = software
    }
}

/// A header of another chain that a verifier found good against a snapshot of our client.
package struct VerifiedHeader: Hashable, Sendable {
    package let height: Height
    package let timestamp: Timestamp
    package let hash: [UInt8]
    /// The family's consensus state bytes.
    package let consensusState: [UInt8]
    /// The client message that carried it; empty for an anchor.
    package let message: [UInt8]
    /// The trusted height that the message names; zero for an anchor.
    package let trustedHeight: Height

    package init(
        height: Height, timestamp: Timestamp, hash: [UInt8], consensusState: [UInt8],
        message: [UInt8], trustedHeight: Height
    ) {
        self.height = height
        self.timestamp = timestamp
        self.hash = hash
        self.consensusState = consensusState
        self.message = message
        self.trustedHeight = trustedHeight
    }
}

/// What the verifier found of one item.
package enum Verdict: Hashable, Sendable {
    case proven
    /// Wrong in this form, with a stable code.
    case refused(code: String, detail: String)
    /// Could not be judged now (no header, snapshot too old).
    case undecided(code: String, detail: String)
}

/// A peer's delivery after the dear part of its verification. Headers that failed are not in it;
/// the items that needed them are `undecided` or `refused`.
package struct VerifiedDelivery: Hashable, Sendable {
    package struct Item: Hashable, Sendable {
        package let packet: PacketSummary
        package let proof: [UInt8]
        package let verdict: Verdict

        package init(packet: PacketSummary, proof: [UInt8], verdict: Verdict) {
            self.packet = packet
            self.proof = proof
            self.verdict = verdict
        }
    }

    package let chainID: String
    /// `ClientRecord.revisionCounter` of the snapshot that was verified against.
    package let revisionCounter: UInt64
    package let headers: [VerifiedHeader]
    package let proofHeight: Height
    package let items: [Item]

    package init(
        chainID: String, revisionCounter: UInt64, headers: [VerifiedHeader], proofHeight: Height,
        items: [Item]
    ) {
        self.chainID = chainID
        self.revisionCounter = revisionCounter
        self.headers = headers
        self.proofHeight = proofHeight
        self.items = items
    }
}

/// A peer's acknowledgements after the dear part of their verification.
package struct VerifiedAcknowledgements: Hashable, Sendable {
    package struct Item: Hashable, Sendable {
        package let packet: PacketSummary
        package let acknowledgement: [UInt8]
        package let proof: [UInt8]
        package let verdict: Verdict

        package init(
            packet: PacketSummary, acknowledgement: [UInt8], proof: [UInt8], verdict: Verdict
        ) {
            self.packet = packet
            self.acknowledgement = acknowledgement
            self.proof = proof
            self.verdict = verdict
        }
    }

    package let chainID: String
    package let revisionCounter: UInt64
    package let headers: [VerifiedHeader]
    package let proofHeight: Height
    package let items: [Item]

    package init(
        chainID: String, revisionCounter: UInt64, headers: [VerifiedHeader], proofHeight: Height,
        items: [Item]
    ) {
        self.chainID = chainID
        self.revisionCounter = revisionCounter
        self.headers = headers
        self.proofHeight = proofHeight
        self.items = items
    }
}

/// What a question is about: a key on the peer's chain.
package enum QuestionSubject: Hashable, Sendable {
    /// Of an outgoing packet of ours: the peer's chain holds its receipt or not, its
    /// acknowledgement or not.
    case receipt, acknowledgement
    /// Of an incoming packet whose proof grew too old to submit: the peer's chain still holds its
    /// commitment.
    case commitment
}

package struct PeerQuestion: Hashable, Sendable {
    /// The packet that the question is about.
    package let id: PacketID
    package let subject: QuestionSubject
    /// Client on the peer's chain that the key begins with.
    package let remoteClient: String

    package init(id: PacketID, subject: QuestionSubject, remoteClient: String) {
        self.id = id
        self.subject = subject
        self.remoteClient = remoteClient
    }
}

/// A peer's proven answers after the dear part of their verification.
package struct VerifiedAnswers: Hashable, Sendable {
    package enum Finding: Hashable, Sendable {
        /// The key is absent at `proofHeight`.
        case absent
        /// The key is there. An acknowledgement: its commitment was compared with these bytes,
        /// which are empty when the peer no longer knows them. A commitment: it was compared with
        /// the packet.
        case present(acknowledgement: [UInt8])
        case refused(code: String, detail: String)
    }

    package struct Item: Hashable, Sendable {
        package let question: PeerQuestion
        package let proof: [UInt8]
        package let finding: Finding

        package init(question: PeerQuestion, proof: [UInt8], finding: Finding) {
            self.question = question
            self.proof = proof
            self.finding = finding
        }
    }

    package let chainID: String
    package let revisionCounter: UInt64
    package let headers: [VerifiedHeader]
    package let proofHeight: Height
    package let items: [Item]

    package init(
        chainID: String, revisionCounter: UInt64, headers: [VerifiedHeader], proofHeight: Height,
        items: [Item]
    ) {
        self.chainID = chainID
        self.revisionCounter = revisionCounter
        self.headers = headers
        self.proofHeight = proofHeight
        self.items = items
    }
}

/// One relay's answer to another for one packet.
package struct PeerOutcome: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// Verified and durably journaled.
        case accepted
        /// Was accepted or finished before.
        case alreadyKnown
        /// Not judged yet: again later.
        case retry
        /// Never in this form.
        case refused
    }

    package let sourceClient: String
    package let sequence: UInt64
    package let outcome: Outcome
    /// Stable code; empty when accepted.
    package let code: String
    package let detail: String
    package let retryAfterMilliseconds: UInt32

    package init(
        sourceClient: String, sequence: UInt64, outcome: Outcome, code: String = "",
        detail: String = "", retryAfterMilliseconds: UInt32 = 0
    ) {
        self.sourceClient = sourceClient
        self.sequence = sequence
        self.outcome = outcome
        self.code = code
        self.detail = detail
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }
}
