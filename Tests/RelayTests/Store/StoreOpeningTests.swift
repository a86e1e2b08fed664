// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import RelayLaboratory
import RelayStore
import TestSupport
import Testing

@Suite struct StoreOpeningTests {
    static let owner = "330100/330100000000000"

    private func code(_ body: () throws -> Void) -> StoreError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? StoreError)?.code
        }
    }

    /// A closed store with a hundred commits in it.
    private func filled(_ folder: ScratchFolder) throws -> String {
        let path = folder.file("relay.db")
        let journal = try SQLiteJournal(path: path, owner: Self.owner)
        var generator = EntryGenerator(seed: 7)
        for _ in 0..<100 { try journal.commit(generator.commit()) }
        return path
    }

    @Test func `a second daemon on the same store is refused, and told who holds it`() throws {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        do {
            let first = try SQLiteJournal(path: path, owner: Self.owner)
            let error = #expect(throws: StoreError.self) {
                _ = try SQLiteJournal(path: path, owner: Self.owner)
            }
            #expect(error?.code == .locked)
            #expect(error?.message.contains("relay of \(Self.owner), process \(getpid())") == true)
            try first.commit([.count(name: "n", by: 1)])
        }
        #expect(code { _ = try SQLiteJournal(path: path, owner: Self.owner) } == nil)
    }

    @Test func `another member's store is refused`() throws {
        let folder = try ScratchFolder()
        let path = try filled(folder)
        #expect(code { _ = try SQLiteJournal(path: path, owner: "110000/x") } == .foreign)
    }

    @Test func `a store of a newer version is refused and left as it is`() throws {
        let folder = try ScratchFolder()
        let path = try filled(folder)
        do {
            let database = try Database(path, .write)
            try database.execute("PRAGMA user_version = 99")
        }
        let before = try folder.read("relay.db")
        #expect(code { _ = try SQLiteJournal(path: path, owner: Self.owner) } == .newer)
        #expect(code { _ = try JournalReader(path: path) } == .newer)
        #expect(try folder.read("relay.db") == before)
    }

    @Test func `a database of another program is refused and left as it is`() throws {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        do {
            let database = try Database(path, .create)
            try database.execute("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)")
        }
        let before = try folder.read("relay.db")
        #expect(code { _ = try SQLiteJournal(path: path, owner: Self.owner) } == .foreign)
        #expect(try folder.read("relay.db") == before)
    }

    @Test func `an empty file and a text file are refused and left as they are`() throws {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        for content in [[], Array("members:\n  - no database at all\n".utf8)] as [[UInt8]] {
            try folder.write(content, to: "relay.db")
            #expect(code { _ = try SQLiteJournal(path: path, owner: Self.owner) } == .corrupt)
            #expect(try folder.read("relay.db") == content)
        }
    }

    @Test(arguments: [0.1, 0.5, 0.9, 0.99, 0.9999])
    func `a torn store is refused and left as it is`(part: Double) throws {
        let folder = try ScratchFolder()
        let path = try filled(folder)
        let whole = try folder.read("relay.db")
        let torn = Array(whole.prefix(Int(Double(whole.count) * part)))
        try folder.write(torn, to: "relay.db")
        #expect(code { _ = try SQLiteJournal(path: path, owner: Self.owner) } == .corrupt)
        #expect(try folder.read("relay.db") == torn)
    }

    @Test func `pages of noise are found at start or named when read, never loaded as truth`()
        throws
    {
        let folder = try ScratchFolder()
        let path = try filled(folder)
        let whole = try folder.read("relay.db")
        var random = Generator(seed: 5)
        let pages = whole.count / 8192
        for page in 1..<min(pages, 24) {
            var broken = whole
            broken.replaceSubrange(page * 8192..<page * 8192 + 8192, with: random.bytes(8192))
            try folder.write(broken, to: "relay.db")
            #expect(code { _ = try SQLiteJournal(path: path, owner: Self.owner) } == .corrupt)
            #expect(try folder.read("relay.db") == broken)
        }
    }

    @Test func `a folder that is not there is named`() {
        #expect(code { _ = try SQLiteJournal(path: "/nowhere/relay.db", owner: Self.owner) } == .io)
        #expect(code { _ = try JournalReader(path: "/nowhere/relay.db") } == .missing)
    }

    @Test func `a draft that a crash left behind is made anew`() throws {
        let folder = try ScratchFolder()
        try folder.write(Array("half".utf8), to: "relay.db.new")
        let journal = try SQLiteJournal(path: folder.file("relay.db"), owner: Self.owner)
        try journal.commit([.count(name: "n", by: 1)])
        #expect(!folder.exists("relay.db.new"))
    }

    @Test func `the store can be read by its owner alone`() throws {
        let folder = try ScratchFolder()
        let path = try filled(folder)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a connection that does not sync every commit is refused`() throws {
        let folder = try ScratchFolder()
        let path = try filled(folder)
        let database = try Database(path, .write)
        #expect(try database.text("PRAGMA journal_mode") == "wal")
        try database.execute("PRAGMA synchronous = FULL")
        #expect(code { try StoreOpening.requireDurable(database, mode: "wal") } == nil)
        #expect(code { try StoreOpening.requireDurable(database, mode: "delete") } == .notDurable)
        for weaker in ["NORMAL", "OFF"] {
            try database.execute("PRAGMA synchronous = \(weaker)")
            #expect(code { try StoreOpening.requireDurable(database, mode: "wal") } == .notDurable)
        }
    }

    @Test func `a lock held by somebody's sqlite3 fails the commit and leaves nothing behind`()
        throws
    {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        let journal = try SQLiteJournal(path: path, owner: Self.owner, busyMilliseconds: 20)
        try journal.commit([.count(name: "n", by: 1)])
        do {
            let other = try Database(path, .write)
            try other.execute("BEGIN IMMEDIATE")
            #expect(code { try journal.commit([.count(name: "n", by: 1)]) } == .busy)
            try other.execute("ROLLBACK")
        }
        #expect(try JournalReader(path: path).counters() == ["n": 1])
        try journal.commit([.count(name: "n", by: 1)])
        #expect(try JournalReader(path: path).counters() == ["n": 2])
        #expect(try JournalReader(path: path).commits() == 2)
    }

    @Test func `an entry that the database refuses undoes its whole commit`() throws {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        let journal = try SQLiteJournal(path: path, owner: Self.owner)
        try journal.commit([.count(name: "n", by: .max)])
        // The sum leaves 64 bits, which a strict table refuses.
        let entries: [JournalEntry] = [.cursor(chainID: "c", height: 4), .count(name: "n", by: 1)]
        #expect(code { try journal.commit(entries) } == .statement)
        let reader = try JournalReader(path: path)
        #expect(try reader.cursors().isEmpty)
        #expect(try reader.commits() == 1)
        try journal.commit([.cursor(chainID: "c", height: 5)])
        #expect(try reader.cursors() == ["c": 5])
    }
}
