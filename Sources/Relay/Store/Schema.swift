// SPDX-License-Identifier: Apache-2.0

import Federation

/// The tables, for this program and for people who open the store with `sqlite3`:
///
///     sqlite3 -readonly data/relay.db "SELECT * FROM packet_view WHERE state = 'parked'"
///
/// Read what you like while the relay runs; write nothing. Start from the views: `packet_view`,
/// `attempt_view`, `transaction_view`, `header_view` show names for numbers and times as text. In
/// the tables times are nanoseconds since 1970 (the largest number means "never"), byte strings are
/// blobs, and unsigned 64-bit numbers above 2^63 show as negative ones.
///
/// Each step is applied once, in order; `PRAGMA user_version` says which was the last. A step that
/// has been released is never changed: add another.
package enum Schema {
    struct Step {
        let version: Int
        let title: String
        let sql: String
    }

    static let steps = [
        Step(version: 1, title: "tables", sql: packets + chains + bookkeeping),
        Step(version: 2, title: "views for people", sql: views),
        Step(version: 3, title: "members", sql: members),
        Step(version: 4, title: "operators' actions", sql: OperatorTables.schema),
        Step(version: 5, title: "transactions that carry evidence", sql: evidence),
    ]

    package static let version = steps.count

    /// Marks a database file as ours: "CRLY".
    static let applicationID = 0x4352_4c59

    /// Conditions of the partial indexes, word for word: SQLite uses such an index only for the
    /// same words. They speak of `class`, which changes rarely, and not of `state`: an update then
    /// leaves the indexes alone.
    static let isOpen = "class IN (1,2)"
    static let isTroubled = "class IN (2,3)"

    /// What `class` holds: 0 ended well, 1 in work, 2 parked, 3 ended otherwise.
    static func packetClass(_ state: PacketState) -> Int64 {
        switch state {
        case .acknowledged, .acknowledgementDelivered: 0
        case .refused, .timedOut, .expired: 3
        case .parked: 2
        default: 1
        }
    }

    private static let packets = """
        -- Every packet that this relay has taken up. Long byte strings have tables of their own, so
        -- a change of state rewrites 200 bytes and not some thousands.
        CREATE TABLE packet (
            id INTEGER PRIMARY KEY,
            direction INTEGER NOT NULL,          -- 0 outgoing, 1 incoming
            client TEXT NOT NULL,                -- client on our own chain
            sequence INTEGER NOT NULL,
            counterparty_chain TEXT NOT NULL,
            class INTEGER NOT NULL,              -- 0 ended well, 1 in work, 2 parked, 3 other end
            state INTEGER NOT NULL,              -- named in packet_view
            timeout_seconds INTEGER NOT NULL,    -- the packet's deadline, since 1970
            committed_revision INTEGER NOT NULL, -- height of our chain that committed the fact
            committed_height INTEGER NOT NULL,
            proof_revision INTEGER NOT NULL,     -- height the proof stands on
            proof_height INTEGER NOT NULL,
            proof_bytes INTEGER NOT NULL,        -- 0: no proof, whatever packet_proof still holds
            acknowledgement_bytes INTEGER NOT NULL,
            transaction_hash BLOB NOT NULL,      -- ours, for the present step; empty: none is out
            attempts INTEGER NOT NULL,           -- failed ones at the present step
            not_before INTEGER NOT NULL,
            reason_code TEXT NOT NULL,
            reason_detail TEXT NOT NULL,
            parked_from INTEGER,                 -- state to go back to; NULL unless parked
            first_seen INTEGER NOT NULL,
            last_changed INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX packet_name ON packet(direction, client, sequence);
        CREATE INDEX packet_open ON packet(first_seen) WHERE \(isOpen);
        CREATE INDEX packet_troubled ON packet(class, first_seen) WHERE \(isTroubled);
        -- ibc.core.channel.v2.Packet.
        CREATE TABLE packet_body (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
        -- ibc.core.commitment.v1.MerkleProof, or the chain family's own form.
        CREATE TABLE packet_proof (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
        -- ibc.core.channel.v2.Acknowledgement.
        CREATE TABLE packet_acknowledgement (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
        -- What was tried for a packet, in the order of number.
        CREATE TABLE attempt (
            direction INTEGER NOT NULL,
            client TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            step TEXT NOT NULL,
            code TEXT NOT NULL,                  -- 'ok' or a stable error code
            detail TEXT NOT NULL,
            PRIMARY KEY (direction, client, sequence, number)
        ) STRICT, WITHOUT ROWID;

        """

    private static let chains = """
        -- Transactions of ours.
        CREATE TABLE chain_transaction (
            id INTEGER PRIMARY KEY,
            hash BLOB NOT NULL UNIQUE,
            account TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            timeout_height INTEGER NOT NULL,
            purpose INTEGER NOT NULL,            -- named in transaction_view
            counterparty_chain TEXT NOT NULL,
            state INTEGER NOT NULL,              -- 0 pending, 1 included, 2 failed, 3 dead
            codespace TEXT NOT NULL,
            code INTEGER NOT NULL,
            log TEXT NOT NULL,
            height INTEGER NOT NULL,
            gas_used INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            packets TEXT NOT NULL                -- one 'out/CLIENT/SEQUENCE' or 'in/…' a line
        ) STRICT;
        CREATE INDEX transaction_pending ON chain_transaction(id) WHERE state = 0;
        CREATE TABLE transaction_body (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
        -- Our own light clients of the other chains.
        CREATE TABLE client (
            chain_id TEXT PRIMARY KEY,
            family TEXT NOT NULL,
            revision_counter INTEGER NOT NULL,
            is_frozen INTEGER NOT NULL,
            frozen_reason TEXT NOT NULL,
            latest_revision INTEGER NOT NULL,
            latest_height INTEGER NOT NULL
        ) STRICT;
        -- Headers that these clients have verified.
        CREATE TABLE header (
            id INTEGER PRIMARY KEY,
            chain_id TEXT NOT NULL,
            revision INTEGER NOT NULL,
            height INTEGER NOT NULL,
            timestamp INTEGER NOT NULL,
            header_hash BLOB NOT NULL,
            consensus_state BLOB NOT NULL,
            message BLOB NOT NULL,               -- what proved it; empty for the anchor
            trusted_revision INTEGER NOT NULL,   -- height the message builds on
            trusted_height INTEGER NOT NULL,
            verified_at INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX header_name ON header(chain_id, revision, height);
        -- The clients that two chains host of each other.
        CREATE TABLE link (
            counterparty_chain TEXT PRIMARY KEY,
            local_client TEXT NOT NULL,
            remote_client TEXT NOT NULL,
            is_registered INTEGER NOT NULL
        ) STRICT;
        -- Proofs that somebody lied.
        CREATE TABLE evidence (
            id INTEGER PRIMARY KEY,
            chain_id TEXT NOT NULL,
            revision INTEGER NOT NULL,
            height INTEGER NOT NULL,
            kind TEXT NOT NULL,
            bytes BLOB NOT NULL,
            reported_by TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;

        """

    private static let bookkeeping = """
        -- One row. commits counts the durable commits of the store's whole life.
        CREATE TABLE journal (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            owner TEXT NOT NULL,                 -- the member whose relay this is
            commits INTEGER NOT NULL
        ) STRICT;
        -- Next sequence of each signing account.
        CREATE TABLE account_sequence (account TEXT PRIMARY KEY, next INTEGER NOT NULL)
            STRICT, WITHOUT ROWID;
        -- Last height of our own chain whose contents are here.
        CREATE TABLE cursor (
            chain_id TEXT PRIMARY KEY, height INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        -- Sequences accepted from each client: 'first-last', separated by blanks.
        CREATE TABLE replay_window (client TEXT PRIMARY KEY, intervals TEXT NOT NULL)
            STRICT, WITHOUT ROWID;
        CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

        """

    /// Nanoseconds since 1970 as text in UTC.
    static func time(_ column: String) -> String {
        "CASE WHEN \(column) = 9223372036854775807 THEN 'never' WHEN \(column) = 0 THEN '' "
            + "ELSE strftime('%Y-%m-%dT%H:%M:%SZ', \(column) / 1000000000, 'unixepoch') END"
    }

    private static func stateName(_ column: String) -> String {
        """
        CASE \(column) WHEN 10 THEN 'observed' WHEN 11 THEN 'proven' WHEN 12 THEN 'forwarded'
            WHEN 13 THEN 'acknowledgement-verified' WHEN 14 THEN 'absence-verified'
            WHEN 20 THEN 'acknowledged' WHEN 21 THEN 'refused' WHEN 22 THEN 'timed-out'
            WHEN 40 THEN 'verified' WHEN 41 THEN 'received' WHEN 42 THEN 'acknowledgement-written'
            WHEN 43 THEN 'acknowledgement-proven' WHEN 50 THEN 'acknowledgement-delivered'
            WHEN 51 THEN 'expired' WHEN 90 THEN 'parked' END
        """
    }

    static let packetName =
        "CASE direction WHEN 0 THEN 'out/' ELSE 'in/' END || client || '/' || sequence"

    private static let views = """
        CREATE VIEW packet_view AS SELECT \(packetName) AS packet, counterparty_chain,
            \(stateName("state")) AS state, \(stateName("parked_from")) AS parked_from,
            reason_code, reason_detail, attempts, \(time("not_before")) AS not_before,
            strftime('%Y-%m-%dT%H:%M:%SZ', timeout_seconds, 'unixepoch') AS deadline,
            committed_height, proof_height, lower(hex(transaction_hash)) AS transaction_hash,
            \(time("first_seen")) AS first_seen, \(time("last_changed")) AS last_changed
            FROM packet;
        CREATE VIEW attempt_view AS SELECT \(packetName) AS packet, \(time("at")) AS at, step, code,
            detail FROM attempt ORDER BY direction, client, sequence, number;
        CREATE VIEW transaction_view AS SELECT lower(hex(hash)) AS hash, account, sequence,
            CASE purpose WHEN 0 THEN 'packets' WHEN 1 THEN 'create-client'
                WHEN 2 THEN 'register-counterparty' WHEN 3 THEN 'update-client' END AS purpose,
            counterparty_chain,
            CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'included' WHEN 2 THEN 'failed'
                WHEN 3 THEN 'dead' END AS state,
            codespace, code, log, height, gas_used, timeout_height,
            \(time("created_at")) AS created_at,
            replace(trim(packets, char(10)), char(10), ' ') AS packets FROM chain_transaction;
        CREATE VIEW header_view AS SELECT chain_id, revision || '-' || height AS height,
            \(time("timestamp")) AS timestamp, lower(hex(header_hash)) AS header_hash,
            trusted_revision || '-' || trusted_height AS trusted_height,
            \(time("verified_at")) AS verified_at FROM header;

        """
}
