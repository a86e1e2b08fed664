// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayLaboratory
import RelayStore
import TestSupport
import Testing

/// The durable access log: one commit for many entries, proofs that hold, nothing lost.
@Suite struct AccessLogStoreTests {
    private func open(_ folder: ScratchFolder) throws -> AccessLogStore {
        try AccessLogStore(
            path: folder.file("access.db"), owner: AccessSample.provider,
            key: AccessSample.providerKey)
    }

    private func append(_ numbers: Range<Int>, to log: AccessLogStore) throws -> [LoggedAccess] {
        try log.commit(
            numbers.map { .append(AccessSample.access($0)) },
            at: AccessSample.time(numbers.lowerBound))
    }

    @Test func `every entry of every commit is proven at once, and proven again later`() throws {
        let folder = try ScratchFolder()
        var verifier = SignatureVerifier()
        var leaves: [[UInt8]] = []
        do {
            let log = try open(folder)
            var next = 0
            for count in [1, 2, 5, 1, 16, 3, 40] {
                let logged = try append(next..<next + count, to: log)
                #expect(logged.count == count)
                for (index, access) in logged.enumerated() {
                    let note = try SignedNote(reading: access.checkpoint)
                    let head = try Checkpoint.verified(note, by: log.noteKey, &verifier)
                    #expect(head.size == UInt64(next + count))
                    try access.proof.verify(leafHash: access.leafHash, root: head.root)
                    #expect(access.entry.sequence == UInt64(next + index))
                    #expect(try access.leaf.decoded() == access.entry)
                    leaves.append(access.leaf.leaf)
                }
                next += count
            }
        }
        let reader = try AccessLogReader(path: folder.file("access.db"))
        let tree = MerkleTree(leaves: leaves)
        #expect(try reader.size() == tree.size)
        for old in [1, 3, 9, 31, 68] as [UInt64] {
            #expect(
                try reader.consistencyProof(oldSize: old, newSize: tree.size)
                    == tree.consistencyProof(oldSize: old))
            #expect(
                try reader.inclusionProof(index: old - 1, size: tree.size)
                    == tree.inclusionProof(index: old - 1))
        }
        let log = try open(folder)
        #expect(log.root == tree.root)
        let more = try append(68..<70, to: log)
        #expect(more[0].entry.previousHead == tree.root)
    }

    @Test func `an auditor finds nothing in what the store wrote`() throws {
        let folder = try ScratchFolder()
        let log = try open(folder)
        _ = try append(0..<30, to: log)
        _ = try append(30..<31, to: log)
        let reader = try AccessLogReader(path: folder.file("access.db"))
        var auditor = LogAuditor(providerKeys: [AccessSample.providerKey.publicKey])
        var verifier = SignatureVerifier()
        try reader.leaves(from: 0, below: 31) { auditor.take(leaf: $0, &verifier) }
        let note = try SignedNote(reading: try #require(try reader.checkpoint()))
        auditor.finish(
            try Checkpoint.verified(note, by: log.noteKey, &verifier), now: AccessSample.time(40))
        #expect(auditor.findings.isEmpty)
    }

    @Test func `entries are found by record, officer, purpose, case and outcome`() throws {
        let folder = try ScratchFolder()
        let log = try open(folder)
        for number in 0..<44 { _ = try append(number..<number + 1, to: log) }
        let reader = try AccessLogReader(path: folder.file("access.db"))
        func find(_ change: (inout AccessQuery) -> Void) throws -> [UInt64] {
            var query = AccessQuery()
            change(&query)
            let found = try reader.entries(query).map(\.entry.sequence)
            #expect(try reader.count(query) == found.count)
            return found
        }
        #expect(try find { $0.record = AccessSample.digest("record 3") } == [3, 14, 25, 36])
        #expect(try find { $0.officer = AccessSample.officer(1) }.count == 15)
        #expect(try find { $0.purpose = "loan-eligibility" }.count == 44)
        #expect(try find { $0.purpose = "other" }.isEmpty)
        #expect(try find { $0.caseNumber = "case-17" } == [17])
        #expect(try find { $0.outcome = "refused" } == [4, 9, 14, 19, 24, 29, 34, 39])
        #expect(
            try find {
                $0.record = AccessSample.digest("record 3")
                $0.from = AccessSample.time(14)
                $0.until = AccessSample.time(36)
            } == [14, 25])
    }

    @Test func `answers, caps and receipts are in the same commit as the entry`() throws {
        let folder = try ScratchFolder()
        let log = try open(folder)
        let now = AccessSample.time(0)
        let later = AccessSample.time(60)
        let body = AccessSample.digest("body")
        try log.commit(
            [
                .append(AccessSample.access(0)),
                .use(name: "grant-7", window: 20_000, count: 1),
            ], at: now
        ) { logged in
            [
                .answer(
                    StoredAnswer(
                        scope: "app", key: "k", body: body, answer: logged[0].checkpoint,
                        expires: later))
            ]
        }
        #expect(try log.used(name: "grant-7", window: 20_000) == 1)
        #expect(try log.used(name: "grant-7", window: 20_001) == 0)
        #expect(try log.answer(scope: "app", key: "k", now: now)?.body == body)
        #expect(try log.answer(scope: "app", key: "k", now: later) == nil)
        #expect(try log.answer(scope: "other", key: "k", now: now) == nil)
        #expect(try log.holds(ticket: AccessSample.access(0).ticket))
        #expect(try !log.holds(ticket: AccessSample.access(1).ticket))
        try log.commit([.receipt(sequence: 0, signature: [1, 2])], at: now)
        let reader = try AccessLogReader(path: folder.file("access.db"))
        #expect(try reader.receipts(from: 0, below: 9) == [0: [1, 2]])
    }

    @Test func `what fails on the way leaves nothing behind`() throws {
        struct Stop: Error {}
        let folder = try ScratchFolder()
        let log = try open(folder)
        _ = try append(0..<3, to: log)
        let root = log.root
        #expect(throws: Stop.self) {
            try log.commit([.append(AccessSample.access(3))], at: AccessSample.time(3)) { _ in
                throw Stop()
            }
        }
        #expect(log.root == root && log.size == 3)
        #expect(try append(3..<4, to: log)[0].entry.sequence == 3)
    }

    @Test func `a clock that goes back does not take the log with it`() throws {
        let folder = try ScratchFolder()
        let log = try open(folder)
        _ = try append(5..<6, to: log)
        #expect(try append(2..<3, to: log)[0].entry.time == AccessSample.time(5))
    }

    @Test func `a log whose entries were changed behind its back is not opened`() throws {
        let edits = [
            "DELETE FROM access_entry WHERE sequence = 4",
            "DELETE FROM access_entry WHERE sequence = 8",
            "UPDATE access_entry SET leaf_hash = zeroblob(32) WHERE sequence = 8",
            "DELETE FROM access_node WHERE level = 3",
        ]
        for edit in edits {
            let folder = try ScratchFolder()
            do {
                let log = try open(folder)
                for number in 0..<9 { _ = try append(number..<number + 1, to: log) }
            }
            try Database(folder.file("access.db"), .write).execute(edit)
            #expect(throws: StoreError.self, "\(edit)") { _ = try open(folder) }
        }
    }

    @Test func `a log whose file is taken away or replaced takes no entry`() throws {
        for replaces in [false, true] {
            let folder = try ScratchFolder()
            let log = try open(folder)
            _ = try append(0..<1, to: log)
            let path = folder.file("access.db")
            try FileManager.default.removeItem(atPath: path)
            if replaces { try folder.write([], to: "access.db") }
            do {
                _ = try append(1..<2, to: log)
                Issue.record("an entry went into a file that is gone")
            } catch let error as StoreError {
                #expect(error.code == .missing)
            }
        }
    }

    @Test func `another member's log is refused, and so is a relay's journal`() throws {
        let folder = try ScratchFolder()
        do { _ = try open(folder) }
        #expect(throws: StoreError.self) {
            _ = try AccessLogStore(
                path: folder.file("access.db"), owner: AccessSample.requester,
                key: AccessSample.requesterKey)
        }
        do { _ = try SQLiteJournal(path: folder.file("relay.db"), owner: "x") }
        #expect(throws: StoreError.self) {
            _ = try AccessLogReader(path: folder.file("relay.db"))
        }
    }

    @Test func `no more than hashes, codes and opaque references is in the file`() throws {
        let folder = try ScratchFolder()
        do {
            let log = try open(folder)
            _ = try append(0..<5, to: log)
        }
        let text = String(decoding: try folder.read("access.db"), as: UTF8.self)
        #expect(text.contains("loan-eligibility"))
        #expect(!text.contains("subject 1"))
        #expect(!text.contains("officer 1"))
    }

    // MARK: The head beside the store

    /// A store as it is after a kill, beside the one that is open: with or without the log that its
    /// entries are still in.
    private func killed(_ folder: ScratchFolder, _ files: [String]) throws -> ScratchFolder {
        let copy = try ScratchFolder()
        for name in files { try copy.write(try folder.read(name), to: name) }
        return copy
    }

    private func code(_ folder: ScratchFolder) -> StoreError? {
        do { _ = try open(folder) } catch { return error as? StoreError }
        return nil
    }

    @Test func `a log that lost its write-ahead log signs no second history`() throws {
        let folder = try ScratchFolder()
        let log = try open(folder)
        _ = try append(0..<5, to: log)
        try log.head.keep()
        let whole = try killed(folder, ["access.db", "access.db-wal", "access.db.head"])
        #expect(try open(whole).size == 5)
        let torn = try killed(folder, ["access.db", "access.db.head"])
        for _ in 0..<2 {
            let error = try #require(code(torn))
            #expect(error.code == .rolledBack)
            #expect(error.description.contains("a head over 5 entries"), "\(error)")
            #expect(error.description.contains("the store has 0"), "\(error)")
            #expect(error.description.contains("access.db-wal"), "\(error)")
        }
        #expect(try torn.read("access.db.head") == folder.read("access.db.head"))
        let empty = try killed(folder, ["access.db.head"])
        #expect(code(empty)?.code == .rolledBack)
        #expect(!empty.exists("access.db"), "a new store was made in the place of the old one")
    }

    @Test func `another history under the same numbers is not opened either`() throws {
        let folder = try ScratchFolder()
        let other = try ScratchFolder()
        do { _ = try append(0..<5, to: open(folder)) }
        do { _ = try append(1..<8, to: open(other)) }
        try other.write(try folder.read("access.db.head"), to: "access.db.head")
        let error = try #require(code(other))
        #expect(error.code == .rolledBack)
        #expect(error.message.contains("the store's first 5 are others"), "\(error)")
    }

    @Test func `a head is an older floor, renewed with each start; a damaged one is told`() throws {
        let folder = try ScratchFolder()
        do {
            let log = try open(folder)
            #expect(!folder.exists("access.db.head"))
            _ = try append(0..<3, to: log)
            #expect(!folder.exists("access.db.head"), "a commit waited for the head's file")
        }
        let old = try folder.read("access.db.head")
        do { _ = try append(3..<5, to: open(folder)) }
        let new = try folder.read("access.db.head")
        let note = try SignedNote(reading: new)
        #expect(try Checkpoint(text: note.text).size == 5)
        for before in [old, nil] as [[UInt8]?] {
            try FileManager.default.removeItem(atPath: folder.file("access.db.head"))
            if let before { try folder.write(before, to: "access.db.head") }
            let log = try open(folder)
            #expect(log.size == 5)
            #expect(try folder.read("access.db.head") == new)
        }
        try folder.write(Array(new.prefix(20)), to: "access.db.head")
        #expect(code(folder)?.code == .corrupt)
    }
}
