// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// A request or proposal that a later version overtook before its quorum: whoever made it makes it
/// again from this.
package struct OvertakenPaper: Hashable, Sendable {
    package let paper: MemberPaper
    /// Of the version that it would have become: what `member list --open` showed it by.
    package let digest: Digest
    /// The number of that version.
    package let version: UInt64
    /// "suspend 320100/320100000000000: asked by the province"
    package let note: String
    /// The members whose entries it would have changed.
    package let members: [String]
    package let approvals: Int
    /// The version that holds instead.
    package let overtakenBy: UInt64
    package let source: String
    package let receivedAt: Timestamp

    package init(
        paper: MemberPaper, digest: Digest, version: UInt64, note: String, members: [String],
        approvals: Int, overtakenBy: UInt64, source: String, receivedAt: Timestamp
    ) {
        self.paper = paper
        self.digest = digest
        self.version = version
        self.note = note
        self.members = members
        self.approvals = approvals
        self.overtakenBy = overtakenBy
        self.source = source
        self.receivedAt = receivedAt
    }
}

/// The rows of overtaken papers in `members.db`.
struct OvertakenTable {
    static let schema = """
        -- What a later version overtook, until it is made again, or is too old to be.
        CREATE TABLE overtaken (
            number INTEGER PRIMARY KEY,
            paper_digest BLOB NOT NULL UNIQUE,
            kind INTEGER NOT NULL,               -- as in MemberPaper of peer.proto
            bytes BLOB NOT NULL,
            digest BLOB NOT NULL,                -- of the version that it would have become
            version INTEGER NOT NULL,
            note TEXT NOT NULL,
            members TEXT NOT NULL,               -- ids with spaces between
            approvals INTEGER NOT NULL,
            overtaken_by INTEGER NOT NULL,
            source TEXT NOT NULL,
            received_at INTEGER NOT NULL
        ) STRICT;
        """

    static func all(_ database: Database) throws -> [OvertakenPaper] {
        let rows = try database.prepare(
            "SELECT kind, bytes, digest, version, note, members, approvals, overtaken_by, source, "
                + "received_at FROM overtaken ORDER BY number")
        var found: [OvertakenPaper] = []
        while try rows.step() {
            guard let kind = MemberPaper.Kind(rawValue: UInt32(clamping: rows.integer(0))),
                let digest = Digest(rows.bytes(2))
            else { continue }
            found.append(
                OvertakenPaper(
                    paper: MemberPaper(kind, rows.bytes(1)), digest: digest,
                    version: UInt64(clamping: rows.integer(3)), note: rows.text(4),
                    members: rows.text(5).split(separator: " ").map(String.init),
                    approvals: Int(rows.integer(6)),
                    overtakenBy: UInt64(clamping: rows.integer(7)), source: rows.text(8),
                    receivedAt: Timestamp(column: rows.integer(9))))
        }
        return found
    }

    static func keep(_ paper: OvertakenPaper, _ database: Database) throws {
        let insert = try database.prepare(
            "INSERT OR IGNORE INTO overtaken (paper_digest, kind, bytes, digest, version, note, "
                + "members, approvals, overtaken_by, source, received_at) "
                + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
        insert.bind(1, copying: paper.paper.digest.bytes)
        insert.bind(2, Int64(paper.paper.kind.rawValue))
        insert.bind(4, copying: paper.digest.bytes)
        insert.bind(5, Int64(clamping: paper.version))
        insert.bind(6, paper.note)
        insert.bind(7, paper.members.joined(separator: " "))
        insert.bind(8, Int64(paper.approvals))
        insert.bind(9, Int64(clamping: paper.overtakenBy))
        insert.bind(10, paper.source)
        insert.bind(11, paper.receivedAt.column)
        try insert.run(binding: 3, paper.paper.bytes)
    }

    static func forget(_ paper: OvertakenPaper, _ database: Database) throws {
        let delete = try database.prepare("DELETE FROM overtaken WHERE paper_digest = ?1")
        delete.bind(1, copying: paper.paper.digest.bytes)
        try delete.run()
    }
}
