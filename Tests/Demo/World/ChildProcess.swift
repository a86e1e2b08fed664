// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

// Unsafe: posix_spawn takes C arrays. No pointer leaves this file.

/// A process of the run: its output goes to a file, it ends by its own pid and by nothing else.
final class ChildProcess {
    let name: String
    let program: String
    let arguments: [String]
    let logPath: String
    private(set) var pid: pid_t = 0
    private(set) var exitStatus: Int32?

    /// What was started and has not been seen to end.
    private static let running = Mutex<Set<pid_t>>([])

    init(name: String, program: String, arguments: [String], logPath: String) {
        self.name = name
        self.program = program
        self.arguments = arguments
        self.logPath = logPath
    }

    /// Starts it, or starts it again after it ended. Output is appended to the log.
    func start() throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(
            &actions, 1, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // The run's own thread waits for signals; its children get theirs as always.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        let status = unsafe posix_spawn(
            &pid, program, &actions, &attributes, words, environ)
        guard status == 0 else {
            throw World.Failure(
                description:
                    "\(name): cannot start \(program): \(unsafe String(cString: strerror(status)))")
        }
        exitStatus = nil
        let started = pid
        ChildProcess.running.withLock { _ = $0.insert(started) }
    }

    /// Whether it still runs; collects its exit status when it does not.
    var isRunning: Bool {
        guard pid > 0, exitStatus == nil else { return false }
        var status: Int32 = 0
        let ended = unsafe waitpid(pid, &status, WNOHANG)
        if ended == pid {
            exitStatus = status
            ChildProcess.running.withLock { _ = $0.remove(ended) }
        }
        return exitStatus == nil
    }

    func signal(_ number: Int32) {
        if isRunning { kill(pid, number) }
    }

    /// SIGTERM, and SIGKILL when it has not ended after `milliseconds`.
    func stop(withinMilliseconds milliseconds: Int = 5_000) {
        signal(SIGTERM)
        for _ in 0..<(milliseconds / 20) where isRunning { usleep(20_000) }
        killNow()
    }

    /// SIGKILL, and waits for its end.
    func killNow() {
        signal(SIGKILL)
        while isRunning { usleep(5_000) }
    }

    /// Ends whatever still runs, from any thread; for a run that is broken off.
    static func endAll() {
        let pids = running.withLock { $0 }
        for pid in pids { kill(pid, SIGTERM) }
        // Stopped ones take their signal once they go on.
        for pid in pids { kill(pid, SIGCONT) }
        for _ in 0..<100 where pids.contains(where: { kill($0, 0) == 0 }) {
            for pid in pids { _ = waitpid(pid, nil, WNOHANG) }
            usleep(20_000)
        }
        for pid in pids { kill(pid, SIGKILL) }
    }

    /// Runs a program to its end and gives its exit code.
    static func run(_ program: String, _ arguments: [String], log: String) throws -> Int32 {
        let child = ChildProcess(
            name: program, program: program, arguments: arguments, logPath: log)
        try child.start()
        while child.isRunning { usleep(10_000) }
        return (child.exitStatus ?? 0) >> 8 & 0xff
    }
}
