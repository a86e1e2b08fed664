// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The writer's statements.
final class AccessTables {
    private let database: Database
    private let insertEntry: Statement
    private let insertNode: Statement
    private let insertCheckpoint: Statement
    private let insertReceipt: Statement
    private let addUse: Statement
    private let selectUse: Statement
    private let deleteUses: Statement
    private let selectTicket: Statement
    private let selectPlace: Statement
    private let count: Statement
    let answers: AnswerTable
    let presentations: PresentationTables
    let owed: OwedReceipts

    init(_ database: Database) throws {
        self.database = database
        presentations = try PresentationTables(database)
        owed = try OwedReceipts(database)
        insertEntry = try database.prepare(
            "INSERT INTO access_entry VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)")
        insertNode = try database.prepare("INSERT INTO access_node VALUES (?1, ?2, ?3)")
        insertCheckpoint = try database.prepare(
            "INSERT INTO access_checkpoint VALUES (?1, ?2, ?3, ?4)")
        insertReceipt = try database.prepare(
            "INSERT INTO access_receipt VALUES (?1, ?2) ON CONFLICT (sequence) DO NOTHING")
        answers = try AnswerTable(database, "access_answer", scope: "scope")
        addUse = try database.prepare(
            """
            INSERT INTO access_use VALUES (?1, ?2, ?3)
            ON CONFLICT (name, window) DO UPDATE SET count = count + ?3
            """)
        selectUse = try database.prepare(
            "SELECT count FROM access_use WHERE name = ?1 AND window = ?2")
        deleteUses = try database.prepare("DELETE FROM access_use WHERE window < ?1")
        selectTicket = try database.prepare(
            "SELECT 1 FROM access_entry WHERE ticket = ?1 LIMIT 1")
        selectPlace = try database.prepare(
            "SELECT leaf_hash, requester FROM access_entry WHERE sequence = ?1")
        count = try database.prepare("UPDATE journal SET commits = commits + 1")
    }

    func countCommit() throws { try count.run() }

    func lastTime() throws -> Timestamp {
        let column = try database.integer(
            "SELECT time FROM access_entry ORDER BY sequence DESC LIMIT 1")
        return Timestamp(unixNanoseconds: column ?? 0)
    }

    func insert(_ entry: AccessEntry, leaf: [UInt8], hash: Digest) throws {
        let access = entry.access
        insertEntry.bind(1, entry.sequence)
        insertEntry.bind(2, entry.time.unixNanoseconds)
        insertEntry.bind(3, access.requester.member.description)
        insertEntry.bind(4, copying: access.requester.officer.digest.bytes)
        insertEntry.bind(5, access.resource.text)
        if let record = access.record {
            insertEntry.bind(6, copying: record.bytes)
        } else {
            insertEntry.bind(6, nil as Int?)
        }
        insertEntry.bind(7, access.purpose.text)
        insertEntry.bind(8, access.caseNumber.text)
        insertEntry.bind(9, access.outcome.name)
        insertEntry.bind(10, access.outcome.refusal?.text ?? "")
        insertEntry.bind(11, copying: access.ticket.bytes)
        insertEntry.bind(12, copying: leaf)
        insertEntry.bind(13, copying: hash.bytes)
        try insertEntry.run()
    }

    func insert(_ position: MerklePosition, _ hash: Digest) throws {
        insertNode.bind(1, Int64(position.level))
        insertNode.bind(2, position.index)
        insertNode.bind(3, copying: hash.bytes)
        try insertNode.run()
    }

    func insert(_ checkpoint: Checkpoint, time: Timestamp, note: [UInt8]) throws {
        insertCheckpoint.bind(1, checkpoint.size)
        insertCheckpoint.bind(2, time.unixNanoseconds)
        insertCheckpoint.bind(3, copying: checkpoint.root.bytes)
        insertCheckpoint.bind(4, copying: note)
        try insertCheckpoint.run()
    }

    func write(_ change: AccessChange) throws {
        switch change {
        case .append: return
        case .answer(let answer): try answers.write(answer)
        case .use(let name, let window, let count):
            addUse.bind(1, name)
            addUse.bind(2, window)
            addUse.bind(3, count)
            try addUse.run()
        case .receipt(let sequence, let signature):
            insertReceipt.bind(1, sequence)
            insertReceipt.bind(2, copying: signature)
            try insertReceipt.run()
        case .owe(let receipt): try owed.owe(receipt)
        case .settle(let receipts): for receipt in receipts { try owed.settle(receipt) }
        case .present(let code): try presentations.insert(code)
        case .withdraw(let consent, let now): try presentations.withdraw(consent, at: now)
        case .forgetAnswers(let now):
            try answers.forget(expiredBy: now)
            try presentations.forgetPresentations(expiredBy: now)
        case .forgetUses(let window):
            deleteUses.bind(1, window)
            try deleteUses.run()
        }
    }

    func used(name: String, window: Int64) throws -> Int64 {
        selectUse.bind(1, name)
        selectUse.bind(2, window)
        defer { selectUse.reset() }
        return try selectUse.step() ? selectUse.integer(0) : 0
    }

    func place(_ sequence: UInt64) throws -> (leafHash: Digest, requester: String)? {
        selectPlace.bind(1, sequence)
        defer { selectPlace.reset() }
        guard try selectPlace.step(), let hash = Digest(selectPlace.bytes(0)) else { return nil }
        return (hash, selectPlace.text(1))
    }

    func holds(ticket: Digest) throws -> Bool {
        selectTicket.bind(1, copying: ticket.bytes)
        defer { selectTicket.reset() }
        return try selectTicket.step()
    }
}
