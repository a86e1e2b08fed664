// SPDX-License-Identifier: Apache-2.0

/// The tables of `letters.db`: what one centre's relay must remember of its letters. The letters
/// themselves are on the chains; here is what no chain may see, sealed to the centre's own key.
///
///     sqlite3 -readonly data/letters.db "SELECT * FROM letter_view WHERE overdue > 0"
enum LetterSchema {
    static let steps = [
        Schema.Step(version: 1, title: "letters", sql: tables + views),
        Schema.Step(version: 2, title: "sealing keys that are replaced", sql: keys),
    ]

    /// "CRLL".
    static let applicationID = 0x4352_4c4c

    static let shape = StoreShape(applicationID: applicationID, steps: steps)

    private static let tables = """
        -- One row. commits counts the durable commits of the store's whole life.
        CREATE TABLE journal (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            owner TEXT NOT NULL,                 -- the member whose letters these are
            commits INTEGER NOT NULL
        ) STRICT;
        -- One row: the last block that was read.
        CREATE TABLE letter_cursor (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            height INTEGER NOT NULL
        ) STRICT;
        INSERT INTO letter_cursor VALUES (1, 0);
        -- One row a letter: what a list shows.
        CREATE TABLE letter (
            key TEXT PRIMARY KEY,                -- INSTITUTION/NUMBER
            number TEXT NOT NULL,
            side TEXT NOT NULL,                  -- IN, OUT: which one we are
            other TEXT NOT NULL,                 -- the other centre
            state TEXT NOT NULL,                 -- the national code
            ended INTEGER NOT NULL,
            changed INTEGER NOT NULL,            -- unix nanoseconds
            due TEXT NOT NULL,                   -- YYYYMMDD; empty: none
            overdue INTEGER NOT NULL             -- working days
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX letter_number ON letter(number);
        CREATE INDEX letter_open ON letter(key) WHERE ended = 0;
        CREATE INDEX letter_changed ON letter(changed);
        -- What happened to a letter, in the order in which it happened.
        CREATE TABLE letter_event (
            id INTEGER PRIMARY KEY,
            letter TEXT NOT NULL,
            kind INTEGER NOT NULL,
            height INTEGER NOT NULL,
            time INTEGER NOT NULL,
            packet TEXT NOT NULL,                -- out/CLIENT/SEQUENCE, in/…; empty: none
            body BLOB NOT NULL                   -- a packet's value, a name, or sealed to ourselves
        ) STRICT;
        CREATE INDEX letter_event_letter ON letter_event(letter, id);
        -- Our own words, from the moment they are taken from an application.
        CREATE TABLE letter_word (
            sequence INTEGER PRIMARY KEY,        -- SendSeqNo
            letter TEXT NOT NULL,                -- empty: the announcement of the institution
            act TEXT NOT NULL,
            client TEXT NOT NULL,
            timeout INTEGER NOT NULL,            -- unix seconds
            value BLOB NOT NULL,                 -- what the packet carries
            content BLOB NOT NULL,               -- its content, sealed to ourselves
            step INTEGER NOT NULL,               -- 0 queued, 1 submitted, 2 on the chain, 3 refused
            tx BLOB,
            tx_hash BLOB,
            tx_height INTEGER NOT NULL DEFAULT 0, -- above it the chain takes it no more
            code TEXT NOT NULL DEFAULT ''        -- why our chain refused it
        ) STRICT;
        CREATE INDEX letter_word_open ON letter_word(sequence) WHERE step < 2;
        CREATE INDEX letter_word_letter ON letter_word(letter);
        -- The bank's notices.
        CREATE TABLE letter_arrival (
            mark BLOB PRIMARY KEY,               -- keyed hash of the serial
            letter TEXT NOT NULL,                -- empty: in suspense
            time INTEGER NOT NULL,
            reason TEXT NOT NULL,
            notice BLOB NOT NULL                 -- sealed to ourselves
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX letter_arrival_suspense ON letter_arrival(time) WHERE letter = '';
        -- Answers that are given again when a call is repeated, until they expire.
        CREATE TABLE letter_answer (
            application TEXT NOT NULL,
            key TEXT NOT NULL,
            body BLOB NOT NULL,                  -- keyed hash of the request
            answer BLOB NOT NULL,
            expires INTEGER NOT NULL,
            PRIMARY KEY (application, key)
        ) STRICT, WITHOUT ROWID;

        """

    private static let views = """
        CREATE VIEW letter_view AS SELECT key, side, other, state, ended,
            strftime('%Y-%m-%dT%H:%M:%SZ', changed / 1000000000, 'unixepoch') AS changed, due,
            overdue FROM letter;

        """
}
