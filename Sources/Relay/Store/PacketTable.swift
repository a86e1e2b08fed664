// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Reads and writes packets: one short row, and up to three byte strings beside it.
struct PacketTable {
    /// What `record` reads, in this order.
    static let selection = """
        SELECT p.direction, p.client, p.sequence, p.counterparty_chain, p.state, p.timeout_seconds,
            p.committed_revision, p.committed_height, p.proof_revision, p.proof_height,
            p.transaction_hash, p.attempts, p.not_before, p.reason_code, p.reason_detail,
            p.parked_from, p.first_seen, p.last_changed, b.bytes,
            CASE WHEN p.proof_bytes > 0 THEN r.bytes END,
            CASE WHEN p.acknowledgement_bytes > 0 THEN a.bytes END
        FROM packet p JOIN packet_body b ON b.id = p.id
            LEFT JOIN packet_proof r ON r.id = p.id
            LEFT JOIN packet_acknowledgement a ON a.id = p.id
        """

    private let find: Statement
    private let insert: Statement
    private let update: Statement
    private let body: Statement
    private let proof: Statement
    private let acknowledgement: Statement
    private let dropProof: Statement
    private let database: Database

    init(_ database: Database) throws {
        self.database = database
        find = try database.prepare(
            "SELECT id FROM packet WHERE direction = ?1 AND client = ?2 AND sequence = ?3")
        insert = try database.prepare(
            """
            INSERT INTO packet (direction, client, sequence, counterparty_chain, state,
                timeout_seconds, committed_revision, committed_height, proof_revision, proof_height,
                proof_bytes, acknowledgement_bytes, transaction_hash, attempts, not_before,
                reason_code, reason_detail, parked_from, first_seen, last_changed)
            VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20)
            """)
        update = try database.prepare(
            """
            UPDATE packet SET counterparty_chain = ?4, state = ?5, timeout_seconds = ?6,
                committed_revision = ?7, committed_height = ?8, proof_revision = ?9,
                proof_height = ?10, proof_bytes = ?11, acknowledgement_bytes = ?12,
                transaction_hash = ?13, attempts = ?14, not_before = ?15, reason_code = ?16,
                reason_detail = ?17, parked_from = ?18, first_seen = ?19, last_changed = ?20
            WHERE id = ?21
            """)
        body = try PacketTable.replace("packet_body", database)
        proof = try PacketTable.replace("packet_proof", database)
        acknowledgement = try PacketTable.replace("packet_acknowledgement", database)
        dropProof = try database.prepare("DELETE FROM packet_proof WHERE id = ?1")
    }

    /// Writes only bytes that have changed: comparing a kilobyte is cheaper than rewriting its page.
    private static func replace(_ table: String, _ database: Database) throws -> Statement {
        try database.prepare(
            """
            INSERT INTO \(table) VALUES (?1, ?2) ON CONFLICT (id)
            DO UPDATE SET bytes = excluded.bytes WHERE bytes IS NOT excluded.bytes
            """)
    }

    func write(_ record: PacketRecord) throws {
        PacketTable.bind(record.id, to: find)
        let id = try find.step() ? find.integer(0) : nil
        find.reset()
        let statement = id == nil ? insert : update
        bind(record, to: statement)
        if let id { statement.bind(21, id) }
        try statement.run()
        let row = id ?? database.lastInsertedID
        body.bind(1, row)
        try body.run(binding: 2, record.packet)
        if !record.proof.isEmpty {
            proof.bind(1, row)
            try proof.run(binding: 2, record.proof)
        } else if id != nil, record.state.isTerminal {
            dropProof.bind(1, row)
            try dropProof.run()
        }
        if !record.acknowledgement.isEmpty {
            acknowledgement.bind(1, row)
            try acknowledgement.run(binding: 2, record.acknowledgement)
        }
    }

    static func bind(_ id: PacketID, to statement: Statement) {
        statement.bind(1, Int64(id.direction.rawValue))
        statement.bind(2, id.client)
        statement.bind(3, id.sequence)
    }

    private func bind(_ record: PacketRecord, to statement: Statement) {
        PacketTable.bind(record.id, to: statement)
        statement.bind(4, record.counterpartyChain)
        statement.bind(5, Int64(record.state.rawValue))
        statement.bind(6, record.timeoutSeconds)
        statement.bind(7, record.committedHeight.revision)
        statement.bind(8, record.committedHeight.height)
        statement.bind(9, record.proofHeight.revision)
        statement.bind(10, record.proofHeight.height)
        statement.bind(11, Int64(record.proof.count))
        statement.bind(12, Int64(record.acknowledgement.count))
        statement.bind(13, copying: record.transaction)
        statement.bind(14, Int64(record.attempts))
        statement.bind(15, record.notBefore.column)
        statement.bind(16, record.reasonCode)
        statement.bind(17, record.reasonDetail)
        statement.bind(18, record.parkedFrom?.rawValue)
        statement.bind(19, record.firstSeen.column)
        statement.bind(20, record.lastChanged.column)
    }

    /// The packet in the present row of a statement that begins with `selection`.
    static func record(_ row: Statement, _ path: String) throws -> PacketRecord {
        guard let direction = PacketDirection(rawValue: Int(row.integer(0))),
            let state = PacketState(rawValue: Int(row.integer(4)))
        else {
            throw StoreError.corrupt(
                path, "packet \(row.text(1))/\(row.unsigned(2)) has direction \(row.integer(0)) "
                    + "and state \(row.integer(4))")
        }
        let id = PacketID(direction: direction, client: row.text(1), sequence: row.unsigned(2))
        var record = PacketRecord(
            id: id, counterpartyChain: row.text(3), packet: row.bytes(18), state: state,
            timeoutSeconds: row.unsigned(5),
            committedHeight: Height(revision: row.unsigned(6), height: row.unsigned(7)),
            now: Timestamp(column: row.integer(16)))
        record.proofHeight = Height(revision: row.unsigned(8), height: row.unsigned(9))
        record.transaction = row.bytes(10)
        record.attempts = Int(row.integer(11))
        record.notBefore = Timestamp(column: row.integer(12))
        record.reasonCode = row.text(13)
        record.reasonDetail = row.text(14)
        record.parkedFrom = row.isNull(15) ? nil : PacketState(rawValue: Int(row.integer(15)))
        record.lastChanged = Timestamp(column: row.integer(17))
        record.proof = row.bytes(19)
        record.acknowledgement = row.bytes(20)
        return record
    }
}

extension Timestamp {
    /// Nanoseconds since 1970; before 1678 and after 2262 the ends of the range, which read back as the
    /// first and the last moment.
    var column: Int64 { unixNanoseconds }

    init(column: Int64) {
        switch column {
        case .min: self = .goZero
        case .max: self = .latest
        default: self.init(unixNanoseconds: column)
        }
    }
}
