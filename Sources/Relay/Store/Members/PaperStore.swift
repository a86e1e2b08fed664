// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// Papers of member changes in one SQLite file, `members.db`: what is open survives a restart. One
/// writer; every paper is on the disk when `keep` returns.
///
/// A value of one thread at a time.
package final class PaperStore {
    /// A paper as it is kept.
    package struct Kept: Sendable {
        package let paper: MemberPaper
        /// Who brought it: chain id of a peer, or a caller of the relay's own member.
        package let source: String
        package let receivedAt: Timestamp
    }

    private let lock: StoreLock
    private let database: Database
    private let insert: Statement

    private static let schema = """
        -- One row. commits is not counted here.
        CREATE TABLE journal (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            owner TEXT NOT NULL,                 -- the member whose relay this is
            commits INTEGER NOT NULL
        ) STRICT;
        -- In the order in which they came: a proposal before what was said to it.
        CREATE TABLE paper (
            number INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            kind INTEGER NOT NULL,               -- as in MemberPaper of peer.proto
            bytes BLOB NOT NULL,
            source TEXT NOT NULL,
            received_at INTEGER NOT NULL
        ) STRICT;
        """

    /// "CRLM".
    private static let shape = StoreShape(
        applicationID: 0x4352_4c4d,
        steps: [
            Schema.Step(version: 1, title: "papers of member changes", sql: schema),
            Schema.Step(version: 2, title: "what was overtaken", sql: OvertakenTable.schema),
        ])

    /// Opens the file, or makes it when there is none.
    package init(path: String, owner: MemberID) throws {
        lock = try StoreLock(storePath: path, holder: "member changes of \(owner)")
        database = try StoreOpening.writer(
            path, owner: owner.description, busyMilliseconds: Database.busyMilliseconds,
            shape: PaperStore.shape)
        insert = try database.prepare(
            "INSERT OR IGNORE INTO paper (digest, kind, bytes, source, received_at) "
                + "VALUES (?1, ?2, ?3, ?4, ?5)")
    }

    /// Everything, in the order in which it came. What cannot be read is left out: it vouched for
    /// itself, and comes again from the peers.
    package func all() throws -> [Kept] {
        let rows = try database.prepare(
            "SELECT kind, bytes, source, received_at FROM paper ORDER BY number")
        var found: [Kept] = []
        while try rows.step() {
            guard let kind = MemberPaper.Kind(rawValue: UInt32(clamping: rows.integer(0))) else {
                continue
            }
            found.append(
                Kept(
                    paper: MemberPaper(kind, rows.bytes(1)), source: rows.text(2),
                    receivedAt: Timestamp(column: rows.integer(3))))
        }
        return found
    }

    package func keep(_ paper: MemberPaper, from source: String, at now: Timestamp) throws {
        insert.bind(1, copying: paper.digest.bytes)
        insert.bind(2, Int64(paper.kind.rawValue))
        insert.bind(4, source)
        insert.bind(5, now.column)
        try insert.run(binding: 3, paper.bytes)
    }

    /// What later versions overtook, in the order in which they did.
    package func overtaken() throws -> [OvertakenPaper] { try OvertakenTable.all(database) }

    package func overtake(_ papers: [OvertakenPaper], letGo: [OvertakenPaper]) throws {
        for paper in papers { try OvertakenTable.keep(paper, database) }
        try forget(letGo)
    }

    package func forget(_ papers: [OvertakenPaper]) throws {
        for paper in papers { try OvertakenTable.forget(paper, database) }
    }

    /// Forgets what was asked of a version that holds no more. Evidence is kept for ever.
    package func clear() throws {
        let kind = MemberPaper.Kind.equivocation.rawValue
        try database.execute("DELETE FROM paper WHERE kind <> \(kind)")
    }
}
