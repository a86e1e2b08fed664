// SPDX-License-Identifier: Apache-2.0

extension Schema {
    static let members = """
        -- Every version of the manifest that held here, with its signatures; never deleted.
        CREATE TABLE manifest (
            version INTEGER PRIMARY KEY,
            digest BLOB NOT NULL,
            bytes BLOB NOT NULL,                 -- SignedManifest, or ManifestDelta
            is_difference INTEGER NOT NULL,      -- 1: to the version before
            source TEXT NOT NULL,                -- chain id of the peer that brought it, or 'file'
            adopted_at INTEGER NOT NULL
        ) STRICT;
        CREATE VIEW manifest_view AS SELECT version, lower(hex(digest)) AS digest,
            length(bytes) AS bytes, source,
            strftime('%Y-%m-%dT%H:%M:%SZ', adopted_at / 1000000000, 'unixepoch') AS adopted_at
            FROM manifest ORDER BY version;
        -- The trust anchor that our client of a chain began from; zero: not remembered.
        ALTER TABLE client ADD COLUMN anchor_revision INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE client ADD COLUMN anchor_height INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE client ADD COLUMN anchor_hash BLOB NOT NULL DEFAULT x'';

        """
}
