// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sqlite3.h>

// What Swift cannot import: destructor constants that are casts, and a variadic function.

// Takes effect before the process's first use of SQLite: no counting of allocations, which costs a lock
// each, and no lock around connections, which their owning threads make needless.
static inline int cityrelay_sqlite_configure(void) {
    int result = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    return result == SQLITE_OK ? sqlite3_config(SQLITE_CONFIG_MULTITHREAD) : result;
}

// The value is copied before the call returns; an empty one needs no copy.
static inline int cityrelay_bind_text(sqlite3_stmt *statement, int index, const char *text, int count) {
    if (!text || count == 0) return sqlite3_bind_text(statement, index, "", 0, SQLITE_STATIC);
    return sqlite3_bind_text(statement, index, text, count, SQLITE_TRANSIENT);
}

// The bytes must stay where they are until the statement has been stepped and reset.
static inline int cityrelay_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    if (!bytes || count == 0) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_STATIC);
}

// The bytes are copied before the call returns.
static inline int cityrelay_bind_blob_copy(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    if (!bytes || count == 0) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

// Closing the connection then leaves the write-ahead log as it is.
static inline int cityrelay_no_checkpoint_on_close(sqlite3 *database, int on) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on, (int *)0);
}
