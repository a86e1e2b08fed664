// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// What to look for in the access log. All conditions hold together; nil asks for anything.
package struct AccessQuery: Hashable, Sendable {
    package var record: Digest?
    package var officer: OpaqueReference?
    package var purpose: String?
    package var caseNumber: String?
    package var requester: String?
    package var outcome: String?
    package var from: Timestamp?
    package var until: Timestamp?
    /// Only entries that their requester has not acknowledged.
    package var withoutReceipt = false
    package var limit = 100
    package var offset = 0

    /// Most rows of one answer.
    package static let maxLimit = 100_000

    package init() {}
}

/// An entry as it is found in the log.
package struct FoundAccess: Sendable {
    package let entry: AccessEntry
    package let leafHash: Digest
    /// Whether its requester has acknowledged it.
    package let hasReceipt: Bool
}

/// Rows of what is remembered for a time beside the log.
package struct AccessMemory: Hashable, Sendable {
    package var answers: Int
    package var presentations: Int
    package var uses: Int

    /// Idempotency keys that are kept: a busy city's day, some 200 MB.
    package static let maxAnswers = 1_000_000
    /// Use-codes that are kept: each lives for minutes.
    package static let maxPresentations = 100_000

    package init(answers: Int = 0, presentations: Int = 0, uses: Int = 0) {
        self.answers = answers
        self.presentations = presentations
        self.uses = uses
    }

    init(_ database: Database) throws {
        func count(_ table: String) throws -> Int {
            Int(try database.integer("SELECT count(*) FROM \(table)") ?? 0)
        }
        self.init(
            answers: try count("access_answer"), presentations: try count("presentation"),
            uses: try count("access_use"))
    }
}

/// Reads an access log on a connection of its own: beside a running relay or without one. Owned by
/// the thread that made it.
package final class AccessLogReader {
    package let path: String
    let database: Database
    private let nodes: AccessNodes

    package init(path: String) throws {
        self.path = path
        database = try StoreOpening.reader(path, shape: AccessSchema.shape)
        nodes = try AccessNodes(database)
    }

    package func owner() throws -> MemberID {
        let text = try database.text("SELECT owner FROM journal") ?? ""
        guard let id = MemberID(text) else {
            throw StoreError.corrupt(path, "the log's owner is no member: \(text)")
        }
        return id
    }

    package func size() throws -> UInt64 { try nodes.size() }

    /// What is remembered for a time.
    package func memory() throws -> AccessMemory { try AccessMemory(database) }

    /// The newest signed checkpoint; nil while nothing was logged.
    package func checkpoint() throws -> [UInt8]? { try nodes.lastNote() }

    /// That the log lacks what the head beside it was signed over; nil where it contains it, and
    /// where there is none, as beside a copy. A relay may go on meanwhile: its head comes after
    /// its entries.
    package func rollback() throws -> StoreError? {
        try AccessHead(besides: path)?.missing(in: nodes, store: path)
    }

    /// Entries, oldest first.
    package func entries(_ query: AccessQuery) throws -> [FoundAccess] {
        let statement = try database.prepare(
            """
            SELECT leaf, leaf_hash,
                EXISTS (SELECT 1 FROM access_receipt r WHERE r.sequence = access_entry.sequence)
            FROM access_entry WHERE \(query.conditions) ORDER BY sequence LIMIT ?9 OFFSET ?10
            """)
        query.bind(to: statement)
        statement.bind(9, Int64(min(max(0, query.limit), AccessQuery.maxLimit)))
        statement.bind(10, Int64(max(0, query.offset)))
        var result: [FoundAccess] = []
        while try statement.step() {
            guard let hash = Digest(statement.bytes(1)) else {
                throw StoreError.corrupt(path, "a leaf's hash has another length")
            }
            result.append(
                FoundAccess(
                    entry: try SignedAccessEntry(leaf: statement.bytes(0)).decoded(),
                    leafHash: hash, hasReceipt: statement.integer(2) != 0))
        }
        return result
    }

    /// How many entries a query finds, its limit and offset aside.
    package func count(_ query: AccessQuery) throws -> Int {
        let statement = try database.prepare(
            "SELECT count(*) FROM access_entry WHERE \(query.conditions)")
        query.bind(to: statement)
        return try statement.step() ? Int(statement.integer(0)) : 0
    }

    /// The leaf at a place; nil when there is none.
    package func leaf(_ sequence: UInt64) throws -> [UInt8]? {
        let statement = try database.prepare("SELECT leaf FROM access_entry WHERE sequence = ?1")
        statement.bind(1, sequence)
        return try statement.step() ? statement.bytes(0) : nil
    }

    /// Hands over all leaves of a range, in order.
    package func leaves(
        from start: UInt64, below end: UInt64, _ body: ([UInt8]) throws -> Void
    ) throws {
        let statement = try database.prepare(
            """
            SELECT leaf FROM access_entry WHERE sequence >= ?1 AND sequence < ?2
            ORDER BY sequence
            """)
        statement.bind(1, start)
        statement.bind(2, end)
        while try statement.step() { try body(statement.bytes(0)) }
    }

    /// Receipts for the entries of a range, by their places.
    package func receipts(from start: UInt64, below end: UInt64) throws -> [UInt64: [UInt8]] {
        let statement = try database.prepare(
            "SELECT sequence, signature FROM access_receipt WHERE sequence >= ?1 AND sequence < ?2")
        statement.bind(1, start)
        statement.bind(2, end)
        var result: [UInt64: [UInt8]] = [:]
        while try statement.step() { result[statement.unsigned(0)] = statement.bytes(1) }
        return result
    }

    /// The tree of the first entries. Requires a size not above the log's.
    package func frontier(size: UInt64) throws -> MerkleFrontier {
        try nodes.frontier(size: size)
    }

    /// Requires an index below the size.
    package func inclusionProof(index: UInt64, size: UInt64) throws -> InclusionProof {
        InclusionProof(
            index: index, size: size, path: try nodes.inclusionPath(index: index, size: size))
    }

    /// Requires sizes in order, none above the log's.
    package func consistencyProof(
        oldSize: UInt64, newSize: UInt64
    ) throws -> ConsistencyProof {
        ConsistencyProof(
            oldSize: oldSize, newSize: newSize,
            path: try nodes.consistencyPath(oldSize: oldSize, newSize: newSize))
    }
}

extension AccessQuery {
    fileprivate var conditions: String {
        var all = ["1"]
        if record != nil { all.append("record = ?1") }
        if officer != nil { all.append("officer = ?2") }
        if purpose != nil { all.append("purpose = ?3") }
        if caseNumber != nil { all.append("case_number = ?4") }
        if requester != nil { all.append("requester = ?5") }
        if outcome != nil { all.append("outcome = ?6") }
        if from != nil { all.append("time >= ?7") }
        if until != nil { all.append("time < ?8") }
        if withoutReceipt {
            all.append("sequence NOT IN (SELECT sequence FROM access_receipt)")
        }
        return all.joined(separator: " AND ")
    }

    fileprivate func bind(to statement: Statement) {
        if let record { statement.bind(1, copying: record.bytes) }
        if let officer { statement.bind(2, copying: officer.digest.bytes) }
        if let purpose { statement.bind(3, purpose) }
        if let caseNumber { statement.bind(4, caseNumber) }
        if let requester { statement.bind(5, requester) }
        if let outcome { statement.bind(6, outcome) }
        if let from { statement.bind(7, from.unixNanoseconds) }
        if let until { statement.bind(8, until.unixNanoseconds) }
    }
}
