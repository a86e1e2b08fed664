// SPDX-License-Identifier: Apache-2.0

internal import CUV
internal import Glibc
import Synchronization

// Unsafe: libuv works through pointers to handles that it owns between init and the close callback.
// No pointer leaves this file and Stream.swift.

/// A problem that libuv reported.
package struct LoopError: Error, Hashable, Sendable, CustomStringConvertible {
    package let doing: String
    package let code: Int32
    package let description: String

    init(_ doing: String, _ code: Int32) {
        self.doing = doing
        self.code = code
        let text = unsafe String(cString: uv_strerror(code))
        description = "\(doing): \(text) (\(code))"
    }
}

/// One libuv loop. Everything on it happens on the thread that calls `run`; only `post` may be
/// called from elsewhere.
@safe package final class EventLoop {
    let loop: UnsafeMutablePointer<uv_loop_t>
    private let wake: UnsafeMutablePointer<uv_async_t>
    package let mailbox: LoopMailbox
    private var timers: [Timer] = []

    package init() throws {
        signal(SIGPIPE, SIG_IGN)
        unsafe loop = .allocate(capacity: 1)
        unsafe wake = .allocate(capacity: 1)
        let status = unsafe uv_loop_init(loop)
        guard status == 0 else { throw LoopError("open the event loop", status) }
        unsafe mailbox = LoopMailbox(wake)
        let started = unsafe uv_async_init(loop, wake) { handle in
            guard let data = unsafe handle?.pointee.data else { return }
            unsafe Unmanaged<EventLoop>.fromOpaque(data).takeUnretainedValue().drain()
        }
        guard started == 0 else { throw LoopError("open the loop's mailbox", started) }
        unsafe wake.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        mailbox.close()
        for timer in timers { timer.cancel() }
        unsafe uv_close(UnsafeMutableRawPointer(wake).assumingMemoryBound(to: uv_handle_t.self)) {
            unsafe $0?.deallocate()
        }
        // Lets the close callbacks run: they free the handles.
        _ = unsafe uv_run(loop, UV_RUN_DEFAULT)
        _ = unsafe uv_loop_close(loop)
        unsafe loop.deallocate()
    }

    /// Serves until `stop`.
    package func run() { _ = unsafe uv_run(loop, UV_RUN_DEFAULT) }

    package func stop() { unsafe uv_stop(loop) }

    /// Milliseconds of a clock that only goes forward.
    package var milliseconds: UInt64 {
        unsafe uv_update_time(loop)
        return unsafe uv_now(loop)
    }

    /// Calls `action` after `delay` milliseconds, then every `interval` (0: once).
    package func schedule(
        after delay: UInt64, every interval: UInt64, _ action: @escaping () -> Void
    ) throws {
        let timer = Timer()
        timer.action = { [unowned self, unowned timer] in
            action()
            // A timer that fires once is of no use any more.
            if interval == 0 { cancel(timer) }
        }
        try timer.start(on: self, after: delay, every: interval)
        timers.append(timer)
    }

    private func cancel(_ timer: Timer) {
        timer.cancel()
        timers.removeAll { $0 === timer }
    }

    private func drain() {
        for action in mailbox.take() { action() }
    }
}

/// What other threads leave for the loop.
///
/// `@unchecked Sendable`: the list is behind a lock, and `uv_async_send` is the one libuv call that
/// is allowed from any thread; `close` takes the pointer away before the handle is closed.
@safe package final class LoopMailbox: @unchecked Sendable {
    private struct Contents {
        var actions: [@Sendable () -> Void] = []
        var isOpen = true
    }

    private let contents = Mutex(Contents())
    private let wake: UnsafeMutablePointer<uv_async_t>

    init(_ wake: UnsafeMutablePointer<uv_async_t>) { unsafe self.wake = unsafe wake }

    /// Runs `action` on the loop's thread, soon; false when the loop is gone.
    @discardableResult
    package func post(_ action: @escaping @Sendable () -> Void) -> Bool {
        contents.withLock { contents in
            guard contents.isOpen else { return false }
            contents.actions.append(action)
            return unsafe uv_async_send(wake) == 0
        }
    }

    func take() -> [@Sendable () -> Void] {
        contents.withLock { contents in
            defer { contents.actions = [] }
            return contents.actions
        }
    }

    func close() { contents.withLock { $0.isOpen = false } }
}

/// A libuv timer that owns its handle.
@safe private final class Timer {
    var action: () -> Void = {}
    private let handle: UnsafeMutablePointer<uv_timer_t>
    private var isOpen = false

    init() { unsafe handle = .allocate(capacity: 1) }

    func start(on loop: EventLoop, after delay: UInt64, every interval: UInt64) throws {
        let status = unsafe uv_timer_init(loop.loop, handle)
        guard status == 0 else {
            unsafe handle.deallocate()
            throw LoopError("make a timer", status)
        }
        isOpen = true
        unsafe handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        let started = unsafe uv_timer_start(
            handle,
            { handle in
                guard let data = unsafe handle?.pointee.data else { return }
                // Held while it runs: the action may drop the last other reference.
                let timer = unsafe Unmanaged<Timer>.fromOpaque(data).takeUnretainedValue()
                timer.action()
            }, delay, interval)
        guard started == 0 else { throw LoopError("start a timer", started) }
    }

    func cancel() {
        guard isOpen else { return }
        isOpen = false
        unsafe uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
            unsafe $0?.deallocate()
        }
    }
}
