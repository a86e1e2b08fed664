// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
package import RelayStore
import RelayTransport
import Synchronization

/// What one caller of the ledger wants written, and what is to happen once it is on the disk.
package struct LedgerTurn: Sendable {
    package var changes: [AccessChange]
    /// Runs on the ledger's thread, after the commit; with the entries that `changes` appended.
    package var then: @Sendable (Result<[LoggedAccess], any Error>) -> Void

    package init(
        _ changes: [AccessChange],
        then: @escaping @Sendable (Result<[LoggedAccess], any Error>) -> Void
    ) {
        self.changes = changes
        self.then = then
    }
}

/// The one thread that owns `access.db`. Whatever waits is judged in order, written in one durable
/// commit, and only then answered: nothing leaves without its entry.
///
/// `@unchecked Sendable`, because `pending` is a `Mutex` and `desk` is touched on the loop's thread
/// alone.
package final class AccessLedger: @unchecked Sendable {
    /// Judges the state and says what to write; nil: nothing, it has answered already.
    package typealias Work = @Sendable (AccessDesk) -> LedgerTurn?

    /// Jobs that may wait: some seconds of the highest load that one city has.
    package static let waitingJobs = 4_096

    /// Between two looks whether a newer head was signed than the one in the file.
    private static let headMilliseconds = 1_000

    private let loop: EventLoop
    /// Writes the head's file: its syncs hold up no commit.
    private let headLoop: EventLoop
    private let now: @Sendable () -> Timestamp
    private let pending = Mutex<[Work]>([])
    private var desk: AccessDesk?

    /// Opens the log, or makes it. Throws what is wrong with the file.
    ///
    /// - Parameter pruneMilliseconds: between two looks for what may be forgotten.
    package init(
        path: String, owner: MemberID, key: SigningKey, pruneMilliseconds: Int = 60_000,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        self.now = now
        let loop = try EventLoop(name: "access")
        self.loop = loop
        do {
            headLoop = try EventLoop(name: "access-head")
        } catch {
            loop.stop()
            throw error
        }
        do {
            try loop.performAndWait { [self] in
                desk = try AccessDesk(opening: {
                    try AccessLogStore(path: path, owner: owner, key: key)
                })
                pruneLater(pruneMilliseconds)
                keepHeadLater()
            }
        } catch {
            headLoop.stop()
            loop.stop()
            throw error
        }
    }

    /// Hands over a job; false when too many wait, then it is not taken. Any thread.
    package func submit(_ work: @escaping Work) -> Bool {
        let (taken, wakes) = pending.withLock { jobs -> (Bool, Bool) in
            guard jobs.count < AccessLedger.waitingJobs else { return (false, false) }
            jobs.append(work)
            return (true, jobs.count == 1)
        }
        if wakes { return loop.post { [self] in turn() } }
        return taken
    }

    /// Receipts that other cities' relays have not taken yet; waits for the ledger's thread.
    package func owedReceipts() throws -> [OwedReceipt] {
        try loop.performAndWait { [self] in try desk?.owedReceipts() ?? [] }
    }

    package func stop() {
        try? loop.performAndWait { [self] in desk = nil }
        loop.stop()
        headLoop.stop()
    }

    /// What cannot be written now is written next time: until then the older head is the floor.
    private func keepHeadLater() {
        loop.schedule(afterMilliseconds: AccessLedger.headMilliseconds) { [weak self] in
            guard let self, let desk else { return }
            if let head = desk.head { _ = headLoop.post { try? head.keep() } }
            keepHeadLater()
        }
    }

    /// Forgets, from time to time, what nobody can ask for any more.
    private func pruneLater(_ milliseconds: Int) {
        loop.schedule(afterMilliseconds: milliseconds) { [weak self] in
            guard let self, let desk else { return }
            desk.prune(at: now())
            pruneLater(milliseconds)
        }
    }

    private func turn() {
        let jobs = pending.withLock { jobs in
            let taken = jobs
            jobs = []
            return taken
        }
        guard let desk else { return }
        desk.commit(jobs, at: now())
    }
}

