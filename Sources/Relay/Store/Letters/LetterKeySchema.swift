// SPDX-License-Identifier: Apache-2.0

extension LetterSchema {
    /// What lets a sealing key be replaced: nothing here rests under it but one key, and what it
    /// has opened is kept.
    static let keys = """
        -- One row: the key that everything here rests under, sealed to the centre's sealing key.
        CREATE TABLE letter_vault (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            key BLOB NOT NULL
        ) STRICT;
        -- Sealing keys that are not announced any more.
        CREATE TABLE letter_retired_key (
            public BLOB PRIMARY KEY,
            retired INTEGER NOT NULL             -- unix nanoseconds, when it was first so named
        ) STRICT, WITHOUT ROWID;
        -- What other centres sealed to us, as it was opened, sealed to ourselves.
        CREATE TABLE letter_content (
            packet TEXT PRIMARY KEY,             -- in/CLIENT/SEQUENCE
            content BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        """
}
