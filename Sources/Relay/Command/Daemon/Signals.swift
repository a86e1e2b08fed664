// SPDX-License-Identifier: Apache-2.0

import Glibc

// Unsafe: signal sets are C structs that are filled through pointers.

/// Signals as values: blocked before the first thread starts, then awaited by the main thread, so
/// that no code ever runs inside a handler.
enum Signals {
    enum Request {
        /// SIGTERM or SIGINT: end in order.
        case stop
        /// SIGHUP: read the certificates again.
        case reload
    }

    /// Must run before any thread is made: threads inherit the mask.
    static func block() {
        var set = makeSet()
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the next request.
    static func next() -> Request {
        var set = makeSet()
        var number: Int32 = 0
        while unsafe sigwait(&set, &number) != 0 {}
        return number == SIGHUP ? .reload : .stop
    }

    /// Asks for an end in order, from any thread.
    static func stop() { kill(getpid(), SIGTERM) }

    private static func makeSet() -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { unsafe sigaddset(&set, number) }
        return set
    }
}
