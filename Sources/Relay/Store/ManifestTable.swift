// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Reads and writes the versions of the manifest. Only the writer checks that none is written over:
/// a second version of one number is evidence, and has its place elsewhere.
struct ManifestTable {
    private static let selection =
        "SELECT version, digest, bytes, is_difference, source, adopted_at FROM manifest"

    private let insert: Statement

    init(_ database: Database) throws {
        insert = try database.prepare("INSERT INTO manifest VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
    }

    func write(_ record: ManifestRecord) throws {
        insert.bind(1, record.version)
        insert.bind(2, copying: record.digest)
        insert.bind(4, Int64(record.isDifference ? 1 : 0))
        insert.bind(5, record.source)
        insert.bind(6, record.adoptedAt.column)
        try insert.run(binding: 3, record.bytes)
    }

    /// Versions after one, ascending; without one, the latest.
    static func read(
        _ database: Database, after version: UInt64?, limit: Int
    ) throws -> [ManifestRecord] {
        let order = version == nil ? "ORDER BY version DESC" : "WHERE version > ?1 ORDER BY version"
        let statement = try database.prepare("\(selection) \(order) LIMIT ?2")
        if let version { statement.bind(1, version) }
        statement.bind(2, Int64(limit))
        var found: [ManifestRecord] = []
        while try statement.step() { found.append(record(statement)) }
        return found
    }

    static func read(_ database: Database, version: UInt64) throws -> ManifestRecord? {
        let statement = try database.prepare("\(selection) WHERE version = ?1")
        statement.bind(1, version)
        return try statement.step() ? record(statement) : nil
    }

    /// The last versions, ascending: at least this many where there are, from one that is whole.
    static func readTail(_ database: Database, atLeast count: Int) throws -> [ManifestRecord] {
        let first = try database.prepare(
            """
            SELECT version FROM manifest WHERE is_difference = 0 AND version <=
                (SELECT max(version) - ?1 FROM manifest) ORDER BY version DESC LIMIT 1
            """)
        first.bind(1, Int64(count))
        let after = try first.step() ? first.unsigned(0) &- 1 : 0
        return try read(database, after: after, limit: maxTail)
    }

    /// More than lie between two whole versions and the compared ones together.
    private static let maxTail = 1 << 16

    private static func record(_ row: Statement) -> ManifestRecord {
        ManifestRecord(
            version: row.unsigned(0), digest: row.bytes(1), bytes: row.bytes(2),
            isDifference: row.integer(3) != 0, source: row.text(4),
            adoptedAt: Timestamp(column: row.integer(5)))
    }
}
