// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One try at one step of a packet, kept for the people who ask why.
public struct Attempt: Hashable, Sendable {
    public let packet: PacketID
    public let at: Timestamp
    /// The step tried: "prove", "deliver", "submit-receive", "acknowledge",
    /// "submit-acknowledgement", "prove-absence", "submit-timeout".
    public let step: String
    /// "ok" or a stable error code.
    public let code: String
    public let detail: String

    public init(packet: PacketID, at: Timestamp, step: String, code: String, detail: String) {
        self.packet = packet
        self.at = at
        self.step = step
        self.code = code
        self.detail = detail
    }
}

/// The relay's own light client of one other chain: everything but its trusted headers.
public struct ClientRecord: Hashable, Sendable {
    public let chainID: String
    public var family: String
    /// Rises with every change; a verifier's verdict names the one it was made on.
    public var revisionCounter: UInt64
    public var isFrozen: Bool
    public var frozenReason: String
    public var latestHeight: Height
    /// The trust anchor it began from, or was begun again from; zero and empty: not remembered.
    public var anchorHeight = Height.zero
    public var anchorHash: [UInt8] = []

    public init(chainID: String, family: String, latestHeight: Height) {
        self.chainID = chainID
        self.family = family
        revisionCounter = 0
        isFrozen = false
        frozenReason = ""
        self.latestHeight = latestHeight
    }
}

/// One verified header of another chain, with the client message that proved it (empty for the
/// anchor).
public struct HeaderRecord: Hashable, Sendable {
    public let chainID: String
    public let height: Height
    public let timestamp: Timestamp
    public let headerHash: [UInt8]
    /// The family's consensus state bytes.
    public let consensusState: [UInt8]
    public let message: [UInt8]
    /// The trusted height that `message` builds on; zero for the anchor.
    public let trustedHeight: Height
    public let verifiedAt: Timestamp

    public init(
        chainID: String, height: Height, timestamp: Timestamp, headerHash: [UInt8],
        consensusState: [UInt8], message: [UInt8], verifiedAt: Timestamp,
        trustedHeight: Height = .zero
    ) {
        self.chainID = chainID
        self.height = height
        self.timestamp = timestamp
        self.headerHash = headerHash
        self.consensusState = consensusState
        self.message = message
        self.trustedHeight = trustedHeight
        self.verifiedAt = verifiedAt
    }
}

/// What is known of a transaction of ours.
public enum TransactionState: Int, Hashable, Sendable, CaseIterable {
    /// Journaled, perhaps broadcast: its outcome is unknown until a block or its timeout height
    /// says so.
    case pending = 0
    /// In a block, code 0.
    case included = 1
    /// In a block, code not 0.
    case failed = 2
    /// Proven to be in no block up to its timeout height, or refused before it entered the mempool.
    case dead = 3
}

/// Why a transaction of ours was made. The raw values are stored: never reuse one.
public enum TransactionPurpose: Int, Hashable, Sendable, CaseIterable {
    /// Carries packets, acknowledgements or timeouts, with the client updates they need.
    case packets = 0
    /// Creates the client of `counterpartyChain` on our chain.
    case createClient = 1
    /// Tells our chain the client that `counterpartyChain` hosts of it.
    case registerCounterparty = 2
    /// Keeps the client of `counterpartyChain` from expiring.
    case updateClient = 3
    /// Freezes the client of `counterpartyChain` with evidence.
    case misbehaviour = 4
}

public struct TransactionRecord: Hashable, Sendable {
    public let hash: [UInt8]
    /// Bech32 address of the signer.
    public let account: String
    public let sequence: UInt64
    public let bytes: [UInt8]
    /// The chain refuses it above this block height.
    public let timeoutHeight: UInt64
    public let packets: [PacketID]
    public let purpose: TransactionPurpose
    /// Chain id of the other chain whose client or packets it serves.
    public let counterpartyChain: String
    public var state: TransactionState
    /// Codespace and code of the result, "" and 0 while pending or on success.
    public var codespace: String
    public var code: UInt32
    public var log: String
    public var height: UInt64
    public var gasUsed: UInt64
    public let createdAt: Timestamp

    public init(
        hash: [UInt8], account: String, sequence: UInt64, bytes: [UInt8], timeoutHeight: UInt64,
        packets: [PacketID], createdAt: Timestamp, purpose: TransactionPurpose = .packets,
        counterpartyChain: String = ""
    ) {
        self.hash = hash
        self.account = account
        self.sequence = sequence
        self.bytes = bytes
        self.timeoutHeight = timeoutHeight
        self.packets = packets
        self.purpose = purpose
        self.counterpartyChain = counterpartyChain
        state = .pending
        codespace = ""
        code = 0
        log = ""
        height = 0
        gasUsed = 0
        self.createdAt = createdAt
    }
}

