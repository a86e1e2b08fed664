// SPDX-License-Identifier: Apache-2.0

/// Which kind of store a file is: its mark, and the steps that make its tables.
struct StoreShape {
    let applicationID: Int
    let steps: [Schema.Step]

    var version: Int { steps.count }

    static let journal = StoreShape(applicationID: Schema.applicationID, steps: Schema.steps)
}

/// Opens a store so that nothing is written before everything about the file is in order.
package enum StoreOpening {
    /// Databases up to this size are read through and checked at start (about a second); larger
    /// ones are checked page by page as they are used.
    static let fullCheckBytes: Int64 = 256 << 20
    /// Bytes of a page of a new store. A commit of many packets writes long runs: half as many
    /// pages cost an eighth less CPU than with SQLite's standard, and a commit of one packet hardly
    /// more.
    private static let pageBytes: Int64 = 8192
    /// Pages of the write-ahead log before it is folded in: 16 MiB, read again after a crash.
    private static let checkpointPages = 2000
    /// KiB of pages kept in memory by the writer.
    private static let writerCache = 65_536

    /// The writer's connection. Makes the store when there is none.
    static func writer(
        _ path: String, owner: String, busyMilliseconds: Int32, shape: StoreShape = .journal
    ) throws -> Database {
        switch StoreFiles.size(path) {
        case nil: try create(path, owner: owner, shape)
        case 0:
            throw StoreError.corrupt(path, "the file is empty, which no store ever is")
        default: break
        }
        let database = try Database(path, .write, busyMilliseconds: busyMilliseconds)
        database.leaveFilesOnClose(true)
        let version = try check(database, shape)
        try requireWholePages(database)
        if try database.integer("PRAGMA page_count") ?? 0 <= fullCheckBytes / pageBytes {
            guard try database.text("PRAGMA quick_check(1)") == "ok" else {
                throw StoreError.corrupt(path, "the database is damaged (quick_check)")
            }
        }
        let found = try database.text("SELECT owner FROM journal") ?? ""
        guard found == owner else {
            throw StoreError(
                .foreign, path, "the store belongs to \(found), this relay is \(owner)",
                "give each member's relay a data directory of its own")
        }
        try makeDurable(database)
        try migrate(database, from: version, shape)
        database.leaveFilesOnClose(false)
        return database
    }

    /// SQLite reads a page that is cut off as one that ends in zeros, and inside a long byte string
    /// nothing shows. While a write-ahead log is there the file may end anywhere: the log holds its
    /// pages.
    private static func requireWholePages(_ database: Database) throws {
        let pageBytes = max(1, try database.integer("PRAGMA page_size") ?? 0)
        guard StoreFiles.size(database.path + "-wal") ?? 0 == 0,
            let size = StoreFiles.size(database.path), size % pageBytes != 0
        else { return }
        throw StoreError.corrupt(database.path, "the file ends inside a page, after \(size) bytes")
    }

    /// A connection that can only read.
    static func reader(_ path: String, shape: StoreShape = .journal) throws -> Database {
        guard StoreFiles.size(path) != nil else {
            throw StoreError(
                .missing, path, "there is no store", "start the relay once, or correct the path")
        }
        let database = try Database(path, .read)
        guard try check(database, shape) == shape.version else {
            throw StoreError(
                .newer, path, "an older version of the program has written the store",
                "start the relay once with this version: it brings the store up to date")
        }
        return database
    }

    /// The schema version of a file that is a store of ours.
    private static func check(_ database: Database, _ shape: StoreShape) throws -> Int {
        let application = try database.integer("PRAGMA application_id") ?? 0
        guard application == Int64(shape.applicationID) else {
            throw StoreError(
                .foreign, database.path, "the database is no store of a relay",
                "correct the path, or move the file away")
        }
        let version = Int(try database.integer("PRAGMA user_version") ?? 0)
        guard version <= shape.version else {
            throw StoreError(
                .newer, database.path,
                "the store has version \(version), this program knows \(shape.version)",
                "use the newer program that wrote it, or restore the backup made before its first start"
            )
        }
        guard version >= 1 else {
            throw StoreError.corrupt(database.path, "the store has no version")
        }
        return version
    }

    /// Built beside its place and renamed: a crash on the way leaves no half-made store behind.
    private static func create(
        _ path: String, owner: String, _ shape: StoreShape
    ) throws {
        let draft = path + ".new"
        for suffix in ["", "-wal", "-shm", "-journal"] { StoreFiles.remove(draft + suffix) }
        try StoreFiles.createPrivate(draft)
        do {
            let database = try Database(draft, .create)
            try database.execute("PRAGMA page_size = \(pageBytes)")
            try makeDurable(database)
            try database.execute("PRAGMA application_id = \(shape.applicationID)")
            try migrate(database, from: 0, shape)
            let statement = try database.prepare("INSERT INTO journal VALUES (1, ?1, 0)")
            statement.bind(1, owner)
            try statement.run()
        }
        try StoreFiles.publish(draft, as: path)
    }

    /// Sets what durability needs and reads it back: SQLite answers with what it does, not with an
    /// error.
    private static func makeDurable(_ database: Database) throws {
        let mode = try database.text("PRAGMA journal_mode = WAL") ?? ""
        try database.execute(
            """
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = \(checkpointPages);
            PRAGMA cache_size = -\(writerCache);
            PRAGMA temp_store = MEMORY;
            PRAGMA secure_delete = OFF;
            PRAGMA cell_size_check = ON;
            PRAGMA trusted_schema = OFF
            """)
        try requireDurable(database, mode: mode)
    }

    /// `synchronous` 2 is FULL: with a write-ahead log, every commit is synced before it returns.
    package static func requireDurable(_ database: Database, mode: String) throws {
        let synchronous = try database.integer("PRAGMA synchronous") ?? -1
        guard mode == "wal", synchronous == 2 else {
            throw StoreError(
                .notDurable, database.path,
                "SQLite reports journal_mode \(mode), synchronous \(synchronous)",
                "use a local file system that allows shared memory and locks, not a network share")
        }
    }

    private static func migrate(
        _ database: Database, from version: Int, _ shape: StoreShape
    ) throws {
        for step in shape.steps where step.version > version {
            try database.execute("BEGIN IMMEDIATE")
            do {
                try database.execute(step.sql)
                try database.execute("PRAGMA user_version = \(step.version)")
                try database.execute("COMMIT")
            } catch {
                if !database.isAutocommit { try? database.execute("ROLLBACK") }
                throw error
            }
        }
    }
}
