// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// Answers questions about a store on a connection of its own that can only read: beside a running
/// daemon or without one. Owned by the thread that made it.
package final class JournalReader {
    package let path: String
    let database: Database

    package init(path: String) throws {
        self.path = path
        database = try StoreOpening.reader(path)
    }

    /// The member whose relay writes this store.
    package func owner() throws -> String {
        try database.text("SELECT owner FROM journal") ?? ""
    }

    /// Durable commits of the store's whole life.
    package func commits() throws -> Int64 {
        try database.integer("SELECT commits FROM journal") ?? 0
    }

    /// Oldest first.
    package func packets(_ query: PacketQuery) throws -> [PacketRow] {
        let statement = try database.prepare(
            """
            SELECT direction, client, sequence, counterparty_chain, state, parked_from, attempts,
                not_before, \(PacketQuery.reason), timeout_seconds, first_seen, last_changed
            FROM packet WHERE \(query.conditions) ORDER BY first_seen, id LIMIT ?6 OFFSET ?7
            """)
        query.bind(to: statement)
        statement.bind(6, Int64(min(max(0, query.limit), PacketQuery.maxLimit)))
        statement.bind(7, Int64(max(0, query.offset)))
        var result: [PacketRow] = []
        while try statement.step() {
            guard let direction = PacketDirection(rawValue: Int(statement.integer(0))),
                let state = PacketState(rawValue: Int(statement.integer(4)))
            else { throw StoreError.corrupt(path, "a packet's direction or state is unknown") }
            result.append(
                PacketRow(
                    id: PacketID(
                        direction: direction, client: statement.text(1),
                        sequence: statement.unsigned(2)),
                    counterpartyChain: statement.text(3), state: state,
                    parkedFrom: statement.isNull(5)
                        ? nil : PacketState(rawValue: Int(statement.integer(5))),
                    attempts: Int(statement.integer(6)),
                    notBefore: Timestamp(column: statement.integer(7)),
                    reasonCode: statement.text(8), timeoutSeconds: statement.unsigned(9),
                    firstSeen: Timestamp(column: statement.integer(10)),
                    lastChanged: Timestamp(column: statement.integer(11))))
        }
        return result
    }

    /// How many packets a query finds, its limit and offset aside.
    package func count(_ query: PacketQuery) throws -> Int {
        let statement = try database.prepare(
            "SELECT count(*) FROM packet WHERE \(query.conditions)")
        query.bind(to: statement)
        return try statement.step() ? Int(statement.integer(0)) : 0
    }

    package struct StateCount: Hashable, Sendable {
        package let counterpartyChain: String
        package let direction: PacketDirection
        package let state: PacketState
        package let count: Int
    }

    /// Packets by other chain, direction and state. Reads the whole table.
    package func stateCounts() throws -> [StateCount] {
        var result: [StateCount] = []
        try rows(
            """
            SELECT counterparty_chain, direction, state, count(*) FROM packet
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """
        ) { row in
            guard let direction = PacketDirection(rawValue: Int(row.integer(1))),
                let state = PacketState(rawValue: Int(row.integer(2)))
            else { return }
            result.append(
                StateCount(
                    counterpartyChain: row.text(0), direction: direction, state: state,
                    count: Int(row.integer(3))))
        }
        return result
    }

    package func packet(_ id: PacketID) throws -> PacketRecord? {
        let statement = try database.prepare(
            "\(PacketRows.selection) WHERE p.direction = ?1 AND p.client = ?2 AND p.sequence = ?3")
        PacketTable.bind(id, from: 1, to: statement)
        return try statement.step() ? try PacketRows.record(statement, path) : nil
    }

    /// In the order they were made; the latest ones when there are more than the limit.
    package func attempts(of id: PacketID, limit: Int = 1000) throws -> [Attempt] {
        let statement = try database.prepare(
            """
            SELECT at, step, code, detail FROM attempt
            WHERE direction = ?1 AND client = ?2 AND sequence = ?3 ORDER BY number DESC LIMIT ?4
            """)
        PacketTable.bind(id, from: 1, to: statement)
        statement.bind(4, Int64(limit))
        var result: [Attempt] = []
        while try statement.step() {
            result.append(
                Attempt(
                    packet: id, at: Timestamp(column: statement.integer(0)),
                    step: statement.text(1), code: statement.text(2), detail: statement.text(3)))
        }
        return result.reversed()
    }

    /// Transactions that carried a packet, without their bytes, oldest first.
    package func transactions(of packet: PacketRecord) throws -> [TransactionRecord] {
        let statement = try database.prepare(
            """
            \(TransactionTable.summarySelection)
            WHERE instr(t.packets, ?1) > 0 AND t.created_at >= ?2 ORDER BY t.id
            """)
        statement.bind(1, "\n\(packet.id)\n")
        statement.bind(2, packet.firstSeen.column)
        return try transactions(statement)
    }

    /// The latest transactions, without their bytes, latest first.
    package func transactions(limit: Int = 100) throws -> [TransactionRecord] {
        let statement = try database.prepare(
            "\(TransactionTable.summarySelection) ORDER BY t.id DESC LIMIT ?1")
        statement.bind(1, Int64(limit))
        return try transactions(statement)
    }

    private func transactions(_ statement: Statement) throws -> [TransactionRecord] {
        var result: [TransactionRecord] = []
        while try statement.step() { result.append(try TransactionTable.record(statement, path)) }
        return result
    }

    package func clients() throws -> [ClientRecord] {
        var result: [ClientRecord] = []
        try rows("\(ClientTables.clientSelection) ORDER BY chain_id") {
            result.append(ClientTables.client($0))
        }
        return result
    }

    /// The highest headers of a chain, highest first.
    package func headers(chainID: String, limit: Int = 100) throws -> [HeaderRecord] {
        let statement = try database.prepare(
            """
            \(ClientTables.headerSelection) WHERE chain_id = ?1
            ORDER BY revision DESC, height DESC LIMIT ?2
            """)
        statement.bind(1, chainID)
        statement.bind(2, Int64(limit))
        var result: [HeaderRecord] = []
        while try statement.step() { result.append(ClientTables.header(statement)) }
        return result
    }

    package func headerCount(chainID: String) throws -> Int {
        let statement = try database.prepare("SELECT count(*) FROM header WHERE chain_id = ?1")
        statement.bind(1, chainID)
        return try statement.step() ? Int(statement.integer(0)) : 0
    }

    package func links() throws -> [LinkRecord] {
        var result: [LinkRecord] = []
        try rows("SELECT * FROM link ORDER BY counterparty_chain") {
            result.append(BookkeepingTables.link($0))
        }
        return result
    }

    package func cursors() throws -> [String: UInt64] {
        var result: [String: UInt64] = [:]
        try rows("SELECT chain_id, height FROM cursor") { result[$0.text(0)] = $0.unsigned(1) }
        return result
    }

    package func counters() throws -> [String: Int64] {
        var result: [String: Int64] = [:]
        try rows("SELECT name, value FROM counter") { result[$0.text(0)] = $0.integer(1) }
        return result
    }

    package func evidence() throws -> [EvidenceRecord] {
        var result: [EvidenceRecord] = []
        try rows(
            "SELECT chain_id, revision, height, kind, bytes, reported_by, at FROM evidence ORDER BY id"
        ) { row in
            result.append(
                EvidenceRecord(
                    chainID: row.text(0),
                    height: Height(revision: row.unsigned(1), height: row.unsigned(2)),
                    kind: row.text(3), evidence: row.bytes(4), reportedBy: row.text(5),
                    at: Timestamp(column: row.integer(6))))
        }
        return result
    }

    /// Versions of the manifest after one, ascending; without one, the latest alone.
    package func manifests(after version: UInt64?, limit: Int) throws -> [ManifestRecord] {
        try ManifestTable.read(database, after: version, limit: limit)
    }

    package func manifest(version: UInt64) throws -> ManifestRecord? {
        try ManifestTable.read(database, version: version)
    }

    private func rows(_ sql: String, _ read: (Statement) throws -> Void) throws {
        let statement = try database.prepare(sql)
        while try statement.step() { try read(statement) }
    }
}
