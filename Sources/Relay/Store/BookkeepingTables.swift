// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Reads and writes the small things: attempts, links, cursors, account sequences, replay windows,
/// counters and evidence.
struct BookkeepingTables {
    private let attempt: Statement
    private let link: Statement
    private let cursor: Statement
    private let account: Statement
    private let replay: Statement
    private let counter: Statement
    private let evidence: Statement

    init(_ database: Database) throws {
        attempt = try database.prepare("INSERT INTO attempt VALUES (?1,?2,?3,?4,?5,?6,?7,?8)")
        link = try database.prepare("INSERT OR REPLACE INTO link VALUES (?1, ?2, ?3, ?4)")
        cursor = try database.prepare("INSERT OR REPLACE INTO cursor VALUES (?1, ?2)")
        account = try database.prepare("INSERT OR REPLACE INTO account_sequence VALUES (?1, ?2)")
        replay = try database.prepare("INSERT OR REPLACE INTO replay_window VALUES (?1, ?2)")
        counter = try database.prepare(
            "INSERT INTO counter VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + ?2"
        )
        evidence = try database.prepare(
            """
            INSERT INTO evidence (chain_id, revision, height, kind, bytes, reported_by, at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
    }

    func write(_ record: Attempt, number: Int64) throws {
        PacketTable.bind(record.packet, from: 1, to: attempt)
        attempt.bind(4, number)
        attempt.bind(5, record.at.column)
        attempt.bind(6, record.step)
        attempt.bind(7, record.code)
        attempt.bind(8, record.detail)
        try attempt.run()
    }

    func write(_ record: LinkRecord) throws {
        link.bind(1, record.counterpartyChain)
        link.bind(2, record.localClient)
        link.bind(3, record.remoteClient)
        link.bind(4, Int64(record.isRegistered ? 1 : 0))
        try link.run()
    }

    func writeCursor(_ chainID: String, _ height: UInt64) throws {
        cursor.bind(1, chainID)
        cursor.bind(2, height)
        try cursor.run()
    }

    func writeAccount(_ name: String, next: UInt64) throws {
        account.bind(1, name)
        account.bind(2, next)
        try account.run()
    }

    func write(_ window: ReplayWindow) throws {
        let parts = window.intervals.map { "\($0.lowerBound)-\($0.upperBound)" }
        replay.bind(1, window.client)
        replay.bind(2, parts.joined(separator: " "))
        try replay.run()
    }

    func count(_ name: String, by amount: Int64) throws {
        counter.bind(1, name)
        counter.bind(2, amount)
        try counter.run()
    }

    func write(_ record: EvidenceRecord) throws {
        evidence.bind(1, record.chainID)
        evidence.bind(2, record.height.revision)
        evidence.bind(3, record.height.height)
        evidence.bind(4, record.kind)
        evidence.bind(6, record.reportedBy)
        evidence.bind(7, record.at.column)
        try evidence.run(binding: 5, record.evidence)
    }

    /// Chains whose evidence a transaction of ours brought to our chain; 4: `misbehaviour`.
    static let submittedEvidence = """
        SELECT DISTINCT t.counterparty_chain FROM chain_transaction t JOIN evidence e
            ON e.chain_id = t.counterparty_chain AND t.created_at >= e.at
        WHERE t.purpose = 4 AND t.state = 1
            AND e.id = (SELECT max(id) FROM evidence WHERE chain_id = e.chain_id
                AND kind LIKE 'client/%')
        """

    /// The newest evidence against each chain whose client is frozen.
    static let openEvidence = """
        SELECT chain_id, revision, height, kind, bytes, reported_by, at FROM evidence
        WHERE id IN (SELECT max(e.id) FROM evidence e JOIN client c ON c.chain_id = e.chain_id
            WHERE c.is_frozen = 1 AND e.kind LIKE 'client/%' GROUP BY e.chain_id)
        ORDER BY chain_id
        """

    static func evidence(_ row: Statement) -> EvidenceRecord {
        EvidenceRecord(
            chainID: row.text(0),
            height: Height(revision: row.unsigned(1), height: row.unsigned(2)), kind: row.text(3),
            evidence: row.bytes(4), reportedBy: row.text(5),
            at: Timestamp(column: row.integer(6)))
    }

    static func replay(_ row: Statement, _ path: String) throws -> ReplayWindow {
        let client = row.text(0)
        var intervals: [ClosedRange<UInt64>] = []
        for part in row.text(1).split(separator: " ") {
            let ends = part.split(separator: "-").map { UInt64($0) }
            guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else {
                throw StoreError.corrupt(path, "the replay window of \(client) has \"\(part)\"")
            }
            intervals.append(first...last)
        }
        return ReplayWindow(client: client, intervals: intervals)
    }

    static func link(_ row: Statement) -> LinkRecord {
        LinkRecord(
            counterpartyChain: row.text(0), localClient: row.text(1), remoteClient: row.text(2),
            isRegistered: row.integer(3) != 0)
    }
}
