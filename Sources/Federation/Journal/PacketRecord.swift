// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Which way a packet travels, seen from the relay's own chain.
public enum PacketDirection: Int, Hashable, Sendable, CaseIterable {
    case outgoing = 0
    case incoming = 1
}

/// Names one packet for one relay: the client on the relay's own chain, and the sequence.
/// (Outgoing: the source client. Incoming: the destination client.)
public struct PacketID: Hashable, Sendable {
    public let direction: PacketDirection
    public let client: String
    public let sequence: UInt64

    public init(direction: PacketDirection, client: String, sequence: UInt64) {
        self.direction = direction
        self.client = client
        self.sequence = sequence
    }
}

extension PacketID: CustomStringConvertible {
    /// "out/07-tendermint-0/17" or "in/07-tendermint-0/17": the form that commands take.
    public var description: String {
        "\(direction == .outgoing ? "out" : "in")/\(client)/\(sequence)"
    }

    /// Nil unless the text is in the form of `description`.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let sequence = UInt64(parts[2]), !parts[1].isEmpty else {
            return nil
        }
        switch parts[0] {
        case "out": direction = .outgoing
        case "in": direction = .incoming
        default: return nil
        }
        client = String(parts[1])
        self.sequence = sequence
    }
}

/// Where a packet stands. The raw values are stored: never reuse one.
public enum PacketState: Int, Hashable, Sendable, CaseIterable {
    // Outgoing, on the relay of the source chain.
    /// Its send was seen; a header behind it and a proof are awaited.
    case observed = 10
    /// Its commitment's proof is in hand; the peer has not accepted it yet.
    case proven = 11
    /// The peer verified and journaled it; acknowledgement or timeout is awaited.
    case forwarded = 12
    /// The peer's acknowledgement is verified; it must be submitted to our chain.
    case acknowledgementVerified = 13
    /// The absence of its receipt after its deadline is verified; the timeout must be submitted.
    case absenceVerified = 14
    /// Ended: our chain took the acknowledgement of success.
    case acknowledged = 20
    /// Ended: our chain took the universal error acknowledgement, the application refunded.
    case refused = 21
    /// Ended: our chain took the timeout, the application refunded.
    case timedOut = 22

    // Incoming, on the relay of the destination chain.
    /// Verified against our light client and journaled; it must be submitted to our chain.
    case verified = 40
    /// Our chain has the receipt; its acknowledgement is not written yet.
    case received = 41
    /// Our chain wrote the acknowledgement; a header behind it and a proof are awaited.
    case acknowledgementWritten = 42
    /// The acknowledgement's proof is in hand; the peer has not accepted it yet.
    case acknowledgementProven = 43
    /// Ended: the peer journaled the acknowledgement.
    case acknowledgementDelivered = 50
    /// Ended: its deadline passed before our chain could take it; the source refunds.
    case expired = 51

    // Either way.
    /// Stopped with a reason; a person or a change of circumstances releases it.
    case parked = 90

    /// Whether nothing more will happen by itself.
    public var isTerminal: Bool {
        switch self {
        case .acknowledged, .refused, .timedOut, .acknowledgementDelivered, .expired: true
        default: false
        }
    }

    /// Stable code of why it ended otherwise than it should; nil: it did not, or goes on. What a
    /// packet waited with before is forgotten at its end, so the state alone tells.
    public var failureCode: String? {
        switch self {
        case .refused: "ended/refused"
        case .timedOut: "ended/timed-out"
        case .expired: "ended/expired"
        default: nil
        }
    }
}

/// Everything a relay remembers of one packet.
public struct PacketRecord: Hashable, Sendable {
    public let id: PacketID
    /// Chain id of the other chain.
    public let counterpartyChain: String
    /// ibc.core.channel.v2.Packet, canonical bytes.
    public var packet: [UInt8]
    public var state: PacketState
    /// The packet's deadline, seconds since 1970.
    public var timeoutSeconds: UInt64
    /// Height of our chain at which the state's fact was committed (send, receipt or
    /// acknowledgement).
    public var committedHeight: Height
    /// Proof for the next step, and the height it stands on. Outgoing: ours while `proven`, the
    /// peer's from `acknowledgementVerified` on. Incoming: the peer's while `verified`, ours from
    /// `acknowledgementProven` on.
    public var proof: [UInt8]
    public var proofHeight: Height
    /// ibc.core.channel.v2.Acknowledgement, once known.
    public var acknowledgement: [UInt8]
    /// Hash of the transaction of ours that carries its current step; empty when none is out.
    public var transaction: [UInt8]
    /// Failed attempts at the current step.
    public var attempts: Int
    /// Not tried again before this moment.
    public var notBefore: Timestamp
    /// Stable code of the last failure or of the reason for parking; empty when there is none.
    public var reasonCode: String
    /// The same for people: what is known and what to do next.
    public var reasonDetail: String
    /// State to go back to when released; only for `parked`.
    public var parkedFrom: PacketState?
    /// When it was met here; of a packet of ours its block's time, where that is earlier.
    public var firstSeen: Timestamp
    public var lastChanged: Timestamp
    /// When it came into each state.
    public var history = PacketHistory()

    public init(
        id: PacketID, counterpartyChain: String, packet: [UInt8], state: PacketState,
        timeoutSeconds: UInt64, committedHeight: Height, now: Timestamp
    ) {
        self.id = id
        self.counterpartyChain = counterpartyChain
        self.packet = packet
        self.state = state
        self.timeoutSeconds = timeoutSeconds
        self.committedHeight = committedHeight
        proof = []
        proofHeight = .zero
        acknowledgement = []
        transaction = []
        attempts = 0
        notBefore = .unixEpoch
        reasonCode = ""
        reasonDetail = ""
        parkedFrom = nil
        firstSeen = now
        lastChanged = now
        history.append(state, at: now)
    }
}
