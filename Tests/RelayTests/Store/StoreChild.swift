// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import RelayStore
import Testing

// Unsafe: posix_spawn takes C arrays, pipes and waits take pointers. No pointer leaves this file.

/// A process of this same test program that commits to a store and reports each commit as one byte:
/// to be killed, or to be watched. `storeChildWriter` below is its body.
struct StoreChild {
    static let variable = "CITYRELAY_TEST_STORE_CHILD"
    /// Where the child finds its end of the pipe.
    static let reportDescriptor: Int32 = 77

    private let pid: pid_t
    private let pipe: Int32

    /// - Parameters:
    ///   - wrapper: a program and its options to start the child with; empty: none.
    ///   - entriesPerCommit: zero for random entries, else that many counts.
    init(
        store: String, seed: UInt64, commits: Int, entriesPerCommit: Int = 0, wrapper: [String] = []
    )
        throws
    {
        var ends: [Int32] = [0, 0]
        guard unsafe Glibc.pipe(&ends) == 0 else { throw POSIXFailure(errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let program = CommandLine.arguments[0]
        let words =
            wrapper + [
                program, "--testing-library", "swift-testing", "--filter", "storeChildWriter",
            ]
        let setting = "\(Self.variable)=\(store)|\(seed)|\(commits)|\(entriesPerCommit)"
        let environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("SWIFT_TESTING") }.map { "\($0.key)=\($0.value)" }
        pid = try Self.spawn(words, environment + [setting], report: ends[1])
        close(ends[1])
        pipe = ends[0]
    }

    private static func spawn(
        _ words: [String], _ environment: [String], report: Int32
    ) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, report, reportDescriptor)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        let variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer { for unsafe word in unsafe arguments + variables { unsafe free(word) } }
        var child: pid_t = 0
        let status = unsafe posix_spawnp(&child, words[0], &actions, nil, arguments, variables)
        guard status == 0 else { throw POSIXFailure(status) }
        return child
    }

    /// Waits for that many commits, kills the child where it stands, and counts all it has
    /// reported.
    func killAfter(commits: Int) -> Int {
        var seen = 0
        while seen < commits, read() { seen += 1 }
        kill(pid, SIGKILL)
        while read() { seen += 1 }
        _ = wait()
        return seen
    }

    /// Waits for the child's own end; true when it was a good one.
    func finish() -> Bool {
        while read() {}
        return wait() == 0
    }

    private func read() -> Bool {
        var byte: UInt8 = 0
        return unsafe Glibc.read(pipe, &byte, 1) == 1
    }

    private func wait() -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        close(pipe)
        return status
    }
}

struct POSIXFailure: Error {
    let code: Int32

    init(_ code: Int32) { self.code = code }
}

/// The body of the child: does nothing when the tests run as usual.
@Test(.enabled(if: ProcessInfo.processInfo.environment[StoreChild.variable] != nil))
func storeChildWriter() throws {
    let setting = ProcessInfo.processInfo.environment[StoreChild.variable] ?? ""
    let parts = setting.split(separator: "|")
    let store = String(try #require(parts.first))
    let numbers = parts.dropFirst().compactMap { UInt64($0) }
    try #require(numbers.count == 3)
    let journal = try SQLiteJournal(path: store, owner: StoreCrashTests.owner)
    let done = try JournalReader(path: store).commits()
    for commit in 0..<numbers[1] {
        if numbers[2] == 0 {
            try journal.commit(StoreCrashTests.entries(numbers[0], UInt64(done) + commit))
        } else {
            try journal.commit((0..<numbers[2]).map { .count(name: "n\($0)", by: 1) })
        }
        var byte: UInt8 = 1
        _ = unsafe write(StoreChild.reportDescriptor, &byte, 1)
    }
}
