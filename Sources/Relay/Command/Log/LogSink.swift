// SPDX-License-Identifier: Apache-2.0

internal import Glibc
import Synchronization

// Unsafe: `poll` and `write` take pointers. None leaves this file.

/// Takes lines to a file descriptor without ever waiting for its reader.
///
/// A pipe that says it is ready takes 4,096 bytes at once, and no line is longer; a line for which
/// it is not ready is held back, up to a limit, and goes out before the next one.
package final class LogSink: Sendable {
    /// Bytes held back for a slow reader: some thousand lines. What does not fit is dropped and
    /// counted.
    package static let maxHeldBytes = 1 << 20

    private struct State {
        var held: [UInt8] = []
        var dropped = 0
    }

    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private let state = Mutex(State())

    private init(descriptor: Int32, ownsDescriptor: Bool) {
        self.descriptor = descriptor
        self.ownsDescriptor = ownsDescriptor
    }

    deinit { if ownsDescriptor { close(descriptor) } }

    package static func standardError() -> LogSink {
        LogSink(descriptor: STDERR_FILENO, ownsDescriptor: false)
    }

    /// A descriptor that the caller keeps open.
    package static func descriptor(_ descriptor: Int32) -> LogSink {
        LogSink(descriptor: descriptor, ownsDescriptor: false)
    }

    /// Appends to a file that only its owner and group can read. Nil when it cannot be opened.
    package static func file(_ path: String) -> LogSink? {
        let descriptor = unsafe open(
            path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { return nil }
        return LogSink(descriptor: descriptor, ownsDescriptor: true)
    }

    /// Adds one line. The answer is the number of lines lost before it; they are told of once.
    package func write(_ line: String) -> Int {
        state.withLock { state in
            let count = line.utf8.count + 1
            guard state.held.count + count <= LogSink.maxHeldBytes else {
                state.dropped += 1
                return 0
            }
            state.held += Array(line.utf8)
            state.held.append(0x0a)
            drain(&state)
            let dropped = state.dropped
            state.dropped = 0
            return dropped
        }
    }

    package func flush() { state.withLock { drain(&$0) } }

    private func drain(_ state: inout State) {
        var start = 0
        while start < state.held.count, isReady {
            let end = min(start + LogLine.maxBytes, state.held.count)
            let written = unsafe state.held.withUnsafeBytes { bytes in
                unsafe Glibc.write(
                    descriptor, bytes.baseAddress.map { unsafe $0 + start }, end - start)
            }
            guard written > 0 else { break }
            start += written
        }
        state.held.removeFirst(start)
    }

    private var isReady: Bool {
        var query = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&query, 1, 0) == 1 && query.revents & Int16(POLLOUT) != 0
    }
}
