// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import RelayCommand
import Synchronization
import TestSupport
import Testing

/// What an authority's key has approved is known to it by whichever name it is called.
@Suite struct ApprovalMemoryTests {
    @Test func `a key by another name remembers what it approved`() throws {
        let bench = try MemberBench()
        try bench.found()
        try bench.member("320100", "Nanjing")
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        let join = "--file @Nanjing/request.txt --manifest @m1"
        #expect(bench.approve("Loudi", join).status == .success)
        let files = FileManager.default
        try files.createSymbolicLink(
            atPath: bench.path("link.key"), withDestinationPath: bench.path("Loudi/authority.key"))
        try files.createSymbolicLink(
            atPath: bench.path("second.key"), withDestinationPath: "link.key")
        for name in ["link.key", "second.key", "Loudi/../link.key"] {
            let words =
                "suspend 330100/330100000000000 --manifest @m1 --key @\(name) "
                + "--passphrase-file @pass --out @p --reason audit"
            let stopped = bench.run(words)
            #expect(stopped.status == .negative, "\(name)")
            #expect(stopped.errors.contains("member/approved-another"), "\(stopped.errors)")
        }
        #expect(!MemberBenchFiles.exists(bench.path("link.key.approved")))
        // A line that a crash cut off hides nothing and spoils nothing.
        let memory = try bench.read("Loudi/authority.key.approved")
        try bench.write("Loudi/authority.key.approved", memory + "2 0123")
        #expect(bench.approve("Loudi", join, key: "@second.key").status == .success)
        #expect(try bench.read("Loudi/authority.key.approved").hasPrefix(memory + "2 0123"))
    }

    /// Whether a thread of this process waits for a lock on a file.
    private static func isWaiting() -> Bool {
        guard let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8) else {
            return false
        }
        return locks.split(separator: "\n").contains { line in
            line.contains("-> FLOCK") && line.contains(" \(getpid()) ")
        }
    }

    @Test func `of two approvals at once, of two versions of one number, one is refused`()
        async throws
    {
        let bench = try MemberBench()
        try bench.found()
        let memory = bench.path("Loudi/authority.key.approved")
        // Another process of the same authority has looked, and has not written yet.
        let other = unsafe open(memory, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        try #require(other >= 0 && flock(other, LOCK_EX) == 0)
        let isDone = Mutex(false)
        let second = Task.detached {
            defer { isDone.withLock { $0 = true } }
            return bench.run(
                "suspend 330100/330100000000000 --manifest @m1 --key @Loudi/authority.key "
                    + "--passphrase-file @pass --reason audit --out @p"
            ).errors
        }
        var waited = false
        while !waited, !isDone.withLock({ $0 }) {
            waited = Self.isWaiting()
            usleep(1_000)
        }
        #expect(waited, "it looked while another was about to write")
        try bench.write(
            "Loudi/authority.key.approved", "2 \(String(repeating: "ab", count: 32)) pair\n")
        close(other)
        #expect(await second.value.contains("member/approved-another"))
    }
}
