// SPDX-License-Identifier: Apache-2.0

import Glibc

// Unsafe: signal sets and the thread that waits for them are C's.

/// Ctrl-C and SIGTERM end every process that the run started, and then the run.
enum Interruption {
    /// To be called before any other thread begins: those inherit that the signals are blocked.
    static func watch() {
        var signals = blocked()
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        var thread = pthread_t()
        unsafe pthread_create(&thread, nil, { _ in unsafe Interruption.wait() }, nil)
    }

    private static func wait() -> UnsafeMutableRawPointer? {
        var signals = blocked()
        var number: Int32 = 0
        guard unsafe sigwait(&signals, &number) == 0 else { return nil }
        say("\n· signal \(number): ending what this run started")
        ChildProcess.endAll()
        // 128 and the number, as shells tell it.
        _exit(128 + number)
    }

    private static func blocked() -> sigset_t {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGINT)
        unsafe sigaddset(&signals, SIGTERM)
        return signals
    }
}
