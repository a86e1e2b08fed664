// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

extension AccessLogReader {
    /// Place of the first row that is missing, that no checkpoint covers, or whose searchable
    /// columns do not say what its leaf says; nil where all rows are in order. No signature covers
    /// the columns: who can write the file could hide an entry from every search, and leave the log
    /// itself as it was. Reads the whole log.
    package func firstBentRow() throws -> UInt64? {
        var next: UInt64 = 0
        if let bent = try bentRow(&next, below: .max) { return bent }
        // A relay may have gone on meanwhile: what it signed for by now must be there by now.
        let size = try checkpoint().map {
            try Checkpoint(text: try SignedNote(reading: $0).text).size
        }
        let signed = size ?? 0
        guard next <= signed else { return signed }
        if let bent = try bentRow(&next, below: signed) { return bent }
        return next == signed ? nil : next
    }

    private func bentRow(_ next: inout UInt64, below end: UInt64) throws -> UInt64? {
        let statement = try database.prepare(
            """
            SELECT sequence, time, requester, officer, resource, record, purpose, case_number,
                outcome, refusal, ticket, leaf, leaf_hash
            FROM access_entry WHERE sequence >= ?1 AND sequence < ?2 ORDER BY sequence
            """)
        statement.bind(1, next)
        statement.bind(2, min(end, UInt64(Int64.max)))
        while try statement.step() {
            guard AccessLogReader.isInOrder(statement, next) else { return next }
            next += 1
        }
        return nil
    }

    private static func isInOrder(_ row: Statement, _ sequence: UInt64) -> Bool {
        guard let signed = try? SignedAccessEntry(leaf: row.bytes(11)),
            let entry = try? signed.decoded()
        else { return false }
        let access = entry.access
        let texts: [(Int32, String)] = [
            (2, access.requester.member.description), (4, access.resource.text),
            (6, access.purpose.text), (7, access.caseNumber.text), (8, access.outcome.name),
            (9, access.outcome.refusal?.text ?? ""),
        ]
        guard row.unsigned(0) == sequence, entry.sequence == sequence,
            row.integer(1) == entry.time.unixNanoseconds,
            row.bytes(3) == access.requester.officer.digest.bytes,
            row.bytes(10) == access.ticket.bytes, row.bytes(12) == signed.leafHash.bytes
        else { return false }
        let record: [UInt8] = access.record?.bytes ?? []
        guard row.isNull(5) == record.isEmpty, row.bytes(5) == record else { return false }
        for (column, text) in texts where Array(row.text(column).utf8) != Array(text.utf8) {
            return false
        }
        return true
    }
}
