// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Use-codes and withdrawn consents, in `access.db`: what must be remembered before an answer
/// leaves, and names no person.
final class PresentationTables {
    static let sql = """
        -- Use-codes, by the hash of the code.
        CREATE TABLE presentation (
            code_hash BLOB PRIMARY KEY,
            licence BLOB NOT NULL,               -- keyed hash of the licence's identifier
            service_item TEXT NOT NULL,
            case_number TEXT NOT NULL,
            officer TEXT NOT NULL,
            mode TEXT NOT NULL,                  -- holder, inspection
            expires INTEGER NOT NULL,
            used INTEGER                         -- NULL: not yet
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX presentation_expires ON presentation(expires);
        -- Consents that were taken back.
        CREATE TABLE withdrawn_consent (
            consent TEXT PRIMARY KEY,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        """

    private let find: Statement
    private let write: Statement
    private let forget: Statement
    private let findConsent: Statement
    private let insertConsent: Statement

    init(_ database: Database) throws {
        find = try database.prepare(
            """
            SELECT licence, service_item, case_number, officer, mode, expires, used
            FROM presentation WHERE code_hash = ?1
            """)
        write = try database.prepare(
            "INSERT OR REPLACE INTO presentation VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        forget = try database.prepare("DELETE FROM presentation WHERE expires <= ?1")
        findConsent = try database.prepare("SELECT 1 FROM withdrawn_consent WHERE consent = ?1")
        insertConsent = try database.prepare(
            "INSERT OR IGNORE INTO withdrawn_consent VALUES (?1, ?2)")
    }

    func presentation(_ codeHash: Digest) throws -> PresentationCode? {
        defer { find.reset() }
        find.bind(1, copying: codeHash.bytes)
        guard try find.step(), let licence = Digest(find.bytes(0)),
            let mode = PresentationCode.Mode(rawValue: find.text(4))
        else { return nil }
        return PresentationCode(
            codeHash: codeHash, licence: licence, serviceItem: find.text(1),
            caseNumber: find.text(2), officer: find.text(3), mode: mode,
            expires: Timestamp(unixNanoseconds: find.integer(5)),
            used: find.isNull(6) ? nil : Timestamp(unixNanoseconds: find.integer(6)))
    }

    func insert(_ code: PresentationCode) throws {
        write.bind(1, copying: code.codeHash.bytes)
        write.bind(2, copying: code.licence.bytes)
        write.bind(3, code.serviceItem)
        write.bind(4, code.caseNumber)
        write.bind(5, code.officer)
        write.bind(6, code.mode.rawValue)
        write.bind(7, code.expires.unixNanoseconds)
        if let used = code.used {
            write.bind(8, used.unixNanoseconds)
        } else {
            write.bind(8, nil as Int?)
        }
        try write.run()
    }

    func forgetPresentations(expiredBy now: Timestamp) throws {
        forget.bind(1, now.unixNanoseconds)
        try forget.run()
    }

    func isWithdrawn(_ consent: String) throws -> Bool {
        defer { findConsent.reset() }
        findConsent.bind(1, consent)
        return try findConsent.step()
    }

    func withdraw(_ consent: String, at now: Timestamp) throws {
        insertConsent.bind(1, consent)
        insertConsent.bind(2, now.unixNanoseconds)
        try insertConsent.run()
    }
}