/// The state that jobs of the ledger judge: what is on the disk, what the jobs before them in the
/// same turn want, and what was promised to requests that are still under way.
package final class AccessDesk {
    /// A use of a grant on one day.
    struct Use: Hashable {
        let name: String
        let window: Int64
    }

    private let open: () throws -> AccessLogStore
    private var current: AccessLogStore?
    private var promised: [Use: Int64] = [:]
    private var underWay: Set<Digest> = []
    private var turnUses: [Use: Int64] = [:]
    private var turnAnswers: [String: StoredAnswer] = [:]
    private var turnPresentations: [Digest: PresentationCode] = [:]
    private(set) var now = Timestamp.unixEpoch
    /// Rows as they were counted last, and what came since.
    private var memory: AccessMemory

    package init(_ store: AccessLogStore) {
        open = { store }
        current = store
        memory = (try? store.memory()) ?? AccessMemory()
    }

    init(opening open: @escaping () throws -> AccessLogStore) throws {
        self.open = open
        let store = try open()
        current = store
        // Counted again with the first look for what may be forgotten.
        memory = (try? store.memory()) ?? AccessMemory()
    }

    fileprivate var head: AccessHeadKeeper? { current?.head }

    /// The log. After a commit that failed it is opened anew: what is on the disk counts, and a
    /// disk that was full may have room by now. A file that was taken away is not made again.
    private func store() throws -> AccessLogStore {
        if let current { return current }
        let store = try open()
        current = store
        return store
    }

    // MARK: What jobs read

    /// Uses of a grant on a day, promises included.
    func used(_ grant: String, on day: PolicyDay) throws -> UInt32 {
        let use = Use(name: grant, window: day.number)
        let onDisk = try store().used(name: grant, window: day.number)
        return UInt32(clamping: onDisk + promised[use, default: 0] + turnUses[use, default: 0])
    }

    func answer(scope: String, key: String) throws -> StoredAnswer? {
        if let fresh = turnAnswers["\(scope)\n\(key)"] { return fresh }
        return try store().answer(scope: scope, key: key, now: now)
    }

    func presentation(_ codeHash: Digest) throws -> PresentationCode? {
        if let fresh = turnPresentations[codeHash] { return fresh }
        return try store().presentation(codeHash)
    }

    func isWithdrawn(_ consent: String) throws -> Bool {
        try !consent.isEmpty && store().isWithdrawn(consent)
    }

    /// Whether this very request was answered or is being answered.
    func knows(_ ticket: Digest) throws -> Bool {
        try underWay.contains(ticket) || store().holds(ticket: ticket)
    }

    /// The entry at a place of the log: its leaf's hash, and who asked.
    func place(_ sequence: UInt64) throws -> (leafHash: Digest, requester: String)? {
        try store().place(sequence)
    }

    fileprivate func owedReceipts() throws -> [OwedReceipt] { try store().owedReceipts() }

    /// Whether one more key of idempotency can be remembered.
    var hasRoomForAnswer: Bool { memory.answers < AccessMemory.maxAnswers }
    /// Whether one more use-code can be.
    var hasRoomForPresentation: Bool { memory.presentations < AccessMemory.maxPresentations }

    // MARK: What jobs promise

    func promise(_ grant: String, on day: PolicyDay, ticket: Digest) {
        promised[Use(name: grant, window: day.number), default: 0] += 1
        underWay.insert(ticket)
    }

    /// A promise is kept or taken back: the count goes with the change that records it.
    package func release(_ grant: String, on day: PolicyDay, ticket: Digest) {
        let use = Use(name: grant, window: day.number)
        let left = promised[use, default: 1] - 1
        promised[use] = left > 0 ? left : nil
        underWay.remove(ticket)
    }

    // MARK: One turn

    /// Judges jobs in their order, makes one durable commit of what they want, and only then tells
    /// them.
    package func commit(_ jobs: [AccessLedger.Work], at moment: Timestamp) {
        now = moment
        var turns: [LedgerTurn] = []
        for job in jobs {
            guard let turn = job(self) else { continue }
            for change in turn.changes { note(change) }
            turns.append(turn)
        }
        defer {
            turnUses = [:]
            turnAnswers = [:]
            turnPresentations = [:]
        }
        guard !turns.isEmpty else { return }
        do {
            let logged = try store().commit(turns.flatMap(\.changes), at: moment)
            var rest = logged[...]
            for turn in turns {
                let count = turn.changes.count { change in
                    if case .append = change { true } else { false }
                }
                turn.then(.success(Array(rest.prefix(count))))
                rest = rest.dropFirst(count)
            }
        } catch {
            if (error as? StoreError)?.code != .missing { current = nil }
            for turn in turns { turn.then(.failure(error)) }
        }
    }

    /// Days whose uses of grants are kept: today's count against a cap, and one for the clock.
    private static let keptDays: Int64 = 2

    /// Forgets answers and use-codes that have expired, and uses of days that are past. What cannot
    /// be forgotten now is forgotten next time.
    fileprivate func prune(at moment: Timestamp) {
        let today = PolicyDay(moment).number
        do {
            let store = try store()
            try store.commit(
                [.forgetAnswers(now: moment), .forgetUses(below: today - AccessDesk.keptDays + 1)],
                at: moment)
            memory = try store.memory()
        } catch {
            if (error as? StoreError)?.code != .missing { current = nil }
        }
    }

    private func note(_ change: AccessChange) {
        switch change {
        case .use(let name, let window, let count):
            turnUses[Use(name: name, window: window), default: 0] += count
        case .answer(let answer):
            memory.answers += 1
            turnAnswers["\(answer.scope)\n\(answer.key)"] = answer
        case .present(let code):
            if code.used == nil { memory.presentations += 1 }
            turnPresentations[code.codeHash] = code
        default: break
        }
    }
}
