// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// The access log in one SQLite file, `access.db`: append-only, one writer, one durable commit for
/// as many entries as have gathered.
///
/// Requires a thread of its own, as `SQLiteJournal`. Guarantees that `commit` returns only when
/// everything is synced to the disk, all of it or nothing: what leaves after it returned has its
/// entry.
package final class AccessLogStore {
    package let path: String
    package let owner: MemberID
    /// Whoever owns this store has the newest head written now and then; closing writes it too.
    package let head: AccessHeadKeeper
    private let lock: StoreLock
    private let database: Database
    private let tables: AccessTables
    private let begin: Statement
    private let end: Statement
    private let signingKey: SigningKey
    private let signer: NoteSigner
    private var frontier: MerkleFrontier
    private var lastTime: Timestamp
    private var isHalted = false

    /// Opens the log, or makes it when there is none. Refuses a log whose entries do not lead to
    /// the last checkpoint that it signed, and one that does not contain the head kept beside it.
    ///
    /// - Parameter key: the owner's evidence key: it signs entries and checkpoints.
    package init(
        path: String, owner: MemberID, key: SigningKey,
        busyMilliseconds: Int32 = Database.busyMilliseconds
    ) throws {
        self.path = path
        self.owner = owner
        signingKey = key
        signer = try NoteSigner(name: owner.accessLogOrigin, key: key)
        lock = try StoreLock(storePath: path, holder: "access log of \(owner)")
        let kept = try AccessHead(besides: path)
        head = AccessHeadKeeper(store: path, kept: kept?.size ?? 0)
        if let kept, StoreFiles.size(path) == nil {
            throw kept.rolledBack(path, "there is no store")
        }
        database = try StoreOpening.writer(
            path, owner: owner.description, busyMilliseconds: busyMilliseconds,
            shape: AccessSchema.shape)
        begin = try database.prepare("BEGIN IMMEDIATE")
        end = try database.prepare("COMMIT")
        tables = try AccessTables(database)
        let nodes = try AccessNodes(database)
        frontier = try nodes.frontier()
        lastTime = try tables.lastTime()
        let signed = try nodes.lastHead()
        guard (signed?.size ?? 0) == frontier.size, (signed?.root ?? frontier.root) == frontier.root
        else {
            throw StoreError.corrupt(
                path, "the entries do not lead to the last checkpoint that was signed")
        }
        if let fault = try kept?.missing(in: nodes, store: path) { throw fault }
        if let note = try nodes.lastNote() {
            head.take(size: frontier.size, note: note)
            try head.keep()
        }
    }

    /// Best effort: a head that cannot be written now is an older floor.
    deinit { try? head.keep() }

    /// Entries in the log.
    package var size: UInt64 { frontier.size }
    /// Root over all entries.
    package var root: Digest { frontier.root }
    /// The key that checkpoints are verified with.
    package var noteKey: NoteKey { signer.key }

    /// Makes all changes in one durable commit. The entries appended, in their order, with proofs
    /// that lead to the checkpoint signed with them.
    ///
    /// - Parameter now: the time of the entries; where the clock went back, the last entry's.
    /// - Parameter completing: further changes of the same commit, made from the entries: answers
    ///   that contain their proofs. What it appends is not appended.
    @discardableResult
    package func commit(
        _ changes: [AccessChange], at now: Timestamp,
        completing: ([LoggedAccess]) throws -> [AccessChange] = { _ in [] }
    ) throws -> [LoggedAccess] {
        guard !isHalted else {
            throw StoreError(
                .halted, path, "an earlier commit failed with its outcome open",
                "start the relay again: it reads back what is on the disk")
        }
        try database.requireInPlace()
        let before = (frontier, lastTime)
        var logged: [LoggedAccess] = []
        try begin.run()
        do {
            try tables.countCommit()
            var accesses: [AccessRecord] = []
            for change in changes {
                if case .append(let access) = change { accesses.append(access) }
            }
            logged = try append(accesses, at: now)
            for change in try changes + completing(logged) { try tables.write(change) }
        } catch {
            (frontier, lastTime) = before
            rollBack()
            throw error
        }
        do {
            try end.run()
        } catch {
            isHalted = true
            rollBack()
            throw error
        }
        if let note = logged.last?.checkpoint { head.take(size: frontier.size, note: note) }
        return logged
    }

    private func rollBack() {
        guard !database.isAutocommit else { return }
        do { try database.execute("ROLLBACK") } catch { isHalted = true }
    }

    private func append(_ accesses: [AccessRecord], at now: Timestamp) throws -> [LoggedAccess] {
        guard !accesses.isEmpty else { return [] }
        lastTime = max(lastTime, now)
        var nodes = RecentNodes(frontier)
        var entries: [(AccessEntry, SignedAccessEntry, Digest)] = []
        for access in accesses {
            let entry = AccessEntry(
                sequence: frontier.size, time: lastTime, previousHead: frontier.root,
                access: access)
            let signed = entry.signed(by: signingKey)
            let leaf = signed.leaf
            let hash = BinaryMerkle.leafHash(leaf)
            for (position, node) in frontier.append(leafHash: hash) {
                nodes.hashes[position] = node
                if position.level > 0 { try tables.insert(position, node) }
            }
            try tables.insert(entry, leaf: leaf, hash: hash)
            entries.append((entry, signed, hash))
        }
        let checkpoint = Checkpoint(
            origin: signer.key.name, size: frontier.size, root: frontier.root)
        let note = checkpoint.note(signedBy: signer).bytes
        try tables.insert(checkpoint, time: lastTime, note: note)
        return try entries.map { entry, signed, hash in
            let path = try nodes.inclusionPath(index: entry.sequence, size: frontier.size)
            return LoggedAccess(
                entry: entry, leaf: signed, leafHash: hash,
                proof: InclusionProof(index: entry.sequence, size: frontier.size, path: path),
                checkpoint: note)
        }
    }

    /// The answer that was given under an idempotency key and has not expired.
    package func answer(
        scope: String, key: String, now: Timestamp
    ) throws -> StoredAnswer? {
        try tables.answers.answer(scope: scope, key: key, now: now)
    }

    /// A use-code by its hash.
    package func presentation(_ codeHash: Digest) throws -> PresentationCode? {
        try tables.presentations.presentation(codeHash)
    }

    /// Receipts that other cities' relays have not taken yet.
    package func owedReceipts() throws -> [OwedReceipt] { try tables.owed.all() }

    /// Whether a consent was taken back.
    package func isWithdrawn(_ consent: String) throws -> Bool {
        try tables.presentations.isWithdrawn(consent)
    }

    /// What was used of a cap in a window.
    package func used(name: String, window: Int64) throws -> Int64 {
        try tables.used(name: name, window: window)
    }

    /// Whether the log holds an entry of this request already.
    package func holds(ticket: Digest) throws -> Bool { try tables.holds(ticket: ticket) }

    /// The leaf's hash at a place, and who asked; nil when there is none.
    package func place(_ sequence: UInt64) throws -> (leafHash: Digest, requester: String)? {
        try tables.place(sequence)
    }

    /// What is remembered for a time. Counts rows: not for every request.
    package func memory() throws -> AccessMemory { try AccessMemory(database) }
}

/// The subtrees that a commit completes, and the peaks before it: all that proofs of its own
/// entries lead through.
private struct RecentNodes: MerkleNodes {
    struct Missing: Error {}

    var hashes: [MerklePosition: Digest] = [:]

    init(_ frontier: MerkleFrontier) {
        for (position, peak) in zip(frontier.positions, frontier.peaks) {
            hashes[position] = peak
        }
    }

    func node(_ position: MerklePosition) throws(Missing) -> Digest {
        guard let hash = hashes[position] else { throw Missing() }
        return hash
    }
}
