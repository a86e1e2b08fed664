// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// What our chain shall prove: the commitment of an outgoing packet, the acknowledgement of an
/// incoming.
package struct ProofRequest: Hashable, Sendable {
    package let chainID: String
    /// The counterparty that the proofs are for; all items belong to it.
    package let counterpartyChain: String
    /// The header to prove against must be at least this high.
    package let minimumProofHeight: Height
    package let items: [PacketID]

    package init(
        chainID: String, counterpartyChain: String, minimumProofHeight: Height, items: [PacketID]
    ) {
        self.chainID = chainID
        self.counterpartyChain = counterpartyChain
        self.minimumProofHeight = minimumProofHeight
        self.items = items
    }
}

/// Packets of ours for a peer, all proven at one height.
package struct Delivery: Hashable, Sendable {
    package struct Item: Hashable, Sendable {
        package let id: PacketID
        package let packet: [UInt8]
        package let proof: [UInt8]

        package init(id: PacketID, packet: [UInt8], proof: [UInt8]) {
            self.id = id
            self.packet = packet
            self.proof = proof
        }
    }

    /// The peer's chain.
    package let peerChain: String
    /// The height of our chain that the peer trusts: the shell adds the headers from it to
    /// `proofHeight`, none when they are equal.
    package let trustedHeight: Height
    package let proofHeight: Height
    package let items: [Item]

    package init(peerChain: String, trustedHeight: Height, proofHeight: Height, items: [Item]) {
        self.peerChain = peerChain
        self.trustedHeight = trustedHeight
        self.proofHeight = proofHeight
        self.items = items
    }
}

/// Acknowledgements that our chain wrote, for the peer whose chain sent the packets.
package struct AcknowledgementDelivery: Hashable, Sendable {
    package struct Item: Hashable, Sendable {
        package let id: PacketID
        package let packet: [UInt8]
        package let acknowledgement: [UInt8]
        package let proof: [UInt8]

        package init(id: PacketID, packet: [UInt8], acknowledgement: [UInt8], proof: [UInt8]) {
            self.id = id
            self.packet = packet
            self.acknowledgement = acknowledgement
            self.proof = proof
        }
    }

    package let peerChain: String
    package let trustedHeight: Height
    package let proofHeight: Height
    package let items: [Item]

    package init(peerChain: String, trustedHeight: Height, proofHeight: Height, items: [Item]) {
        self.peerChain = peerChain
        self.trustedHeight = trustedHeight
        self.proofHeight = proofHeight
        self.items = items
    }
}

/// Questions about keys on a peer's chain. The verified answer is `.answered`.
package struct PeerQuestions: Hashable, Sendable {
    package let peerChain: String
    /// Height of the peer's chain that we trust.
    package let trustedHeight: Height
    /// The header of the answer must not be older, seconds since 1970; zero: any.
    package let notBeforeSeconds: UInt64
    package let questions: [PeerQuestion]

    package init(
        peerChain: String, trustedHeight: Height, notBeforeSeconds: UInt64,
        questions: [PeerQuestion]
    ) {
        self.peerChain = peerChain
        self.trustedHeight = trustedHeight
        self.notBeforeSeconds = notBeforeSeconds
        self.questions = questions
    }
}

/// Headers of a peer's chain. The verified answer is `.headersFetched`.
package struct HeaderRequest: Hashable, Sendable {
    package let peerChain: String
    /// Messages must build on this height. Zero: fetch the anchor of the topology, which the
    /// verifier compares by hash.
    package let trustedHeight: Height
    /// Zero: the latest that proofs can stand on.
    package let targetHeight: Height

    package init(peerChain: String, trustedHeight: Height, targetHeight: Height) {
        self.peerChain = peerChain
        self.trustedHeight = trustedHeight
        self.targetHeight = targetHeight
    }
}

