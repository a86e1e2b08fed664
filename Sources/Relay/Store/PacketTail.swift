// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// Follows packets by looking again and again. Each look tells every packet that has changed since
/// the one before, also those that ended, and those that came and ended in between.
///
/// A look walks over the open packets: finished ones, of which there are millions, are only asked
/// for by number.
package struct PacketTail {
    private let query: PacketQuery
    /// Open packets at the last look, with the moment of their last change, by row number.
    private var open: [Int64: Int64] = [:]
    private var newest: Int64 = 0

    /// Row numbers in one statement: far below SQLite's limit for a text.
    private static let batch = 1_000

    /// The first look tells of nothing but what changed at or after `since`.
    package init(_ query: PacketQuery, _ reader: JournalReader, since: Timestamp) throws {
        self.query = query
        open = try reader.openPackets().filter { $0.value < since.column }
        // What came and ended before the first look is history: `queue list --all`.
        newest = try reader.newestPacket
    }

    /// What has moved since the last look, in the order of the changes.
    package mutating func look(_ reader: JournalReader) throws -> [PacketRow] {
        let before = open
        let last = newest
        newest = try reader.newestPacket
        open = try reader.openPackets()
        // One that came after the last look's count may be among the open ones of that look, too.
        var moved = Set(open.filter { before[$0.key] != $0.value }.keys)
        moved.formUnion(before.keys.filter { open[$0] == nil })
        if newest > last { moved.formUnion((last + 1...newest).filter { open[$0] == nil }) }
        var rows: [PacketRow] = []
        var rest = Array(moved)[...]
        while !rest.isEmpty {
            var query = query
            query.rows = Array(rest.prefix(PacketTail.batch))
            query.limit = PacketTail.batch
            rows += try reader.packets(query)
            rest = rest.dropFirst(PacketTail.batch)
        }
        return rows.sorted { $0.lastChanged < $1.lastChanged }
    }
}

extension JournalReader {
    /// When each open packet last changed, by row number.
    fileprivate func openPackets() throws -> [Int64: Int64] {
        let statement = try database.prepare(
            "SELECT id, last_changed FROM packet WHERE \(Schema.isOpen)")
        var found: [Int64: Int64] = [:]
        while try statement.step() { found[statement.integer(0)] = statement.integer(1) }
        return found
    }

    fileprivate var newestPacket: Int64 {
        get throws {
            let statement = try database.prepare("SELECT MAX(id) FROM packet")
            return try statement.step() ? statement.integer(0) : 0
        }
    }
}
