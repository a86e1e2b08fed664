// SPDX-License-Identifier: Apache-2.0

internal import CSQLite

// Unsafe: SQLite's handles and column values are pointers. They stay in this folder; callers see
// values.

/// One SQLite connection. Owned by the thread that made it: opened without SQLite's own mutex.
@safe package final class Database {
    package let path: String
    private let handle: OpaquePointer

    package enum Access {
        case create, write, read
    }

    /// How long to wait for a lock that a person's `sqlite3` may hold.
    package static let busyMilliseconds: Int32 = 5000

    package init(
        _ path: String, _ access: Access, busyMilliseconds: Int32 = Database.busyMilliseconds
    ) throws {
        self.path = path
        _ = Database.isConfigured
        var opened: OpaquePointer?
        let flags =
            switch access {
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
            case .write: SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
            case .read: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
            }
        let result = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard result == SQLITE_OK, let handle = unsafe opened else {
            let message = unsafe opened.map { unsafe String(cString: sqlite3_errmsg($0)) }
            unsafe sqlite3_close_v2(opened)
            throw Database.error(result, path, message ?? "no memory")
        }
        unsafe self.handle = handle
        unsafe sqlite3_extended_result_codes(handle, 1)
        unsafe sqlite3_busy_timeout(handle, busyMilliseconds)
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    /// Asks SQLite once to leave out what a process of this shape does not need. A refusal, because
    /// something else has used SQLite before, costs some speed and nothing else.
    private static let isConfigured = cityrelay_sqlite_configure() == SQLITE_OK

    /// While on, closing this connection leaves the files as they are.
    func leaveFilesOnClose(_ on: Bool) {
        _ = unsafe cityrelay_no_checkpoint_on_close(handle, on ? 1 : 0)
    }

    /// Runs statements that return nothing of interest.
    package func execute(_ sql: String) throws {
        let result = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw error(result) }
    }

    package func prepare(_ sql: String) throws -> Statement {
        var prepared: OpaquePointer?
        let result = unsafe sqlite3_prepare_v3(
            handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard result == SQLITE_OK, let statement = unsafe prepared else { throw error(result) }
        return unsafe Statement(self, statement)
    }

    /// The first column of a query's first row; nil when there is no row.
    package func integer(_ sql: String) throws -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer(0) : nil
    }

    package func text(_ sql: String) throws -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.text(0) : nil
    }

    /// Throws when the file at the path is not the one that this connection writes any more: what
    /// is written into a file that was deleted is gone with the process.
    func requireInPlace() throws {
        var hasMoved: Int32 = 0
        let result = unsafe sqlite3_file_control(
            handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
        guard result == SQLITE_OK, hasMoved != 0 else { return }
        throw StoreError(
            .missing, path, "the file was deleted or replaced while it was in use",
            "stop the relay, put the file back and start again; find out who did it")
    }

    /// Whether no transaction is open.
    var isAutocommit: Bool { unsafe sqlite3_get_autocommit(handle) != 0 }

    var lastInsertedID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    /// The error that the connection's last call left.
    func error(_ result: Int32) -> StoreError {
        let message = unsafe String(cString: sqlite3_errmsg(handle))
        return Database.error(result, path, message)
    }

    private static func error(_ result: Int32, _ path: String, _ message: String) -> StoreError {
        let text = "SQLite says \"\(message)\" (\(result))"
        switch result & 0xff {
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return .corrupt(path, text)
        case SQLITE_BUSY, SQLITE_LOCKED:
            return StoreError(
                .busy, path, text, "close the program that holds the database open for writing")
        case SQLITE_FULL:
            return StoreError(.full, path, text, "free space on the disk, then start again")
        case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            return StoreError(
                .io, path, text, "check the disk, the path and its owner, then start again")
        default:
            return StoreError(.statement, path, text, "report this as a fault of the program")
        }
    }
}

extension StoreError {
    static func corrupt(_ path: String, _ message: String) -> StoreError {
        StoreError(
            .corrupt, path, message,
            "nothing was written: keep a copy of the folder, restore the last backup, and let "
                + "reconcile fetch the rest from the chains")
    }
}
