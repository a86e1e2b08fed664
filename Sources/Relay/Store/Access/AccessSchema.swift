// SPDX-License-Identifier: Apache-2.0

/// The tables of `access.db`: the access log and what must be remembered with it in one commit.
///
///     sqlite3 -readonly data/access.db "SELECT * FROM access_view WHERE officer = '…'"
///
/// Nothing in it names a person: officers and subjects are opaque, records are blind indexes.
enum AccessSchema {
    static let steps = [
        Schema.Step(version: 1, title: "access log", sql: log + memory + views),
        Schema.Step(version: 2, title: "use-codes and consents", sql: PresentationTables.sql),
        Schema.Step(version: 3, title: "owed receipts", sql: OwedReceipts.sql),
    ]

    /// "CRLA".
    static let applicationID = 0x4352_4c41

    static let shape = StoreShape(applicationID: applicationID, steps: steps)

    private static let log = """
        -- One row. commits counts the durable commits of the store's whole life.
        CREATE TABLE journal (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            owner TEXT NOT NULL,                 -- the member whose log this is
            commits INTEGER NOT NULL
        ) STRICT;
        -- One row an entry. leaf is what the tree hashes; the columns repeat parts of it, so that
        -- it can be searched.
        CREATE TABLE access_entry (
            sequence INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            requester TEXT NOT NULL,
            officer BLOB NOT NULL,
            resource TEXT NOT NULL,
            record BLOB,
            purpose TEXT NOT NULL,
            case_number TEXT NOT NULL,
            outcome TEXT NOT NULL,               -- released, absent, refused
            refusal TEXT NOT NULL,
            ticket BLOB NOT NULL,
            leaf BLOB NOT NULL,
            leaf_hash BLOB NOT NULL
        ) STRICT;
        CREATE INDEX access_record ON access_entry(record) WHERE record IS NOT NULL;
        CREATE INDEX access_officer ON access_entry(officer);
        CREATE INDEX access_case ON access_entry(case_number);
        CREATE INDEX access_ticket ON access_entry(ticket);
        -- Roots of complete subtrees above the leaves.
        CREATE TABLE access_node (
            level INTEGER NOT NULL,
            position INTEGER NOT NULL,
            hash BLOB NOT NULL,
            PRIMARY KEY (level, position)
        ) STRICT, WITHOUT ROWID;
        -- One row a commit: the signed note, and when it was signed.
        CREATE TABLE access_checkpoint (
            size INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            root BLOB NOT NULL,
            note BLOB NOT NULL
        ) STRICT;
        -- Requesters' receipts, which come after their entries.
        CREATE TABLE access_receipt (
            sequence INTEGER PRIMARY KEY,
            signature BLOB NOT NULL
        ) STRICT;

        """

    private static let memory = """
        -- Answers that are given again when a request is repeated, until they expire.
        CREATE TABLE access_answer (
            scope TEXT NOT NULL,                 -- an application, or a peer
            key TEXT NOT NULL,                   -- its idempotency key
            body BLOB NOT NULL,                  -- SHA-256 of the request
            answer BLOB NOT NULL,
            expires INTEGER NOT NULL,
            PRIMARY KEY (scope, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX access_answer_end ON access_answer(expires);
        -- What was used of a cap: a grant's name, a day's number.
        CREATE TABLE access_use (
            name TEXT NOT NULL,
            window INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (name, window)
        ) STRICT, WITHOUT ROWID;

        """

    private static let views = """
        CREATE VIEW access_view AS SELECT sequence,
            strftime('%Y-%m-%dT%H:%M:%SZ', time / 1000000000, 'unixepoch') AS time, requester,
            lower(hex(officer)) AS officer, resource, lower(hex(record)) AS record, purpose,
            case_number, outcome, refusal, lower(hex(leaf_hash)) AS leaf_hash FROM access_entry;

        """
}
