// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Reads and writes transactions of ours. Their bytes, up to hundreds of kilobytes, lie beside the
/// row.
final class TransactionTable {
    /// What `record` reads, in this order.
    static let selection =
        "SELECT \(columns), b.bytes FROM chain_transaction t JOIN transaction_body b ON b.id = t.id"
    /// The same with empty bytes, which spares reading them.
    static let summarySelection = "SELECT \(columns), NULL FROM chain_transaction t"

    private static let columns = """
        t.hash, t.account, t.sequence, t.timeout_height, t.purpose, t.counterparty_chain, t.state,
        t.codespace, t.code, t.log, t.height, t.gas_used, t.created_at, t.packets
        """

    private let find: Statement
    private let insert: Statement
    private let update: Statement
    private let body: Statement
    private let database: Database
    /// Rows of pending transactions and the bytes they hold: an outcome then rewrites no bytes.
    private var pending: [[UInt8]: (row: Int64, bytes: [UInt8])] = [:]

    /// The engine has a handful out at once; what is not known is looked up.
    private static let maxPending = 1024

    init(_ database: Database) throws {
        self.database = database
        find = try database.prepare("SELECT id FROM chain_transaction WHERE hash = ?1")
        insert = try database.prepare(
            """
            INSERT INTO chain_transaction (hash, account, sequence, timeout_height, purpose,
                counterparty_chain, state, codespace, code, log, height, gas_used, created_at,
                packets) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)
            """)
        update = try database.prepare(
            """
            UPDATE chain_transaction SET account = ?2, sequence = ?3, timeout_height = ?4,
                purpose = ?5, counterparty_chain = ?6, state = ?7, codespace = ?8, code = ?9,
                log = ?10, height = ?11, gas_used = ?12, created_at = ?13, packets = ?14
            WHERE id = ?15
            """)
        body = try database.prepare(
            """
            INSERT INTO transaction_body VALUES (?1, ?2) ON CONFLICT (id)
            DO UPDATE SET bytes = excluded.bytes WHERE bytes IS NOT excluded.bytes
            """)
    }

    func write(_ record: TransactionRecord) throws {
        let known = pending[record.hash]
        let id = try known?.row ?? row(of: record.hash)
        let statement = id == nil ? insert : update
        statement.bind(1, copying: record.hash)
        statement.bind(2, record.account)
        statement.bind(3, record.sequence)
        statement.bind(4, record.timeoutHeight)
        statement.bind(5, Int64(record.purpose.rawValue))
        statement.bind(6, record.counterpartyChain)
        statement.bind(7, Int64(record.state.rawValue))
        statement.bind(8, record.codespace)
        statement.bind(9, Int64(record.code))
        statement.bind(10, record.log)
        statement.bind(11, record.height)
        statement.bind(12, record.gasUsed)
        statement.bind(13, record.createdAt.column)
        statement.bind(14, TransactionTable.text(record.packets))
        if let id { statement.bind(15, id) }
        try statement.run()
        let row = id ?? database.lastInsertedID
        if known?.bytes != record.bytes {
            body.bind(1, row)
            try body.run(binding: 2, record.bytes)
        }
        if record.state != .pending {
            pending[record.hash] = nil
        } else if pending.count < TransactionTable.maxPending {
            pending[record.hash] = (row, record.bytes)
        }
    }

    private func row(of hash: [UInt8]) throws -> Int64? {
        find.bind(1, copying: hash)
        defer { find.reset() }
        return try find.step() ? find.integer(0) : nil
    }

    /// After a commit that did not happen, rows are looked up again.
    func forget() { pending = [:] }

    /// Each name between line ends, so that `instr` finds whole names only.
    private static func text(_ packets: [PacketID]) -> String {
        packets.isEmpty ? "" : "\n" + packets.map(\.description).joined(separator: "\n") + "\n"
    }

    static func record(_ row: Statement, _ path: String) throws -> TransactionRecord {
        var packets: [PacketID] = []
        for line in row.text(13).split(separator: "\n") {
            guard let id = PacketID(String(line)) else {
                throw StoreError.corrupt(path, "transaction names packet \"\(line)\"")
            }
            packets.append(id)
        }
        guard let purpose = TransactionPurpose(rawValue: Int(row.integer(4))),
            let state = TransactionState(rawValue: Int(row.integer(6)))
        else {
            throw StoreError.corrupt(
                path, "a transaction has purpose \(row.integer(4)) and state \(row.integer(6))")
        }
        var record = TransactionRecord(
            hash: row.bytes(0), account: row.text(1), sequence: row.unsigned(2),
            bytes: row.bytes(14), timeoutHeight: row.unsigned(3), packets: packets,
            createdAt: Timestamp(column: row.integer(12)), purpose: purpose,
            counterpartyChain: row.text(5))
        record.state = state
        record.codespace = row.text(7)
        record.code = UInt32(truncatingIfNeeded: row.integer(8))
        record.log = row.text(9)
        record.height = row.unsigned(10)
        record.gasUsed = row.unsigned(11)
        return record
    }
}
