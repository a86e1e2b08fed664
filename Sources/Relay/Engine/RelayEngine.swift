// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// All decisions of one relay, as a pure state machine.
///
/// The decider thread takes all events that have gathered, calls `handle` once, commits the one
/// `journal` effect, and only then releases the other effects. Every answer may come late, twice or
/// never; every effect may be lost with the process. Work a turn follows what changed: no turn
/// walks over all packets.
package struct RelayEngine: Sendable {
    /// As it holds now: a change of the members changes it.
    package internal(set) var configuration: EngineConfiguration

    var now: Timestamp
    var clock: Int64
    var random: SplitMix
    var chain = OwnChain()
    var routes: [Route] = []
    var routeOfChain: [String: Int] = [:]
    var routeOfLocalClient: [String: Int] = [:]
    var packets: PacketBook
    var timers = TimerHeap()
    /// Incoming packets that our chain has not taken, by deadline on our chain's clock, seconds.
    var deadlines = TimerHeap()
    /// Deadlines of our packets to barred members.
    var barredDeadlines = TimerHeap()
    /// Packets whose proving header does not exist yet, ascending by height.
    var awaitingTip: [(height: UInt64, ref: PacketRef, stage: Stage)] = []
    var jobs: JobBook
    var announcements = Announcements()
    var submitter = Submitter()
    /// Ports of our chain where no application listens, until when that is believed, nanoseconds.
    var deafPorts: [String: Int64] = [:]
    /// Rotates, so that no route is always first.
    var firstRoute = 0
    var hasStarted = false
    /// When the manifest's age is looked at next, nanoseconds.
    var manifestDue: Int64 = 0
    /// Number of the latest operator's action.
    var lastAction: UInt64 = 0

    /// What this turn brings.
    var entries: [JournalEntry] = []
    var effects: [EngineEffect] = []

    package init(configuration: EngineConfiguration, snapshot: JournalSnapshot, now: Timestamp) {
        self.configuration = configuration
        self.now = now
        clock = now.unixNanoseconds
        random = SplitMix(seed: configuration.seed)
        packets = PacketBook(routes: configuration.routes.count)
        jobs = JobBook(routes: configuration.routes.count, now: now)
        restore(snapshot)
    }

    /// Decides everything that the events call for, and everything that is due at `now`.
    package mutating func handle(_ events: [EngineEvent], now: Timestamp) -> [EngineEffect] {
        self.now = now
        clock = now.unixNanoseconds
        if !hasStarted { start() }
        for event in events { apply(event) }
        fireTimers()
        giveUpJobs()
        expireIncoming()
        parkUnprovable()
        careForManifest()
        careForLinks()
        schedule()
        scheduleReports()
        return flush()
    }

    /// When `handle` should be called next if no event comes before; nil: no need.
    package var nextWake: Timestamp? {
        var due = nextReport
        if let first = timers.first { due = min(due, first.due) }
        if let first = barredDeadlines.first { due = min(due, first.due) }
        if let deadline = jobs.nextDeadline { due = min(due, deadline) }
        for route in routes {
            due = min(due, route.careDue, route.reconcileDue)
            if route.peer.pausedUntil > clock { due = min(due, route.peer.pausedUntil) }
            if route.chore != nil && route.choreNotBefore > clock {
                due = min(due, route.choreNotBefore)
            }
        }
        for transaction in submitter.pending { due = min(due, transaction.resolveDue) }
        if configuration.manifest != nil { due = min(due, manifestDue) }
        return due == .max ? nil : Timestamp(unixNanoseconds: due)
    }

    private mutating func start() {
        hasStarted = true
        effects.append(.follow(from: chain.cursor.map { $0 &+ 1 }))
        for transaction in submitter.pending {
            effects.append(
                .broadcast(hash: transaction.record.hash, bytes: transaction.record.bytes))
        }
    }

    private mutating func apply(_ event: EngineEvent) {
        switch event {
        case .tick: break
        case .chainAdvanced(let advance): chainAdvanced(advance)
        case .chainUnreachable(let code, let detail): chainUnreachable(code, detail)
        case .blocksLost(let height, let detail): blocksLost(through: height, detail)
        case .accountRead(let job, let account): accountRead(job, account)
        case .hostedClient(let client): hostedClientRead(client)
        case .proved(let job, let height, let items): proved(job, height, items)
        case .transactionPrepared(let job, let record): transactionPrepared(job, record)
        case .submissionRefused(let job, let result): submissionRefused(job, result)
        case .broadcastAnswered(let hash, let answer): broadcastAnswered(hash, answer)
        case .resolved(let hash, let lookup): resolved(hash, lookup)
        case .lookedUp(let job, let facts): lookedUp(job, facts)
        case .reconciled(let job, let page): reconciled(job, page)
        case .delivered(let job, let outcomes, let height): delivered(job, outcomes, height)
        case .acknowledged(let job, let outcomes, let height):
            acknowledgementsTaken(job, outcomes, height)
        case .answered(let job, let answers): answered(job, answers)
        case .headersFetched(let job, let chainID, let headers):
            headersFetched(job, chainID, headers)
        case .jobFailed(let job, let failure): jobFailed(job, failure)
        case .deliveryVerified(let token, let delivery): deliveryVerified(token, delivery)
        case .acknowledgementsVerified(let token, let verified):
            acknowledgementsVerified(token, verified)
        case .peerConnected(let hello): peerConnected(hello)
        case .peerLost(let chainID, let code): peerLost(chainID, code)
        case .headersTold(let chainID, let held): headersTold(chainID, held)
        case .ownChainAccused(let chainID): ownChainAccused(by: chainID)
        case .evidenceJudged(let token, let chainID, let judgement):
            evidenceJudged(token, chainID, judgement)
        case .headerExamined(let job, let judgement): headerExamined(job, judgement)
        case .reportAnswered(let job, let answer): reportAnswered(job, answer)
        case .topologyChanged(let change): topologyChanged(change)
        case .manifestsVerified(let versions): manifestsVerified(versions)
        case .manifestRefused(let refusal): manifestRefused(refusal)
        case .park(let id, let reason): park(id, reason)
        case .release(let id): release(id)
        case .pause(let chainID, let reason): pause(chainID, reason)
        case .resume(let chainID): resume(chainID)
        case .operate(let order): operate(order)
        case .unfreeze(let chainID): unfreeze(chainID)
        }
    }

    /// Gathers the turn: everything durable in one effect, first.
    private mutating func flush() -> [EngineEffect] {
        if chain.isCursorDirty, let cursor = chain.cursor {
            chain.isCursorDirty = false
            entries.append(.cursor(chainID: configuration.chainID, height: cursor))
        }
        for route in routes.indices {
            if routes[route].isClientDirty {
                routes[route].isClientDirty = false
                entries.append(.client(routes[route].client))
            }
            if routes[route].received.isDirty {
                routes[route].received.isDirty = false
                entries.append(
                    .replay(
                        ReplayWindow(
                            client: routes[route].link.localClient,
                            intervals: routes[route].received.intervals)))
            }
            if routes[route].sent.isDirty {
                routes[route].sent.isDirty = false
                entries.append(
                    .replay(
                        ReplayWindow(
                            client: RelayEngine.sentPrefix + routes[route].link.localClient,
                            intervals: routes[route].sent.intervals)))
            }
        }
        packets.flush(into: &entries)
        var result: [EngineEffect] = []
        if !entries.isEmpty { result.append(.journal(entries)) }
        result.append(contentsOf: effects)
        entries = []
        effects = []
        return result
    }

    /// Marks the replay window of the packets that our chain sent.
    static let sentPrefix = "sent/"

    mutating func note(
        _ level: EngineNote.Level, _ code: String, route: Int? = nil, packet: PacketID? = nil,
        _ detail: String = ""
    ) {
        let chainID = route.map { routes[$0].chainID } ?? ""
        effects.append(
            .note(
                EngineNote(
                    level: level, code: code, chainID: chainID, packet: packet,
                    detail: code.hasPrefix("operator/") ? detail : Redaction.clean(detail))))
    }

    mutating func count(_ name: String, _ by: Int = 1) {
        guard by != 0 else { return }
        entries.append(.count(name: name, by: Int64(by)))
    }
}
