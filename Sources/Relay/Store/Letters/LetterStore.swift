// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// One centre's letters in one SQLite file, `letters.db`.
///
/// Requires a thread of its own, as `SQLiteJournal`. `commit` returns only when everything is on
/// the disk, all of it or nothing.
package final class LetterStore {
    package let path: String
    private var opened: Opened?
    private var isHalted = false

    private struct Opened {
        let lock: StoreLock
        let database: Database
        let begin: Statement
        let end: Statement
        let tables: LetterTables
    }

    /// Opens the store, or makes it.
    package init(path: String, owner: String) throws {
        self.path = path
        let lock = try StoreLock(storePath: path, holder: "letters of \(owner)")
        let database = try StoreOpening.writer(
            path, owner: owner, busyMilliseconds: Database.busyMilliseconds,
            shape: LetterSchema.shape)
        opened = Opened(
            lock: lock, database: database, begin: try database.prepare("BEGIN IMMEDIATE"),
            end: try database.prepare("COMMIT"), tables: try LetterTables(database))
    }

    /// Lets go of the file now, not when the last closure that knows this store is gone.
    package func close() { opened = nil }

    private func parts() throws -> Opened {
        guard let opened else {
            throw StoreError(.halted, path, "the store is closed", "the relay is about to end")
        }
        return opened
    }

    package func commit(_ changes: [LetterChange]) throws {
        guard !changes.isEmpty else { return }
        guard !isHalted else {
            throw StoreError(
                .halted, path, "an earlier commit failed with its outcome open",
                "start the relay again: it reads back what is on the disk")
        }
        let parts = try parts()
        try parts.begin.run()
        do {
            try parts.tables.countCommit()
            for change in changes { try parts.tables.write(change) }
        } catch {
            rollBack(parts.database)
            throw error
        }
        do {
            try parts.end.run()
        } catch {
            isHalted = true
            rollBack(parts.database)
            throw error
        }
    }

    private func rollBack(_ database: Database) {
        guard !database.isAutocommit else { return }
        do { try database.execute("ROLLBACK") } catch { isHalted = true }
    }

    /// The last block that was read; 0: none yet.
    package func cursor() throws -> UInt64 {
        UInt64(bitPattern: try parts().database.integer("SELECT height FROM letter_cursor") ?? 0)
    }

    /// The highest number that a word of ours had; 0: none yet.
    package func lastSequence() throws -> UInt64 {
        UInt64(
            bitPattern: try parts().database.integer("SELECT max(sequence) FROM letter_word") ?? 0)
    }

    package func row(_ key: String) throws -> LetterRow? { try parts().tables.row(key) }
    /// Keys of all letters of one number: two centres of one division may have given the same.
    package func keys(ofNumber number: String) throws -> [String] {
        try parts().tables.keys(number)
    }
    package func openKeys() throws -> [String] { try parts().tables.openKeys() }
    package func rows(_ query: LetterQuery) throws -> [LetterRow] { try parts().tables.rows(query) }
    package func events(_ key: String) throws -> [LetterEventRow] { try parts().tables.events(key) }
    package func word(_ sequence: UInt64) throws -> LetterWordRow? {
        try parts().tables.word(sequence)
    }
    /// Words that are not on our chain yet, oldest first.
    package func openWords() throws -> [LetterWordRow] { try parts().tables.openWords() }
    package func arrival(_ mark: Digest) throws -> LetterArrivalRow? {
        try parts().tables.arrival(mark)
    }
    package func suspense() throws -> [LetterArrivalRow] { try parts().tables.suspense() }

    /// The key that all rests under, sealed; nil in a store that has none yet.
    package func vaultKey() throws -> [UInt8]? { try parts().tables.keys.vaultKey() }
    /// Since when a sealing key is retired; nil: it was not seen to be.
    package func retired(_ key: [UInt8]) throws -> Timestamp? {
        try parts().tables.keys.retired(key)
    }
    /// What a packet's sealed content was, sealed to ourselves.
    package func content(of packet: String) throws -> [UInt8]? {
        try parts().tables.keys.content(of: packet)
    }

    package func answer(
        application: String, key: String, now: Timestamp
    ) throws -> StoredAnswer? {
        try parts().tables.answers.answer(scope: application, key: key, now: now)
    }

    /// The last number that an institution's letters have of a day: `prefix` is its first twelve
    /// digits.
    package func lastNumber(institution: String, prefix: String) throws -> String? {
        try parts().tables.lastNumber(institution, prefix)
    }
}
