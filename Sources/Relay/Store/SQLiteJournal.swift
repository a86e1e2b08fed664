// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// The journal in one SQLite file: write-ahead log, `synchronous=FULL`, one writer.
///
/// Requires a thread of its own: the decider makes it and alone uses it. Guarantees that `commit`
/// returns only when its entries are synced to the disk, all of them or none. Others read through
/// `JournalReader` on connections of their own, at any time.
package final class SQLiteJournal: Journal {
    package let path: String
    private let lock: StoreLock
    private let database: Database
    private let begin: Statement
    private let end: Statement
    private let countCommit: Statement
    private let packets: PacketTable
    private let transactions: TransactionTable
    private let clients: ClientTables
    private let bookkeeping: BookkeepingTables
    private let manifests: ManifestTable
    private let operators: OperatorTables
    private var commits: Int64
    private var isHalted = false

    /// Opens the store, or makes it when there is none, and brings its tables up to date.
    ///
    /// - Parameter owner: the member whose relay this is; a store of another is refused.
    package init(
        path: String, owner: String, busyMilliseconds: Int32 = Database.busyMilliseconds
    ) throws {
        self.path = path
        lock = try StoreLock(storePath: path, holder: "relay of \(owner)")
        database = try StoreOpening.writer(
            path, owner: owner, busyMilliseconds: busyMilliseconds)
        begin = try database.prepare("BEGIN IMMEDIATE")
        end = try database.prepare("COMMIT")
        countCommit = try database.prepare("UPDATE journal SET commits = ?1")
        packets = try PacketTable(database)
        transactions = try TransactionTable(database)
        clients = try ClientTables(database)
        bookkeeping = try BookkeepingTables(database)
        manifests = try ManifestTable(database)
        operators = try OperatorTables(database)
        commits = try database.integer("SELECT commits FROM journal") ?? 0
    }

    /// Most entries of one commit, for the numbers of attempts: a turn of the engine makes some
    /// thousands.
    private static let maxEntries = 1 << 20

    package func commit(_ entries: [JournalEntry]) throws {
        guard !entries.isEmpty else { return }
        guard !isHalted else {
            throw StoreError(
                .halted, path, "an earlier commit failed with its outcome open",
                "start the relay again: it reads back what is on the disk")
        }
        try database.requireInPlace()
        precondition(entries.count <= SQLiteJournal.maxEntries, "the engine bounds its turns")
        try begin.run()
        do {
            commits += 1
            countCommit.bind(1, commits)
            try countCommit.run()
            for (index, entry) in entries.enumerated() {
                try write(entry, number: commits * Int64(SQLiteJournal.maxEntries) + Int64(index))
            }
        } catch {
            commits -= 1
            rollBack()
            throw error
        }
        do {
            try end.run()
        } catch {
            // A failed sync may still have left the whole commit in the log: only a fresh look can
            // tell.
            isHalted = true
            rollBack()
            throw error
        }
    }

    private func rollBack() {
        packets.forget()
        transactions.forget()
        guard !database.isAutocommit else { return }
        do { try database.execute("ROLLBACK") } catch { isHalted = true }
    }

    private func write(_ entry: JournalEntry, number: Int64) throws {
        switch entry {
        case .packet(let record): try packets.write(record)
        case .attempt(let record): try bookkeeping.write(record, number: number)
        case .client(let record): try clients.write(record)
        case .header(let record): try clients.write(record)
        case .pruneHeaders(let chainID, let below, let keeping):
            try clients.prune(chainID: chainID, below: below, keeping: keeping)
        case .transaction(let record): try transactions.write(record)
        case .accountSequence(let account, let next):
            try bookkeeping.writeAccount(account, next: next)
        case .link(let record): try bookkeeping.write(record)
        case .cursor(let chainID, let height): try bookkeeping.writeCursor(chainID, height)
        case .replay(let window): try bookkeeping.write(window)
        case .evidence(let record): try bookkeeping.write(record)
        case .manifest(let record): try manifests.write(record)
        case .count(let name, let amount): try bookkeeping.count(name, by: amount)
        case .operatorAction(let action): try operators.write(action)
        case .pause(let pause): try operators.write(pause)
        case .discard(let id, let isDiscarded): try operators.write(id, isDiscarded: isDiscarded)
        }
    }

    /// The last versions of the manifest, ascending: at least this many where there are so many,
    /// the first of them whole.
    package func lastManifests(_ count: Int) throws -> [ManifestRecord] {
        try ManifestTable.readTail(database, atLeast: count)
    }

    package func load() throws -> JournalSnapshot {
        var snapshot = JournalSnapshot()
        let path = path
        try rows("\(PacketRows.selection) WHERE p.\(Schema.isOpen) ORDER BY p.first_seen, p.id") {
            snapshot.packets.append(try PacketRows.record($0, path))
        }
        try rows("\(ClientTables.clientSelection) ORDER BY chain_id") {
            snapshot.clients.append(ClientTables.client($0))
        }
        try rows("\(ClientTables.headerSelection) ORDER BY chain_id, revision, height") {
            snapshot.headers.append(ClientTables.header($0))
        }
        try rows("\(TransactionTable.selection) WHERE t.state = 0 ORDER BY t.id") {
            snapshot.transactions.append(try TransactionTable.record($0, path))
        }
        try rows("SELECT account, next FROM account_sequence") {
            snapshot.accountSequences[$0.text(0)] = $0.unsigned(1)
        }
        try rows("SELECT * FROM link ORDER BY counterparty_chain") {
            snapshot.links.append(BookkeepingTables.link($0))
        }
        try rows("SELECT chain_id, height FROM cursor") {
            snapshot.cursors[$0.text(0)] = $0.unsigned(1)
        }
        try rows("SELECT client, intervals FROM replay_window ORDER BY client") {
            snapshot.replays.append(try BookkeepingTables.replay($0, path))
        }
        try rows("SELECT chain_id, scope, reason FROM route_pause ORDER BY chain_id, scope") {
            if let pause = OperatorTables.pause($0) { snapshot.pauses.append(pause) }
        }
        snapshot.lastAction = UInt64(
            try database.integer("SELECT coalesce(max(number), 0) FROM operator_action") ?? 0)
        try rows(BookkeepingTables.openEvidence) {
            snapshot.evidence.append(BookkeepingTables.evidence($0))
        }
        try rows(BookkeepingTables.submittedEvidence) {
            snapshot.submittedEvidence.insert($0.text(0))
        }
        return snapshot
    }

    private func rows(_ sql: String, _ read: (Statement) throws -> Void) throws {
        let statement = try database.prepare(sql)
        while try statement.step() { try read(statement) }
    }
}
