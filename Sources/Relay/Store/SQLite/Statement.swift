// SPDX-License-Identifier: Apache-2.0

internal import CSQLite

// Unsafe: see Database.swift.

/// A prepared statement, kept and used again. 64-bit unsigned values are stored by their bit
/// pattern.
@safe package final class Statement {
    private let database: Database
    private let handle: OpaquePointer

    init(_ database: Database, _ handle: OpaquePointer) {
        self.database = database
        unsafe self.handle = handle
    }

    deinit { unsafe sqlite3_finalize(handle) }

    // Parameters count from 1, as in SQL.

    func bind(_ index: Int32, _ value: Int64) { unsafe sqlite3_bind_int64(handle, index, value) }

    func bind(_ index: Int32, _ value: UInt64) { bind(index, Int64(bitPattern: value)) }

    func bind(_ index: Int32, _ value: Int?) {
        if let value { bind(index, Int64(value)) } else { unsafe sqlite3_bind_null(handle, index) }
    }

    func bind(_ index: Int32, _ value: String) {
        var text = value
        text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                _ = unsafe cityrelay_bind_text(
                    handle, index, characters.baseAddress, Int32(clamping: characters.count))
            }
        }
    }

    /// For short byte strings: they are copied.
    func bind(_ index: Int32, copying value: [UInt8]) {
        unsafe value.withUnsafeBytes { bytes in
            _ = unsafe cityrelay_bind_blob_copy(
                handle, index, bytes.baseAddress, Int32(clamping: bytes.count))
        }
    }

    /// Runs to the end with one long byte string bound in place, without a copy.
    func run(binding index: Int32, _ value: [UInt8]) throws {
        try unsafe value.withUnsafeBytes { bytes in
            _ = unsafe cityrelay_bind_blob(
                handle, index, bytes.baseAddress, Int32(clamping: bytes.count))
            defer { unsafe sqlite3_bind_null(handle, index) }
            try run()
        }
    }

    /// True when there is a row to read, false at the end. A failure resets the statement.
    package func step() throws -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let result:
            let error = database.error(result)
            unsafe sqlite3_reset(handle)
            throw error
        }
    }

    /// Runs to the end and makes ready for the next use.
    func run() throws {
        while try step() {}
        reset()
    }

    func reset() { unsafe sqlite3_reset(handle) }

    // Columns count from 0.

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    func unsigned(_ column: Int32) -> UInt64 { UInt64(bitPattern: integer(column)) }

    func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    package func text(_ column: Int32) -> String {
        String(decoding: bytes(column), as: UTF8.self)
    }

    /// The bytes of a blob or of a text.
    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
