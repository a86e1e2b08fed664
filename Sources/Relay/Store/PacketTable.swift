// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Writes packets: one short row, and up to three byte strings beside it.
final class PacketTable {
    private let database: Database
    private let find: Statement
    private let insert: Statement
    private let update: Statement
    private let advance: Statement
    private let body: Statement
    private let proof: Statement
    private let acknowledgement: Statement
    private let dropProof: Statement
    /// Open packets as their rows stand. The arrays are the engine's own, shared and not copied, so
    /// that most comparisons are of two addresses; with it most updates are one statement instead
    /// of four.
    private var known: [PacketID: KnownRow] = [:]

    private struct KnownRow {
        let row: Int64
        let record: PacketRecord
        /// What the byte tables hold, whatever the row says; nil: not known.
        let proof: [UInt8]?
        let acknowledgement: [UInt8]?

        /// Whether the record changes nothing but what `advance` writes.
        func isAdvanced(by next: PacketRecord) -> Bool {
            Schema.packetClass(record.state) == Schema.packetClass(next.state)
                && record.firstSeen == next.firstSeen
                && record.timeoutSeconds == next.timeoutSeconds
                && record.counterpartyChain == next.counterpartyChain
        }
    }

    /// Rows known at once, some 300 bytes each: three times the open packets that a city plans for.
    /// What is not known is looked up.
    private static let maxKnown = 1 << 20

    init(_ database: Database) throws {
        self.database = database
        find = try database.prepare(
            "SELECT id FROM packet WHERE direction = ?1 AND client = ?2 AND sequence = ?3")
        insert = try database.prepare(
            """
            INSERT INTO packet (state, committed_revision, committed_height, proof_revision,
                proof_height, proof_bytes, acknowledgement_bytes, transaction_hash, attempts,
                not_before, reason_code, reason_detail, parked_from, last_changed,
                counterparty_chain, class, timeout_seconds, first_seen, direction, client, sequence,
                history)
            VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22)
            """)
        let moving = """
            UPDATE packet SET state = ?1, committed_revision = ?2, committed_height = ?3,
                proof_revision = ?4, proof_height = ?5, proof_bytes = ?6,
                acknowledgement_bytes = ?7, transaction_hash = ?8, attempts = ?9, not_before = ?10,
                reason_code = ?11, reason_detail = ?12, parked_from = ?13, last_changed = ?14,
                history = ?22
            """
        advance = try database.prepare("\(moving) WHERE id = ?15")
        update = try database.prepare(
            """
            \(moving), counterparty_chain = ?15, class = ?16, timeout_seconds = ?17,
                first_seen = ?18 WHERE id = ?19
            """)
        body = try PacketTable.replace("packet_body", database)
        proof = try PacketTable.replace("packet_proof", database)
        acknowledgement = try PacketTable.replace("packet_acknowledgement", database)
        dropProof = try database.prepare("DELETE FROM packet_proof WHERE id = ?1")
    }

    /// Writes only bytes that have changed: comparing a kilobyte is cheaper than rewriting its
    /// page.
    private static func replace(_ table: String, _ database: Database) throws -> Statement {
        try database.prepare(
            """
            INSERT INTO \(table) VALUES (?1, ?2) ON CONFLICT (id)
            DO UPDATE SET bytes = excluded.bytes WHERE bytes IS NOT excluded.bytes
            """)
    }

    func write(_ record: PacketRecord) throws {
        let known = known[record.id]
        let found = try known?.row ?? row(of: record.id)
        let row = try writeRow(record, found, known)
        if known?.record.packet != record.packet { try write(record.packet, body, row) }
        if record.proof.isEmpty {
            if record.state.isTerminal, found != nil, known?.proof != [] {
                dropProof.bind(1, row)
                try dropProof.run()
            }
        } else if known?.proof != record.proof {
            try write(record.proof, proof, row)
        }
        if !record.acknowledgement.isEmpty, known?.acknowledgement != record.acknowledgement {
            try write(record.acknowledgement, acknowledgement, row)
        }
        remember(record, row, known, isNew: found == nil)
    }

    private func row(of id: PacketID) throws -> Int64? {
        PacketTable.bind(id, from: 1, to: find)
        defer { find.reset() }
        return try find.step() ? find.integer(0) : nil
    }

    private func writeRow(
        _ record: PacketRecord, _ row: Int64?, _ known: KnownRow?
    ) throws -> Int64 {
        guard let row else {
            bindMoving(record, to: insert)
            bindFixed(record, to: insert)
            PacketTable.bind(record.id, from: 19, to: insert)
            try insert.run()
            return database.lastInsertedID
        }
        if let known, known.isAdvanced(by: record) {
            bindMoving(record, to: advance)
            advance.bind(15, row)
            try advance.run()
        } else {
            bindMoving(record, to: update)
            bindFixed(record, to: update)
            update.bind(19, row)
            try update.run()
        }
        return row
    }

    private func write(_ bytes: [UInt8], _ statement: Statement, _ row: Int64) throws {
        statement.bind(1, row)
        try statement.run(binding: 2, bytes)
    }

    private func remember(_ record: PacketRecord, _ row: Int64, _ known: KnownRow?, isNew: Bool) {
        if record.state.isTerminal {
            self.known[record.id] = nil
            return
        }
        guard known != nil || self.known.count < PacketTable.maxKnown else { return }
        // Empty bytes write nothing: what the table held before, it still holds.
        func held(_ bytes: [UInt8], _ before: [UInt8]?) -> [UInt8]? {
            bytes.isEmpty ? isNew ? [] : before : bytes
        }
        self.known[record.id] = KnownRow(
            row: row, record: record, proof: held(record.proof, known?.proof),
            acknowledgement: held(record.acknowledgement, known?.acknowledgement))
    }

    /// After a commit that did not happen, rows are looked up again.
    func forget() { known = [:] }

    static func bind(_ id: PacketID, from index: Int32, to statement: Statement) {
        statement.bind(index, Int64(id.direction.rawValue))
        statement.bind(index + 1, id.client)
        statement.bind(index + 2, id.sequence)
    }

    private func bindMoving(_ record: PacketRecord, to statement: Statement) {
        statement.bind(1, Int64(record.state.rawValue))
        statement.bind(2, record.committedHeight.revision)
        statement.bind(3, record.committedHeight.height)
        statement.bind(4, record.proofHeight.revision)
        statement.bind(5, record.proofHeight.height)
        statement.bind(6, Int64(record.proof.count))
        statement.bind(7, Int64(record.acknowledgement.count))
        statement.bind(8, copying: record.transaction)
        statement.bind(9, Int64(record.attempts))
        statement.bind(10, record.notBefore.column)
        statement.bind(11, record.reasonCode)
        statement.bind(12, record.reasonDetail)
        statement.bind(13, record.parkedFrom?.rawValue)
        statement.bind(14, record.lastChanged.column)
        statement.bind(22, copying: record.history.bytes)
    }

    private func bindFixed(_ record: PacketRecord, to statement: Statement) {
        statement.bind(15, record.counterpartyChain)
        statement.bind(16, Schema.packetClass(record.state))
        statement.bind(17, record.timeoutSeconds)
        statement.bind(18, record.firstSeen.column)
    }
}