/// One transaction for our chain: what shall be in it, under which sequence.
package struct Submission: Hashable, Sendable {
    /// One client update that must stand before the packets.
    package struct Update: Hashable, Sendable {
        package let height: Height
        package let trustedHeight: Height
        package let message: [UInt8]

        package init(height: Height, trustedHeight: Height, message: [UInt8]) {
            self.height = height
            self.trustedHeight = trustedHeight
            self.message = message
        }
    }

    package struct Item: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            case receive, acknowledge, timeout
        }

        package let id: PacketID
        package let kind: Kind
        package let packet: [UInt8]
        package let acknowledgement: [UInt8]
        package let proof: [UInt8]
        package let proofHeight: Height

        package init(
            id: PacketID, kind: Kind, packet: [UInt8], acknowledgement: [UInt8], proof: [UInt8],
            proofHeight: Height
        ) {
            self.id = id
            self.kind = kind
            self.packet = packet
            self.acknowledgement = acknowledgement
            self.proof = proof
            self.proofHeight = proofHeight
        }
    }

    package enum Content: Hashable, Sendable {
        /// Messages in this order, after the updates.
        case packets([Item])
        /// MsgCreateClient from a header that our own client trusts.
        case createClient(trusted: VerifiedHeader)
        case registerCounterparty(remoteClient: String)
        /// The updates alone.
        case updateClient
        /// Proof that the chain misbehaved, an `EvidenceBody`; it can stand on any of `bases`.
        case misbehaviour(evidence: [UInt8], bases: [TrustedHeader])
    }

    /// The chain whose client on ours is meant.
    package let counterpartyChain: String
    /// That client; empty while it is being created.
    package let localClient: String
    /// Account sequence reserved for it.
    package let sequence: UInt64
    package let updates: [Update]
    package let content: Content
    /// How often this was refused for want of gas: the connector allows more each time.
    package let gasRaises: Int

    package init(
        counterpartyChain: String, localClient: String, sequence: UInt64, updates: [Update],
        content: Content, gasRaises: Int
    ) {
        self.counterpartyChain = counterpartyChain
        self.localClient = localClient
        self.sequence = sequence
        self.updates = updates
        self.content = content
        self.gasRaises = gasRaises
    }

    package var purpose: TransactionPurpose {
        switch content {
        case .packets: .packets
        case .createClient: .createClient
        case .registerCounterparty: .registerCounterparty
        case .updateClient: .updateClient
        case .misbehaviour: .misbehaviour
        }
    }

    package var packets: [PacketID] {
        guard case .packets(let items) = content else { return [] }
        return items.map { $0.id }
    }
}

/// Asks our chain for one page of the open commitments of a source client.
package struct ReconcileRequest: Hashable, Sendable {
    package let client: String
    /// The page begins at this sequence.
    package let from: UInt64
    /// At most this many commitments in the page.
    package let limit: Int
    /// Answer at this height where the node still has it: what the engine has read so far.
    package let height: Height

    package init(client: String, from: UInt64, limit: Int, height: Height) {
        self.client = client
        self.from = from
        self.limit = limit
        self.height = height
    }
}

/// One line for the log.
package struct EngineNote: Hashable, Sendable {
    package enum Level: Hashable, Sendable, Comparable {
        case debug, info, warning, alarm
    }

    package let level: Level
    /// Stable code, "area/fact".
    package let code: String
    /// Counterparty chain; empty: none.
    package let chainID: String
    package let packet: PacketID?
    package let detail: String

    package init(
        level: Level, code: String, chainID: String = "", packet: PacketID? = nil,
        detail: String = ""
    ) {
        self.level = level
        self.code = code
        self.chainID = chainID
        self.packet = packet
        self.detail = detail
    }
}

/// Everything that leaves the engine. Each turn's effects begin with at most one `journal`: the
/// shell commits it, and only then releases the others. When the commit fails the engine is ahead
/// of the store: the shell drops it, and starts a new one from what the store holds.
package enum EngineEffect: Hashable, Sendable {
    case journal([JournalEntry])

    // To our chain's connector.
    /// Report blocks from this height on; nil: from wherever the chain stands.
    case follow(from: UInt64?)
    case prove(JobID, ProofRequest)
    case readAccount(JobID)
    /// Answered with `.hostedClient`; empty states mean there is no such client.
    case readHostedClient(client: String)
    /// Make proofs, gas and signature: `.transactionPrepared`, `.submissionRefused` or
    /// `.jobFailed`.
    case submit(JobID, Submission)
    case broadcast(hash: [UInt8], bytes: [UInt8])
    case resolve(hash: [UInt8], timeoutHeight: UInt64)
    case lookUp(JobID, [PacketID])
    case reconcile(JobID, ReconcileRequest)

    // To peers.
    case deliver(JobID, Delivery)
    case acknowledge(JobID, AcknowledgementDelivery)
    case ask(JobID, PeerQuestions)
    case fetchHeaders(JobID, HeaderRequest)
    /// Answered with `.reportAnswered`, or with `.headerExamined` when a header was wanted.
    case report(JobID, PeerReport)
    /// The answer to a peer's evidence.
    case answerReport(AnswerToken, ReportAnswer)
    /// The answer to a peer's call. One outcome an item, in the call's order.
    case answer(AnswerToken, outcomes: [PeerOutcome], trustedHeight: Height)
    /// What we tell in a handshake has changed (client id, trusted height).
    case greet(chainID: String)

    /// The members are others from now on: the shell connects, drops and pins accordingly.
    case adopt(TopologyChange)

    /// The answer to an operator's order.
    case ordered(OrderToken, OperatorResult)
    case note(EngineNote)
}
