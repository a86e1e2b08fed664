-- A store as version 1 of the schema wrote it: `sqlite3 relay.db < version-1.sql` makes it again.
CREATE TABLE packet (
    id INTEGER PRIMARY KEY,
    direction INTEGER NOT NULL,          -- 0 outgoing, 1 incoming
    client TEXT NOT NULL,                -- client on our own chain
    sequence INTEGER NOT NULL,
    counterparty_chain TEXT NOT NULL,
    class INTEGER NOT NULL,              -- 0 ended well, 1 in work, 2 parked, 3 ended otherwise
    state INTEGER NOT NULL,              -- named in packet_view
    timeout_seconds INTEGER NOT NULL,    -- the packet's deadline, since 1970
    committed_revision INTEGER NOT NULL, -- height of our chain that committed the state's fact
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
CREATE INDEX packet_open ON packet(first_seen) WHERE class IN (1,2);
CREATE INDEX packet_troubled ON packet(class, first_seen) WHERE class IN (2,3);
CREATE TABLE packet_body (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE packet_proof (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE packet_acknowledgement (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
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
CREATE TABLE client (
    chain_id TEXT PRIMARY KEY,
    family TEXT NOT NULL,
    revision_counter INTEGER NOT NULL,
    is_frozen INTEGER NOT NULL,
    frozen_reason TEXT NOT NULL,
    latest_revision INTEGER NOT NULL,
    latest_height INTEGER NOT NULL
) STRICT;
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
CREATE TABLE link (
    counterparty_chain TEXT PRIMARY KEY,
    local_client TEXT NOT NULL,
    remote_client TEXT NOT NULL,
    is_registered INTEGER NOT NULL
) STRICT;
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
CREATE TABLE journal (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    owner TEXT NOT NULL,                 -- the member whose relay this is
    commits INTEGER NOT NULL
) STRICT;
CREATE TABLE account_sequence (account TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE cursor (chain_id TEXT PRIMARY KEY, height INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE replay_window (client TEXT PRIMARY KEY, intervals TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO journal VALUES (1, '330100/330100000000000', 41);
INSERT INTO packet VALUES (1, 0, '07-tendermint-0', 1, 'beijing-110000-1', 0, 20, 1795712400, 1, 40, 1, 52,
    0, 3, x'aa01', 0, 0, '', '', NULL, 1795710000000000000, 1795710010000000000);
INSERT INTO packet VALUES (2, 0, '07-tendermint-0', 2, 'beijing-110000-1', 2, 90, 1795712460, 1, 41, 1, 42,
    2, 0, x'', 5, 9223372036854775807, 'peer/refused', 'The peer refused it.', 11,
    1795710001000000000, 1795710031000000000);
INSERT INTO packet_body VALUES (1, x'0801');
INSERT INTO packet_body VALUES (2, x'0802');
INSERT INTO packet_proof VALUES (2, x'0a00');
INSERT INTO packet_acknowledgement VALUES (1, x'0a0101');
INSERT INTO attempt VALUES (0, '07-tendermint-0', 2, 42991616, 1795710031000000000, 'deliver',
    'peer/refused', 'The peer refused it.');
INSERT INTO client VALUES ('beijing-110000-1', 'cometbft', 3, 0, '', 1, 60);
INSERT INTO link VALUES ('beijing-110000-1', '07-tendermint-0', '07-tendermint-9', 1);
INSERT INTO cursor VALUES ('hangzhou-330100-1', 77);
INSERT INTO account_sequence VALUES ('cosmos1abc', 12);
INSERT INTO replay_window VALUES ('07-tendermint-0', '1-4 6-6');
PRAGMA application_id = 1129466969;
PRAGMA user_version = 1;
