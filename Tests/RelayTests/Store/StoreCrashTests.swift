// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import RelayLaboratory
import RelayStore
import TestSupport
import Testing

@Suite struct StoreCrashTests {
    static let owner = "330100/330100000000000"

    /// What the commit of that number holds: known to the child that writes and to the test that
    /// checks.
    static func entries(_ seed: UInt64, _ commit: UInt64) -> [JournalEntry] {
        let count: UInt64 = 8
        var generator = EntryGenerator(
            seed: seed &+ commit &* 0x9e37_79b9, lastAction: commit * count)
        return (0..<count).map { _ in generator.entry() }
    }

    @Test func `a writer killed again and again loses no commit and leaves no half of one`() throws
    {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        let seed: UInt64 = 20_261_126
        var random = Generator(seed: seed)
        var model = JournalModel()
        var applied: UInt64 = 0
        for round in 0..<10 {
            let child = try StoreChild(store: path, seed: seed, commits: 100_000)
            let reported = child.killAfter(commits: Int(1 + random.next() % 60))
            #expect(reported > 0, "round \(round): the child never committed")

            let journal = try SQLiteJournal(path: path, owner: Self.owner)
            let commits = UInt64(try JournalReader(path: path).commits())
            // The one commit that was under way may have made it or not.
            #expect((applied + UInt64(reported)...applied + UInt64(reported) + 1).contains(commits))
            while applied < commits {
                model.apply(Self.entries(seed, applied))
                applied += 1
            }
            #expect(try journal.load().sorted == model.snapshot, "round \(round)")
            #expect(try JournalReader(path: path).counters() == model.counters)
        }
    }

    /// Whether strace is here and may trace.
    private static let canTrace =
        (try? Spawn.run(["strace", "-f", "-o", "/dev/null", "true"])) == 0

    @Test(.enabled(if: canTrace, "skipped: strace is not here, or may not trace"))
    func `every commit is one fdatasync, however many entries it has`() throws {
        let folder = try ScratchFolder()
        // Opening and closing sync too: take them off.
        let idle = try syncs(folder, "idle", commits: 0, entries: 1)
        for (commits, entries) in [(150, 1), (150, 100)] {
            let name = "c\(commits)-\(entries)"
            let busy = try syncs(folder, name, commits: commits, entries: entries) - idle
            #expect((commits...commits + 4).contains(busy), "\(name): \(busy) syncs")
        }
    }

    private func syncs(
        _ folder: ScratchFolder, _ name: String, commits: Int, entries: Int
    ) throws -> Int {
        let path = folder.file("\(name).db")
        _ = try SQLiteJournal(path: path, owner: Self.owner)
        let wrapper = [
            "strace", "-f", "-c", "-e", "trace=fdatasync,fsync", "-o", folder.file("\(name).txt"),
        ]
        let child = try StoreChild(
            store: path, seed: 0, commits: commits, entriesPerCommit: entries, wrapper: wrapper)
        #expect(child.finish())
        #expect(try JournalReader(path: path).commits() == Int64(commits))
        // "% time  seconds  usecs/call  calls  [errors]  syscall"
        var calls = 0
        let text = String(decoding: try folder.read("\(name).txt"), as: UTF8.self)
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let last = words.last, last == "fdatasync" || last == "fsync" else { continue }
            calls += words.count >= 5 ? Int(words[3]) ?? 0 : 0
        }
        return calls
    }

    @Test func `readers see whole commits only, while the writer goes on`() async throws {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        do { _ = try SQLiteJournal(path: path, owner: Self.owner) }
        let commits: Int64 = 400
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let journal = try SQLiteJournal(path: path, owner: Self.owner)
                for _ in 0..<commits {
                    try journal.commit([.count(name: "a", by: 1), .count(name: "b", by: 1)])
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    let reader = try JournalReader(path: path)
                    var last: Int64 = 0
                    while last < commits {
                        let counters = try reader.counters()
                        #expect(counters["a"] == counters["b"])
                        let now = counters["a"] ?? 0
                        #expect(now >= last)
                        last = now
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
