// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The tree's nodes in the store.
struct AccessNodes: MerkleNodes {
    private let database: Database
    private let selectLeaf: Statement
    private let selectNode: Statement

    init(_ database: Database) throws {
        self.database = database
        selectLeaf = try database.prepare(
            "SELECT leaf_hash FROM access_entry WHERE sequence = ?1")
        selectNode = try database.prepare(
            "SELECT hash FROM access_node WHERE level = ?1 AND position = ?2")
    }

    func node(_ position: MerklePosition) throws -> Digest {
        let statement = position.level == 0 ? selectLeaf : selectNode
        if position.level == 0 {
            statement.bind(1, position.index)
        } else {
            statement.bind(1, Int64(position.level))
            statement.bind(2, position.index)
        }
        defer { statement.reset() }
        guard try statement.step(), let hash = Digest(statement.bytes(0)) else {
            throw StoreError.corrupt(
                database.path,
                "the log's tree lacks node \(position.index) of level \(position.level)")
        }
        return hash
    }

    /// Entries in the log.
    func size() throws -> UInt64 {
        let last = try database.integer("SELECT max(sequence) FROM access_entry")
        guard let count = try database.integer("SELECT count(*) FROM access_entry"), count > 0
        else { return 0 }
        guard last == count - 1 else {
            throw StoreError.corrupt(
                database.path, "the log has \(count) entries, the last is number \(last ?? -1)")
        }
        return UInt64(count)
    }

    /// Number behind the last entry, gaps or not.
    func end() throws -> UInt64 {
        UInt64(try database.integer("SELECT coalesce(max(sequence) + 1, 0) FROM access_entry") ?? 0)
    }

    func frontier() throws -> MerkleFrontier { try frontier(size: size()) }

    /// Requires a size not above the log's.
    func frontier(size: UInt64) throws -> MerkleFrontier {
        var peaks: [Digest] = []
        var start: UInt64 = 0
        for level in (0..<63).reversed() where size >> UInt64(level) & 1 == 1 {
            peaks.append(try node(MerklePosition(level: level, index: start >> UInt64(level))))
            start += 1 << UInt64(level)
        }
        return MerkleFrontier(size: size, peaks: peaks) ?? MerkleFrontier()
    }

    /// Size and root of the newest checkpoint; nil while nothing was logged.
    func lastHead() throws -> (size: UInt64, root: Digest)? {
        let statement = try database.prepare(
            "SELECT size, root FROM access_checkpoint ORDER BY size DESC LIMIT 1")
        guard try statement.step(), let root = Digest(statement.bytes(1)) else { return nil }
        return (statement.unsigned(0), root)
    }

    /// The newest checkpoint as it was signed; nil while nothing was logged.
    func lastNote() throws -> [UInt8]? {
        let statement = try database.prepare(
            "SELECT note FROM access_checkpoint ORDER BY size DESC LIMIT 1")
        return try statement.step() ? statement.bytes(0) : nil
    }
}
