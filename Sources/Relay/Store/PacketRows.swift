// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Reads packets.
enum PacketRows {
    /// What `record` reads, in this order.
    static let selection = """
        SELECT p.direction, p.client, p.sequence, p.counterparty_chain, p.state, p.timeout_seconds,
            p.committed_revision, p.committed_height, p.proof_revision, p.proof_height,
            p.transaction_hash, p.attempts, p.not_before, p.reason_code, p.reason_detail,
            p.parked_from, p.first_seen, p.last_changed, b.bytes,
            CASE WHEN p.proof_bytes > 0 THEN r.bytes END,
            CASE WHEN p.acknowledgement_bytes > 0 THEN a.bytes END, p.history
        FROM packet p JOIN packet_body b ON b.id = p.id
            LEFT JOIN packet_proof r ON r.id = p.id
            LEFT JOIN packet_acknowledgement a ON a.id = p.id
        """

    /// The packet in the present row of a statement that begins with `selection`.
    static func record(_ row: Statement, _ path: String) throws -> PacketRecord {
        guard let direction = PacketDirection(rawValue: Int(row.integer(0))),
            let state = PacketState(rawValue: Int(row.integer(4)))
        else {
            throw StoreError.corrupt(
                path,
                "packet \(row.text(1))/\(row.unsigned(2)) has direction \(row.integer(0)) "
                    + "and state \(row.integer(4))")
        }
        let id = PacketID(direction: direction, client: row.text(1), sequence: row.unsigned(2))
        var record = PacketRecord(
            id: id, counterpartyChain: row.text(3), packet: row.bytes(18), state: state,
            timeoutSeconds: row.unsigned(5),
            committedHeight: Height(revision: row.unsigned(6), height: row.unsigned(7)),
            now: Timestamp(column: row.integer(16)))
        record.proofHeight = Height(revision: row.unsigned(8), height: row.unsigned(9))
        record.transaction = row.bytes(10)
        record.attempts = Int(row.integer(11))
        record.notBefore = Timestamp(column: row.integer(12))
        record.reasonCode = row.text(13)
        record.reasonDetail = row.text(14)
        record.parkedFrom = row.isNull(15) ? nil : PacketState(rawValue: Int(row.integer(15)))
        record.lastChanged = Timestamp(column: row.integer(17))
        record.proof = row.bytes(19)
        record.acknowledgement = row.bytes(20)
        record.history = PacketHistory(bytes: row.bytes(21))
        return record
    }
}

extension Timestamp {
    /// Nanoseconds since 1970; before 1678 and after 2262 the ends of the range, which read back as
    /// the first and the last moment.
    var column: Int64 { unixNanoseconds }

    init(column: Int64) {
        switch column {
        case .min: self = .goZero
        case .max: self = .latest
        default: self.init(unixNanoseconds: column)
        }
    }
}
