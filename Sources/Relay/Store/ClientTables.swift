// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Reads and writes our light clients of other chains and the headers they have verified.
struct ClientTables {
    static let clientSelection = """
        SELECT chain_id, family, revision_counter, is_frozen, frozen_reason, latest_revision,
            latest_height, anchor_revision, anchor_height, anchor_hash FROM client
        """
    static let headerSelection = """
        SELECT chain_id, revision, height, timestamp, header_hash, consensus_state, message,
            trusted_revision, trusted_height, verified_at FROM header
        """

    private let client: Statement
    private let header: Statement
    private let heights: Statement
    private let dropHeader: Statement

    init(_ database: Database) throws {
        client = try database.prepare(
            """
            INSERT OR REPLACE INTO client (chain_id, family, revision_counter, is_frozen,
                frozen_reason, latest_revision, latest_height, anchor_revision, anchor_height,
                anchor_hash)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
        header = try database.prepare(
            """
            INSERT INTO header (chain_id, revision, height, timestamp, header_hash, consensus_state,
                message, trusted_revision, trusted_height, verified_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT (chain_id, revision, height) DO UPDATE SET timestamp = ?4, header_hash = ?5,
                consensus_state = ?6, message = ?7, trusted_revision = ?8, trusted_height = ?9,
                verified_at = ?10
            """)
        heights = try database.prepare(
            "SELECT id, revision, height FROM header WHERE chain_id = ?1")
        dropHeader = try database.prepare("DELETE FROM header WHERE id = ?1")
    }

    func write(_ record: ClientRecord) throws {
        client.bind(1, record.chainID)
        client.bind(2, record.family)
        client.bind(3, record.revisionCounter)
        client.bind(4, Int64(record.isFrozen ? 1 : 0))
        client.bind(5, record.frozenReason)
        client.bind(6, record.latestHeight.revision)
        client.bind(7, record.latestHeight.height)
        client.bind(8, record.anchorHeight.revision)
        client.bind(9, record.anchorHeight.height)
        client.bind(10, copying: record.anchorHash)
        try client.run()
    }

    func write(_ record: HeaderRecord) throws {
        header.bind(1, record.chainID)
        header.bind(2, record.height.revision)
        header.bind(3, record.height.height)
        header.bind(4, record.timestamp.column)
        header.bind(5, copying: record.headerHash)
        header.bind(6, copying: record.consensusState)
        header.bind(8, record.trustedHeight.revision)
        header.bind(9, record.trustedHeight.height)
        header.bind(10, record.verifiedAt.column)
        try header.run(binding: 7, record.message)
    }

    /// Heights are compared here, unsigned, since SQLite's numbers are signed.
    func prune(chainID: String, below limit: Height, keeping: [Height]) throws {
        let kept = Set(keeping)
        var dropped: [Int64] = []
        heights.bind(1, chainID)
        while try heights.step() {
            let height = Height(revision: heights.unsigned(1), height: heights.unsigned(2))
            if height < limit, !kept.contains(height) { dropped.append(heights.integer(0)) }
        }
        heights.reset()
        for id in dropped {
            dropHeader.bind(1, id)
            try dropHeader.run()
        }
    }

    static func client(_ row: Statement) -> ClientRecord {
        var record = ClientRecord(
            chainID: row.text(0), family: row.text(1),
            latestHeight: Height(revision: row.unsigned(5), height: row.unsigned(6)))
        record.revisionCounter = row.unsigned(2)
        record.isFrozen = row.integer(3) != 0
        record.frozenReason = row.text(4)
        record.anchorHeight = Height(revision: row.unsigned(7), height: row.unsigned(8))
        record.anchorHash = row.bytes(9)
        return record
    }

    static func header(_ row: Statement) -> HeaderRecord {
        HeaderRecord(
            chainID: row.text(0),
            height: Height(revision: row.unsigned(1), height: row.unsigned(2)),
            timestamp: Timestamp(column: row.integer(3)), headerHash: row.bytes(4),
            consensusState: row.bytes(5), message: row.bytes(6),
            verifiedAt: Timestamp(column: row.integer(9)),
            trustedHeight: Height(revision: row.unsigned(7), height: row.unsigned(8)))
    }
}
