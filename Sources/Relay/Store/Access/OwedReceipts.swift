// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// A receipt that we owe another city, for an entry of its access log.
package struct OwedReceipt: Hashable, Sendable {
    /// Whose log the entry is in.
    package let provider: MemberID
    package let receipt: EntryReceipt

    package init(provider: MemberID, receipt: EntryReceipt) {
        self.provider = provider
        self.receipt = receipt
    }
}

/// Receipts that another city's relay has not taken yet, in `access.db`: a relay that was killed
/// between an answer and its receipt sends it after its next start.
final class OwedReceipts {
    static let sql = """
        -- Receipts that we owe other cities, until their relays have taken them.
        CREATE TABLE owed_receipt (
            provider TEXT NOT NULL,              -- whose log the entry is in
            sequence INTEGER NOT NULL,
            leaf_hash BLOB NOT NULL,
            signature BLOB NOT NULL,
            PRIMARY KEY (provider, sequence, leaf_hash)
        ) STRICT, WITHOUT ROWID;

        """

    private let insert: Statement
    private let delete: Statement
    private let select: Statement

    init(_ database: Database) throws {
        insert = try database.prepare(
            "INSERT OR IGNORE INTO owed_receipt VALUES (?1, ?2, ?3, ?4)")
        delete = try database.prepare(
            "DELETE FROM owed_receipt WHERE provider = ?1 AND sequence = ?2 AND leaf_hash = ?3")
        select = try database.prepare(
            """
            SELECT provider, sequence, leaf_hash, signature FROM owed_receipt
            ORDER BY provider, sequence
            """)
    }

    func owe(_ owed: OwedReceipt) throws {
        insert.bind(1, owed.provider.description)
        insert.bind(2, owed.receipt.sequence)
        insert.bind(3, copying: owed.receipt.receipt.leafHash.bytes)
        insert.bind(4, copying: owed.receipt.receipt.signature)
        try insert.run()
    }

    func settle(_ owed: OwedReceipt) throws {
        delete.bind(1, owed.provider.description)
        delete.bind(2, owed.receipt.sequence)
        delete.bind(3, copying: owed.receipt.receipt.leafHash.bytes)
        try delete.run()
    }

    /// All of them, each city's in the order of its log.
    func all() throws -> [OwedReceipt] {
        defer { select.reset() }
        var all: [OwedReceipt] = []
        while try select.step() {
            guard let provider = MemberID(select.text(0)), let hash = Digest(select.bytes(2))
            else { continue }
            all.append(
                OwedReceipt(
                    provider: provider,
                    receipt: EntryReceipt(
                        sequence: UInt64(bitPattern: select.integer(1)),
                        receipt: AccessReceipt(leafHash: hash, signature: select.bytes(3)))))
        }
        return all
    }
}