/// The link to one other chain: the clients that each chain hosts of the other.
public struct LinkRecord: Hashable, Sendable {
    public let counterpartyChain: String
    /// Client of the other chain on ours; empty: none yet.
    public var localClient: String
    /// Client of our chain on the other; empty: not told yet.
    public var remoteClient: String
    /// Whether our chain knows the counterparty of `localClient`.
    public var isRegistered: Bool

    public init(
        counterpartyChain: String, localClient: String = "", remoteClient: String = "",
        isRegistered: Bool = false
    ) {
        self.counterpartyChain = counterpartyChain
        self.localClient = localClient
        self.remoteClient = remoteClient
        self.isRegistered = isRegistered
    }
}

/// Sequences already accepted from one client, as disjoint ascending intervals. Dense traffic keeps
/// one. `client` is the destination client's id; prefixed with "sent/", a source client of ours and
/// the sequences whose sends were seen on our chain.
public struct ReplayWindow: Hashable, Sendable {
    public let client: String
    public var intervals: [ClosedRange<UInt64>]

    public init(client: String, intervals: [ClosedRange<UInt64>] = []) {
        self.client = client
        self.intervals = intervals
    }
}

/// Proof that a chain or a peer misbehaved, kept for a court.
public struct EvidenceRecord: Hashable, Sendable {
    public let chainID: String
    public let height: Height
    /// Stable code of the kind, for example "client/conflicting-header"; "evidence/false" blames
    /// the reporter.
    public let kind: String
    /// An `EvidenceBody`; of false evidence, what the reporter sent.
    public let evidence: [UInt8]
    public let reportedBy: String
    public let at: Timestamp

    public init(
        chainID: String, height: Height, kind: String, evidence: [UInt8], reportedBy: String,
        at: Timestamp
    ) {
        self.chainID = chainID
        self.height = height
        self.kind = kind
        self.evidence = evidence
        self.reportedBy = reportedBy
        self.at = at
    }
}

/// One version of the manifest as it was adopted, with its signatures. Every version is kept.
public struct ManifestRecord: Hashable, Sendable {
    public let version: UInt64
    /// What the next version names as the one before it, 32 bytes.
    public let digest: [UInt8]
    /// `SignedManifest`, or `ManifestDelta` against the version before: canonical bytes.
    public let bytes: [UInt8]
    public let isDifference: Bool
    /// Chain id of the peer that brought it, or "file".
    public let source: String
    public let adoptedAt: Timestamp

    public init(
        version: UInt64, digest: [UInt8], bytes: [UInt8], isDifference: Bool = false,
        source: String, adoptedAt: Timestamp
    ) {
        self.version = version
        self.digest = digest
        self.bytes = bytes
        self.isDifference = isDifference
        self.source = source
        self.adoptedAt = adoptedAt
    }
}

/// One durable change. Everything the engine decides in one turn is one commit of these, in order.
public enum JournalEntry: Hashable, Sendable {
    /// Inserts the packet or replaces all it holds.
    case packet(PacketRecord)
    case attempt(Attempt)
    case client(ClientRecord)
    case header(HeaderRecord)
    /// Forgets headers of the chain below the height, except the listed ones.
    case pruneHeaders(chainID: String, below: Height, keeping: [Height])
    case transaction(TransactionRecord)
    /// Next account sequence reserved for this signer.
    case accountSequence(account: String, next: UInt64)
    case link(LinkRecord)
    /// Last height of our own chain whose contents are journaled.
    case cursor(chainID: String, height: UInt64)
    case replay(ReplayWindow)
    case evidence(EvidenceRecord)
    case manifest(ManifestRecord)
    /// Adds to a named counter (reconcile repairs and the like).
    case count(name: String, by: Int64)
    case operatorAction(OperatorAction)
    /// Begins a pause, or ends the one of that chain and scope.
    case pause(RoutePause)
    /// Whether a packet that will not go on by itself still calls for people.
    case discard(PacketID, isDiscarded: Bool)
}

/// What a relay starts from: everything that is not finished.
public struct JournalSnapshot: Hashable, Sendable {
    /// All packets that are not terminal, parked ones included.
    public var packets: [PacketRecord] = []
    public var clients: [ClientRecord] = []
    public var headers: [HeaderRecord] = []
    /// Transactions still pending.
    public var transactions: [TransactionRecord] = []
    public var accountSequences: [String: UInt64] = [:]
    public var links: [LinkRecord] = []
    public var cursors: [String: UInt64] = [:]
    public var replays: [ReplayWindow] = []
    public var pauses: [RoutePause] = []
    /// Number of the latest operator's action; 0: none yet.
    public var lastAction: UInt64 = 0
    /// The evidence against every chain whose client is frozen.
    public var evidence: [EvidenceRecord] = []
    /// Of these chains our own chain has taken the evidence.
    public var submittedEvidence: Set<String> = []

    public init() {}
}

/// Durable state behind one protocol. `commit` returns only when the entries survive a power cut; a
/// failed commit leaves nothing behind.
public protocol Journal {
    mutating func load() throws -> JournalSnapshot
    mutating func commit(_ entries: [JournalEntry]) throws
}
