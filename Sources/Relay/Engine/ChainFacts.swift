// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// What happened to one packet in one block of our own chain.
package struct PacketEvent: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case send, receive, writeAcknowledgement, acknowledge, timeout
    }

    package let kind: Kind
    package let packet: PacketSummary
    /// ibc.core.channel.v2.Acknowledgement; only with `writeAcknowledgement`, else empty.
    package let acknowledgement: [UInt8]

    package init(kind: Kind, packet: PacketSummary, acknowledgement: [UInt8] = []) {
        self.kind = kind
        self.packet = packet
        self.acknowledgement = acknowledgement
    }
}

/// How the chain judged one transaction, in CheckTx, in a simulation or in a block.
package struct TransactionResult: Hashable, Sendable {
    /// Empty when the code is 0.
    package let codespace: String
    package let code: UInt32
    /// Text of the node, different from node to node: for people, and for the index of the message.
    package let log: String

    package init(codespace: String = "", code: UInt32 = 0, log: String = "") {
        self.codespace = codespace
        self.code = code
        self.log = log
    }

    package var isSuccess: Bool { code == 0 }
}

/// A transaction of ours that stands in a block.
package struct IncludedTransaction: Hashable, Sendable {
    package let hash: [UInt8]
    package let height: Height
    package let result: TransactionResult
    package let gasUsed: UInt64
    /// Id of the client that it created; empty: none.
    package let createdClient: String
    /// Sequences of the packets that it sent, in the order of its messages.
    package let sentPackets: [UInt64]

    package init(
        hash: [UInt8], height: Height, result: TransactionResult, gasUsed: UInt64,
        createdClient: String = "", sentPackets: [UInt64] = []
    ) {
        self.hash = hash
        self.height = height
        self.result = result
        self.gasUsed = gasUsed
        self.createdClient = createdClient
        self.sentPackets = sentPackets
    }
}

/// One executed block of our own chain, as far as it concerns the relay.
package struct BlockSummary: Hashable, Sendable {
    package let height: Height
    package let time: Timestamp
    /// In the order of the block, end-blocker events last.
    package let events: [PacketEvent]
    /// Transactions of our account.
    package let transactions: [IncludedTransaction]
    /// Heights that hosted clients gained in this block, by whomever.
    package let clientUpdates: [HostedUpdate]

    package init(
        height: Height, time: Timestamp, events: [PacketEvent] = [],
        transactions: [IncludedTransaction] = [], clientUpdates: [HostedUpdate] = []
    ) {
        self.height = height
        self.time = time
        self.events = events
        self.transactions = transactions
        self.clientUpdates = clientUpdates
    }
}

/// A client hosted by our chain learnt one more height.
package struct HostedUpdate: Hashable, Sendable {
    package let client: String
    package let height: Height

    package init(client: String, height: Height) {
        self.client = client
        self.height = height
    }
}

/// News of our own chain: blocks in order, without gap, and how far the chain has come. A header at
/// `tip` proves the state of `tip - 1`.
package struct ChainAdvance: Hashable, Sendable {
    package let blocks: [BlockSummary]
    package let tip: Height
    package let tipTime: Timestamp

    package init(blocks: [BlockSummary], tip: Height, tipTime: Timestamp) {
        self.blocks = blocks
        self.tip = tip
        self.tipTime = tipTime
    }
}

/// The client of another chain that our chain hosts: another object than the relay's own client.
package struct HostedClient: Hashable, Sendable {
    package enum Status: Hashable, Sendable {
        case active, expired, frozen
        /// No client of this id on our chain.
        case unknown
    }

    /// One consensus state that the hosted client keeps.
    package struct State: Hashable, Sendable {
        package let height: Height
        package let timestamp: Timestamp

        package init(height: Height, timestamp: Timestamp) {
            self.height = height
            self.timestamp = timestamp
        }
    }

    package let client: String
    package let status: Status
    /// The newest states at least, ascending; at most `EngineLimits.hostedStates`.
    package let states: [State]
    /// Client of our chain that it has registered as its counterparty; empty: none yet.
    package let counterparty: String
    /// As its own state records it, nanoseconds; nil: it was not told.
    package let trustingPeriodNanoseconds: Int64?

    package init(
        client: String, status: Status, states: [State], counterparty: String,
        trustingPeriodNanoseconds: Int64? = nil
    ) {
        self.client = client
        self.status = status
        self.states = states
        self.counterparty = counterparty
        self.trustingPeriodNanoseconds = trustingPeriodNanoseconds
    }
}

