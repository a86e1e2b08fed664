// SPDX-License-Identifier: Apache-2.0

import CUV
import Glibc
import Synchronization

// Unsafe: libuv's handles are C structs that need stable addresses and are used through pointers.

/// What lives on a loop and holds handles there: told once, on the loop, to close them all.
protocol LoopResident: AnyObject {
    func loopIsStopping()
}

/// One libuv loop on a thread of its own. Connections, timers and their C sessions belong to it and
/// are touched on that thread only; other threads hand over batches of work.
///
/// `@unchecked Sendable`, because: `mailbox` is a `Mutex`, `thread` an atomic; `async` is used by
/// other threads only in `uv_async_send`, which libuv allows, and only under the mailbox lock while
/// the mailbox is open, so never after its close; every other stored value is touched on the loop's
/// thread alone, which `requireLoop` checks.
@safe
package final class EventLoop: @unchecked Sendable {
    /// Work items that may wait. A full mailbox refuses the next batch: the sender slows down.
    package static let mailboxItems = 65_536

    private struct Mailbox {
        var work: [@Sendable () -> Void] = []
        var isOpen = true
    }

    package let name: String
    private let mailbox = Mutex(Mailbox())
    private let thread = Atomic<UInt>(0)
    private let joinable: Mutex<uv_thread_t?> = Mutex(nil)
    private let async: UnsafeMutablePointer<uv_async_t>
    private var residents: [ObjectIdentifier: any LoopResident] = [:]
    private var isStopping = false
    let timers: LoopTimers
    let buffers = LoopBuffers()
    /// The libuv loop itself, for the handles of this module.
    let uv: UnsafeMutablePointer<uv_loop_t>

    package init(name: String) throws {
        self.name = name
        unsafe uv = .allocate(capacity: 1)
        unsafe async = .allocate(capacity: 1)
        guard unsafe uv_loop_init(uv) == 0 else {
            throw TransportError(.loopStopped, "no event loop: out of memory or descriptors")
        }
        timers = unsafe LoopTimers(uv)
        // A peer that goes away while we write must be an error of that write, not a signal.
        signal(SIGPIPE, SIG_IGN)
        unsafe async.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        unsafe uv_async_init(uv, async) { handle in
            guard let owner = unsafe handle?.pointee.data else { return }
            unsafe Unmanaged<EventLoop>.fromOpaque(owner).takeUnretainedValue().drainMailbox()
        }
        var created = uv_thread_t()
        // The thread keeps the loop alive until it ends.
        let owner = unsafe Unmanaged.passRetained(self).toOpaque()
        let result = unsafe uv_thread_create(
            &created,
            { argument in
                guard let argument = unsafe argument else { return }
                let loop = unsafe Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue()
                loop.run()
            }, owner)
        guard result == 0 else {
            throw TransportError(.loopStopped, "no thread for the event loop \(name)")
        }
        let handle = created
        joinable.withLock { $0 = handle }
    }

    deinit {
        unsafe uv.deallocate()
        unsafe async.deallocate()
    }

    // MARK: From any thread

    /// Hands over a batch: one lock, at most one wake-up. False when the mailbox is full or the
    /// loop has stopped; then nothing of the batch runs.
    package func post(_ batch: [@Sendable () -> Void]) -> Bool {
        enqueue(batch, limit: EventLoop.mailboxItems)
    }

    package func post(_ work: @escaping @Sendable () -> Void) -> Bool { post([work]) }

    /// For work that is bounded elsewhere (answers by open requests, stops by their number) and
    /// must not be refused. False only once the loop has stopped.
    @discardableResult
    package func postAlways(_ work: @escaping @Sendable () -> Void) -> Bool {
        enqueue([work], limit: .max)
    }

    package var isOnLoop: Bool {
        thread.load(ordering: .relaxed) == UInt(pthread_self())
    }

    /// Runs work on the loop and waits for its result. For set-up, not for the packet path.
    package func performAndWait<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        if isOnLoop { return try work() }
        let answer = LoopAnswer<Value>()
        let posted = postAlways { answer.put(Result { try work() }) }
        guard posted else { throw TransportError(.loopStopped, "loop \(name) has stopped") }
        return try answer.wait().get()
    }

    /// Closes every connection, ends the thread and waits for it. Work posted before runs first.
    package func stop() {
        postAlways { self.beginStop() }
        guard !isOnLoop else { return }
        let handle = joinable.withLock { value -> uv_thread_t? in
            defer { value = nil }
            return value
        }
        if var handle { unsafe uv_thread_join(&handle) }
    }

    // MARK: On the loop

    /// Milliseconds of the loop's monotonic clock, as of this turn.
    package var nowMilliseconds: UInt64 { unsafe uv_now(uv) }

    /// Runs work once, later, on the loop. Requires the loop's thread.
    @discardableResult
    package func schedule(afterMilliseconds delay: Int, _ work: @escaping () -> Void) -> LoopTimer {
        requireLoop()
        return timers.schedule(afterMilliseconds: delay, work)
    }

    package func cancel(_ timer: LoopTimer) {
        requireLoop()
        timers.cancel(timer)
    }

    func requireLoop() {
        precondition(isOnLoop, "used outside its loop's thread")
    }

    /// False when the loop is already stopping: then the resident must close at once by itself.
    func enter(_ resident: any LoopResident) -> Bool {
        guard !isStopping else { return false }
        residents[ObjectIdentifier(resident)] = resident
        return true
    }

    func leave(_ resident: any LoopResident) {
        residents[ObjectIdentifier(resident)] = nil
    }

    // MARK: Private

    private func enqueue(_ batch: [@Sendable () -> Void], limit: Int) -> Bool {
        mailbox.withLock { box in
            guard box.isOpen, limit == .max || box.work.count + batch.count <= limit else {
                return false
            }
            let wake = box.work.isEmpty
            box.work += batch
            if wake { unsafe uv_async_send(async) }
            return true
        }
    }

    private func drainMailbox() {
        let work = mailbox.withLock { box in
            let taken = box.work
            box.work = []
            return taken
        }
        for item in work { item() }
    }

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        _ = unsafe uv_run(uv, UV_RUN_DEFAULT)
        let closed = unsafe uv_loop_close(uv)
        assert(closed == 0, "a handle of loop \(name) was left open")
        thread.store(0, ordering: .relaxed)
    }

    private func beginStop() {
        guard !isStopping else { return }
        isStopping = true
        let all = residents.values
        residents = [:]
        for resident in all { resident.loopIsStopping() }
        timers.close()
        // Work that came while we were closing still runs; later work is refused.
        let last = mailbox.withLock { box in
            box.isOpen = false
            let taken = box.work
            box.work = []
            return taken
        }
        for item in last { item() }
        unsafe async.withMemoryRebound(to: uv_handle_t.self, capacity: 1) {
            unsafe uv_close($0, nil)
        }
    }
}
