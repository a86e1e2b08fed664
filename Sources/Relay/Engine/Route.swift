// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// What is known of the other chain's relay.
struct PeerState: Hashable, Sendable {
    var isConnected = false
    /// Why nothing is exchanged although it is connected; empty: nothing against it.
    var blockedCode = ""
    /// Highest height of our chain that it trusts.
    var trustedHeight = Height.zero
    /// The list of members that it named last.
    var topologyVersion: UInt64 = 0
    var topologyDigest: [UInt8] = []
    /// Since when it has named a later version than ours, nanoseconds; nil: it does not.
    var aheadSince: Int64?
    /// Calls wait until this moment after failures, nanoseconds.
    var pausedUntil: Int64 = 0
    var failures = 0
    /// Nanoseconds that its clock was ahead of ours at the last handshake.
    var skew: Int64 = 0
    var hasClock = false
    /// Why it was lost or failed last; for people.
    var lastCode = "peer/never-connected"
}

/// The client of the other chain on ours, as last read and as blocks have moved it since.
struct HostedState: Hashable, Sendable {
    /// Nil: not read yet.
    var status: HostedClient.Status?
    /// Ascending.
    var states: [HostedClient.State] = []
    var heights: Set<Height> = []
    var counterparty = ""
    /// As its own state records it, nanoseconds; nil: not told yet.
    var trustingPeriod: Int64?
    /// Not asked again before this moment, nanoseconds.
    var readDue: Int64 = 0
    var mustRead = true

    mutating func add(_ state: HostedClient.State, limit: Int) {
        guard heights.insert(state.height).inserted else { return }
        var place = states.count
        while place > 0 && states[place - 1].height > state.height { place -= 1 }
        states.insert(state, at: place)
        if states.count > limit {
            heights.remove(states[0].height)
            states.removeFirst()
        }
    }

    /// Highest state below the height that can still be trusted at `now`.
    func base(below height: Height, trustingPeriod: Int64, now: Timestamp) -> Height? {
        for state in states.reversed() where state.height < height {
            return state.timestamp.adding(nanoseconds: trustingPeriod) > now ? state.height : nil
        }
        return nil
    }
}

/// Work on a link that goes before packets.
enum Chore: Hashable, Sendable {
    case createClient
    case registerCounterparty(String)
    case updateClient(Height)
    case submitMisbehaviour
}

/// Packets of a refused transaction, to be tried in smaller company.
struct SuspectGroup: Hashable, Sendable {
    var refs: [PacketRef]
    let gasRaises: Int
}

/// Everything about one other chain: link, clients, peer, and the work that waits.
struct Route: Sendable {
    var configuration: RouteConfiguration
    var link: LinkRecord
    /// Our own client of it.
    var client: ClientRecord
    /// Its trusted headers, ascending by height.
    var headers: [HeaderRecord] = []
    var isClientDirty = false
    /// Verdicts on copies of our client before this revision are void.
    var verdictsFrom: UInt64 = 0
    /// Highest height that our client and the hosted one share: what the peer shall build headers
    /// on.
    var trustedHeight = Height.zero
    var hosted = HostedState()
    var peer = PeerState()
    var queues = Array(repeating: PacketQueue(), count: Stage.allCases.count)
    var suspects: [SuspectGroup] = []
    var takesSuspects = true
    var received: ReplayMemory
    var sent: ReplayMemory
    /// Packets whose hosted client lacks a header, by its height.
    var awaitingHeader: [Height: [PacketRef]] = [:]
    var fetching: Set<HeaderPurpose> = []
    var chore: Chore?
    var createsClient = true
    var choreFailures = 0
    var choreNotBefore: Int64 = 0
    var careDue: Int64 = 0
    /// A lasting trouble is said again no sooner than this, nanoseconds.
    var alarmDue: Int64 = 0
    var isLateTold = LateTold()
    var reconcileDue: Int64
    var isReconciling = false
    var reconcileSlot = 0
    var pendingTransactions = 0
    /// Empty: not paused.
    var pauseReason = ""
    /// Packets of ours are not handed over; empty: they are.
    var queuePauseReason = ""
    /// Moment of the last step forward of any of its packets, nanoseconds; 0: none yet.
    var progressAt: Int64 = 0
    /// Steps forward, and packets ended, since the relay was started.
    var steps: UInt64 = 0
    var ended: UInt64 = 0
    /// Proof that this chain misbehaved, while its client is frozen.
    var evidence: EvidenceRecord?
    var isEvidenceSubmitted = false
    /// Evidence of heights up to this one was judged by a person.
    var pardonedThrough = Height.zero
    /// Times that its relay brought false evidence, since the start.
    var falseEvidence = 0
    /// Routes whose chains' misbehaviour this peer has not been told.
    var untold: [Int] = []
    /// Headers that this peer shall show.
    var wanted: [WantedHeader] = []
    /// Announcements before this number were told to this peer.
    var toldThrough: UInt64 = 0
    var reportDue: Int64 = 0
    var reportFailures = 0
    var isReporting = false
    /// Headers of this chain that other members hold and we do not, by their routes.
    var unchecked: [Int: HeldHeader] = [:]
    var lastCrossChecked = -1
    var crossCheckDue: Int64 = 0
    var isCrossChecking = false

    init(_ configuration: RouteConfiguration, reconcileDue: Int64, limits: EngineLimits) {
        self.configuration = configuration
        link = LinkRecord(
            counterpartyChain: configuration.chainID, localClient: configuration.localClient,
            remoteClient: configuration.remoteClient)
        client = ClientRecord(
            chainID: configuration.chainID, family: configuration.family, latestHeight: .zero)
        received = ReplayMemory(limit: limits.replayIntervals)
        sent = ReplayMemory(limit: limits.replayIntervals)
        self.reconcileDue = reconcileDue
    }

    var chainID: String { configuration.chainID }
    var isPaused: Bool { !pauseReason.isEmpty }
    var latestHeader: HeaderRecord? { headers.last }

    /// Client of ours on the other chain: what our chain has registered, or else what is known.
    var remoteClient: String {
        hosted.counterparty.isEmpty ? link.remoteClient : hosted.counterparty
    }

    /// Place of the first header at this height or above.
    func headerPlace(_ height: Height) -> Int {
        var low = 0
        var high = headers.count
        while low < high {
            let middle = (low + high) / 2
            if headers[middle].height < height { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func header(at height: Height) -> HeaderRecord? {
        let place = headerPlace(height)
        guard place < headers.count, headers[place].height == height else { return nil }
        return headers[place]
    }

    /// Whether calls may go out at `now`.
    func canCall(now: Int64) -> Bool {
        peer.isConnected && peer.blockedCode.isEmpty && peer.pausedUntil <= now && !isPaused
            && !isCut
    }

    /// Whether the members' list lets nothing at all be exchanged.
    var isCut: Bool { configuration.bar?.isCut ?? false }

    mutating func refreshTrustedHeight() {
        trustedHeight = latestHeader?.height ?? .zero
        guard hosted.status == .active else { return }
        for state in hosted.states.reversed() where header(at: state.height) != nil {
            trustedHeight = state.height
            return
        }
    }
}

/// Our own chain as far as it has been read.
struct OwnChain: Hashable, Sendable {
    /// Last height whose contents are decided; nil: none yet.
    var cursor: UInt64?
    /// Time of the block at the cursor.
    var time = Timestamp.unixEpoch
    var tip = Height.zero
    var tipTime = Timestamp.unixEpoch
    /// Empty: the connector has a node that answers.
    var unreachableCode = ""
    var isCursorDirty = false
}