/// Our signing account on our chain, as committed.
package struct AccountState: Hashable, Sendable {
    package let address: String
    package let sequence: UInt64

    package init(address: String, sequence: UInt64) {
        self.address = address
        self.sequence = sequence
    }
}

/// A proof that our connector made of something on our own chain.
package struct ProvedItem: Hashable, Sendable {
    package let id: PacketID
    /// Empty when the key is absent, which then is proven.
    package let value: [UInt8]
    package let proof: [UInt8]

    package init(id: PacketID, value: [UInt8], proof: [UInt8]) {
        self.id = id
        self.value = value
        self.proof = proof
    }
}

/// What our chain says of one packet when asked for it alone.
package struct PacketFact: Hashable, Sendable {
    /// How a packet ended on its source chain.
    package enum Ending: Hashable, Sendable {
        case acknowledged, timedOut
    }

    package let id: PacketID
    /// The packet, where the chain's index still finds it.
    package let packet: PacketSummary?
    /// Outgoing: the commitment is there, so the packet is open.
    package let hasCommitment: Bool
    /// Incoming: the receipt is there.
    package let hasReceipt: Bool
    /// Incoming: the acknowledgement that our chain wrote. Outgoing and ended: the one it took.
    /// Else empty.
    package let acknowledgement: [UInt8]
    /// Outgoing and without commitment: how it ended, where the chain's index still tells.
    package let ending: Ending?
    /// Height at which the fact was committed; `asOf` where that is not known.
    package let committedHeight: Height
    /// Height of our chain at which the question was answered.
    package let asOf: Height

    package init(
        id: PacketID, packet: PacketSummary?, hasCommitment: Bool, hasReceipt: Bool,
        acknowledgement: [UInt8], ending: Ending?, committedHeight: Height, asOf: Height
    ) {
        self.id = id
        self.packet = packet
        self.hasCommitment = hasCommitment
        self.hasReceipt = hasReceipt
        self.acknowledgement = acknowledgement
        self.ending = ending
        self.committedHeight = committedHeight
        self.asOf = asOf
    }
}

/// One page of the open commitments of a source client on our chain, ascending.
package struct ReconcilePage: Hashable, Sendable {
    package let client: String
    /// Height at which the chain answered.
    package let height: Height
    /// The page tells of every sequence in this range; it ends at `UInt64.max` on the last page.
    package let range: ClosedRange<UInt64>
    package let commitments: [UInt64]

    package init(
        client: String, height: Height, range: ClosedRange<UInt64>, commitments: [UInt64]
    ) {
        self.client = client
        self.height = height
        self.range = range
        self.commitments = commitments
    }
}

/// What became of a broadcast.
package enum BroadcastAnswer: Hashable, Sendable {
    /// CheckTx passed, or the node holds these bytes already.
    case accepted
    /// CheckTx refused it: it is in this node's mempool no more, and was never in a block by this
    /// call.
    case refused(TransactionResult)
    /// No answer, or one that tells nothing (mempool full, node down): the same bytes again later.
    case unknown(code: String, detail: String)
}

/// What a look-up of a transaction by hash found.
package enum TransactionLookup: Hashable, Sendable {
    case included(IncludedTransaction)
    /// Every block up to and including this height was searched for its bytes: none holds it.
    case absent(through: UInt64)
    /// The nodes could not tell; asked again later.
    case unknown
}
