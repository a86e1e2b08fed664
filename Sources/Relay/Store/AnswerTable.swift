// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Answers that are given again when a call is repeated, until they expire: one table in each store
/// whose callers bring keys of idempotency. Its columns: scope, key, body, answer, expires.
final class AnswerTable {
    private let put: Statement
    private let find: Statement
    private let drop: Statement

    /// - Parameters:
    ///   - table: its name in this store.
    ///   - scope: the name of its first column.
    init(_ database: Database, _ table: StaticString, scope: StaticString) throws {
        put = try database.prepare("INSERT OR REPLACE INTO \(table) VALUES (?1, ?2, ?3, ?4, ?5)")
        find = try database.prepare(
            "SELECT body, answer, expires FROM \(table) WHERE \(scope) = ?1 AND key = ?2")
        drop = try database.prepare("DELETE FROM \(table) WHERE expires <= ?1")
    }

    func write(_ answer: StoredAnswer) throws {
        put.bind(1, answer.scope)
        put.bind(2, answer.key)
        put.bind(3, copying: answer.body.bytes)
        put.bind(4, copying: answer.answer)
        put.bind(5, answer.expires.unixNanoseconds)
        try put.run()
    }

    /// Nil where none is remembered any more.
    func answer(scope: String, key: String, now: Timestamp) throws -> StoredAnswer? {
        find.bind(1, scope)
        find.bind(2, key)
        defer { find.reset() }
        guard try find.step(), let body = Digest(find.bytes(0)) else { return nil }
        let expires = Timestamp(unixNanoseconds: find.integer(2))
        guard now < expires else { return nil }
        return StoredAnswer(
            scope: scope, key: key, body: body, answer: find.bytes(1), expires: expires)
    }

    func forget(expiredBy now: Timestamp) throws {
        drop.bind(1, now.unixNanoseconds)
        try drop.run()
    }
}
