// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
package import RelayEngine
import RelayTransport
import Synchronization

/// The one thread that owns engine and journal. Each turn it takes all events that have gathered,
/// lets the engine decide, makes one durable commit, and only then releases the effects that leave
/// the process: nothing is sent before it is remembered. While one commit waits for the disk, the
/// next batch gathers.
///
/// `@unchecked Sendable`, because `pending` is a `Mutex` and everything else is touched on the
/// loop's thread alone.
package final class Decider: @unchecked Sendable {
    /// Events that may wait. A batch beyond it is refused: whoever has it keeps it and stops
    /// reading.
    package static let mailboxEvents = 100_000
    /// Milliseconds before a turn is tried again after a commit failed (disk full, say).
    package static let commitRetryMilliseconds = 1_000

    package struct Callbacks: Sendable {
        /// A change of the members, after its commit and before anything is published or released.
        package var adopt: @Sendable (TopologyChange) -> Void
        /// Effects but the journal's, after their commit. On the decider's thread: hands over,
        /// never waits.
        package var release: @Sendable ([EngineEffect]) -> Void
        /// After every turn, so that verifiers and services see the new state.
        package var publish: @Sendable (borrowing RelayEngine) -> Void
        package var commitFailed: @Sendable (any Error) -> Void

        package init(
            adopt: @escaping @Sendable (TopologyChange) -> Void = { _ in },
            release: @escaping @Sendable ([EngineEffect]) -> Void,
            publish: @escaping @Sendable (borrowing RelayEngine) -> Void,
            commitFailed: @escaping @Sendable (any Error) -> Void
        ) {
            self.adopt = adopt
            self.release = release
            self.publish = publish
            self.commitFailed = commitFailed
        }
    }

    private struct Pending {
        var events: [EngineEvent] = []
        var isOpen = true
    }

    private let loop: EventLoop
    private var configuration: EngineConfiguration
    private let now: @Sendable () -> Timestamp
    private let callbacks: Callbacks
    private let pending = Mutex(Pending())
    private var journal: (any Journal)?
    private var engine: RelayEngine?
    private var timer: LoopTimer?

    package init(
        configuration: EngineConfiguration, now: @escaping @Sendable () -> Timestamp,
        callbacks: Callbacks
    ) throws {
        self.configuration = configuration
        self.now = now
        self.callbacks = callbacks
        loop = try EventLoop(name: "decider")
    }

    /// Opens the journal on the decider's thread.
    package func open(
        _ openJournal: @escaping @Sendable () throws -> sending any Journal
    ) throws {
        try loop.performAndWait { [self] in journal = try openJournal() }
    }

    /// Remembers what the start brings, and makes the engine, on the decider's thread. Returns the
    /// transactions whose outcome an earlier process left open.
    package func start(
        _ configuration: EngineConfiguration, remembering entries: [JournalEntry] = []
    ) throws -> [TransactionRecord] {
        try loop.performAndWait { [self] in
            self.configuration = configuration
            try journal?.commit(entries)
            let snapshot = try journal?.load() ?? JournalSnapshot()
            let engine = RelayEngine(
                configuration: configuration, snapshot: snapshot, now: now())
            callbacks.publish(engine)
            self.engine = engine
            return snapshot.transactions
        }
    }

    /// Hands over events: one lock, at most one wake-up. False when the mailbox is full or closed;
    /// then none of them is taken.
    @discardableResult
    package func submit(_ events: [EngineEvent]) -> Bool {
        let (taken, wakes) = pending.withLock { box -> (Bool, Bool) in
            guard box.isOpen, box.events.count + events.count <= Decider.mailboxEvents else {
                return (false, false)
            }
            let wakes = box.events.isEmpty
            box.events += events
            return (true, wakes)
        }
        if wakes { _ = loop.post { [self] in turn() } }
        return taken
    }

    /// Reads the engine between two turns; nil when there is none now. Waits for the turn under
    /// way: never called from a loop that others depend on.
    package func look<Value: Sendable>(
        _ read: @escaping @Sendable (borrowing RelayEngine) -> Value
    ) -> Value? {
        let found = try? loop.performAndWait { [self] () -> Value? in
            guard let engine else { return nil }
            return read(engine)
        }
        return found ?? nil
    }

    /// Ends after the turn under way. What was not committed was not sent either.
    package func stop() {
        pending.withLock { $0.isOpen = false }
        // The store is let go of now, not when the last closure that knows us is.
        try? loop.performAndWait { [self] in
            journal = nil
            engine = nil
        }
        loop.stop()
    }

    // MARK: On the decider's thread

    private func turn() {
        let events = pending.withLock { box in
            let taken = box.events
            box.events = []
            return taken
        }
        decide(events.isEmpty ? [.tick] : events)
    }

    private func decide(_ events: [EngineEvent]) {
        guard var engine = engine ?? restored() else {
            return later(Decider.commitRetryMilliseconds)
        }
        // The engine is moved out and back, so that its maps are not copied.
        self.engine = nil
        var effects = engine.handle(events, now: now())
        if case .journal(let entries) = effects.first {
            effects.removeFirst()
            do {
                try journal?.commit(entries)
            } catch {
                // The engine is ahead of the store: start again from what the store holds. The
                // events are lost, as in a crash; every sender of one repeats itself.
                callbacks.commitFailed(error)
                return later(Decider.commitRetryMilliseconds)
            }
        }
        for case .adopt(let change) in effects {
            configuration = engine.configuration
            callbacks.adopt(change)
        }
        callbacks.publish(engine)
        let wake = engine.nextWake
        self.engine = engine
        callbacks.release(effects)
        if let wake { later(milliseconds(until: wake)) }
    }

    private func restored() -> RelayEngine? {
        do {
            guard let snapshot = try journal?.load() else { return nil }
            return RelayEngine(configuration: configuration, snapshot: snapshot, now: now())
        } catch {
            callbacks.commitFailed(error)
            return nil
        }
    }

    /// The longest sleep, milliseconds: a clock that is set does not make the relay oversleep.
    private static let longestSleep = 1_000

    private func milliseconds(until wake: Timestamp) -> Int {
        let nanoseconds = wake.nanoseconds(since: now())
        return Int(clamping: max(0, nanoseconds) / 1_000_000 + 1)
    }

    private func later(_ milliseconds: Int) {
        if let timer { loop.cancel(timer) }
        timer = loop.schedule(afterMilliseconds: min(milliseconds, Decider.longestSleep)) {
            [weak self] in self?.turn()
        }
    }
}
