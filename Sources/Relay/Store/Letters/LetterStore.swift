// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// One centre's letters in one SQLite file, `letters.db`.
///
/// Requires a thread of its own, as `SQLiteJournal`. `commit` returns only when everything is on
/// the disk, all of it or nothing.
package final class LetterStore {
    package let path: String
    private let lock: StoreLock
    private let database: Database
    private let begin: Statement
    private let end: Statement
    private let tables: LetterTables
    private var isHalted = false

    /// Opens the store, or makes it.
    package init(path: String, owner: String) throws {
        self.path = path
        lock = try StoreLock(storePath: path, holder: "letters of \(owner)")
        database = try StoreOpening.writer(
            path, owner: owner, busyMilliseconds: Database.busyMilliseconds,
            shape: LetterSchema.shape)
        begin = try database.prepare("BEGIN IMMEDIATE")
        end = try database.prepare("COMMIT")
        tables = try LetterTables(database)
    }

    /// Nothing is written any more; another process may open the store.
    package func close() {
        isHalted = true
        lock.release()
    }

    package func commit(_ changes: [LetterChange]) throws {
        guard !changes.isEmpty else { return }
        guard !isHalted else {
            throw StoreError(
                .halted, path, "an earlier commit failed with its outcome open",
                "start the relay again: it reads back what is on the disk")
        }
        try begin.run()
        do {
            try tables.countCommit()
            for change in changes { try tables.write(change) }
        } catch {
            rollBack()
            throw error
        }
        do {
            try end.run()
        } catch {
            isHalted = true
            rollBack()
            throw error
        }
    }

    private func rollBack() {
        guard !database.isAutocommit else { return }
        do { try database.execute("ROLLBACK") } catch { isHalted = true }
    }

    /// The last block that was read; 0: none yet.
    package func cursor() throws -> UInt64 {
        UInt64(bitPattern: try database.integer("SELECT height FROM letter_cursor") ?? 0)
    }

    /// The highest number that a word of ours had; 0: none yet.
    package func lastSequence() throws -> UInt64 {
        UInt64(bitPattern: try database.integer("SELECT max(sequence) FROM letter_word") ?? 0)
    }

    package func row(_ key: String) throws -> LetterRow? { try tables.row(key) }
    /// Keys of all letters of one number: two centres of one division may have given the same.
    package func keys(ofNumber number: String) throws -> [String] { try tables.keys(number) }
    package func openKeys() throws -> [String] { try tables.openKeys() }
    package func rows(_ query: LetterQuery) throws -> [LetterRow] { try tables.rows(query) }
    package func events(_ key: String) throws -> [LetterEventRow] { try tables.events(key) }
    package func word(_ sequence: UInt64) throws -> LetterWordRow? { try tables.word(sequence) }
    /// Words that are not on our chain yet, oldest first.
    package func openWords() throws -> [LetterWordRow] { try tables.openWords() }
    package func arrival(_ mark: Digest) throws -> LetterArrivalRow? { try tables.arrival(mark) }
    package func suspense() throws -> [LetterArrivalRow] { try tables.suspense() }

    package func answer(
        application: String, key: String, now: Timestamp
    ) throws -> LetterStoredAnswer? {
        try tables.answer(application, key, now)
    }

    /// The last number that an institution's letters have of a day: `prefix` is its first twelve
    /// digits.
    package func lastNumber(institution: String, prefix: String) throws -> String? {
        try tables.lastNumber(institution, prefix)
    }
}
