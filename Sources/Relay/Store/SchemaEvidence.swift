// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// The view of transactions, with a name for those that freeze a client.
    static let evidence = """
        DROP VIEW transaction_view;
        CREATE VIEW transaction_view AS SELECT lower(hex(hash)) AS hash, account, sequence,
            CASE purpose WHEN 0 THEN 'packets' WHEN 1 THEN 'create-client'
                WHEN 2 THEN 'register-counterparty' WHEN 3 THEN 'update-client'
                WHEN 4 THEN 'misbehaviour' END AS purpose,
            counterparty_chain,
            CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'included' WHEN 2 THEN 'failed'
                WHEN 3 THEN 'dead' END AS state,
            codespace, code, log, height, gas_used, timeout_height,
            strftime('%Y-%m-%dT%H:%M:%SZ', created_at / 1000000000, 'unixepoch') AS created_at,
            replace(trim(packets, char(10)), char(10), ' ') AS packets FROM chain_transaction;
        CREATE VIEW evidence_view AS SELECT chain_id, revision || '-' || height AS height, kind,
            length(bytes) AS bytes, reported_by,
            strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000000000, 'unixepoch') AS at
            FROM evidence ORDER BY id;

        """
}
