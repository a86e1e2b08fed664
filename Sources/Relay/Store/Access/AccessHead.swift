// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Synchronization

/// What the access log signed last, in a small file of its own beside the store: `access.db.head`.
///
/// A store that lost its write-ahead log opens as an older one, and whoever appended to it would
/// sign a second history under numbers that are taken. The head is a floor, not the truth: it is
/// written after its entries are on the disk and a little later, so that the store is never behind
/// it, unless something was lost.
struct AccessHead {
    let size: UInt64
    let root: Digest

    /// Bytes of the file: a name, two numbers and one signature are some 300.
    static let maxBytes = 4_096

    static func path(_ store: String) -> String { store + ".head" }

    /// What is kept beside a store; nil where nothing was signed yet.
    init?(besides store: String) throws {
        let path = AccessHead.path(store)
        guard let bytes = try StoreFiles.read(path, atMost: AccessHead.maxBytes) else {
            return nil
        }
        do {
            let head = try Checkpoint(text: try SignedNote(reading: bytes).text)
            (size, root) = (head.size, head.root)
        } catch {
            throw StoreError(
                .corrupt, path, "the file holds no signed head of an access log",
                "put it back from the backup; the head that an auditor saved says what it was")
        }
    }

    /// Why a store does not contain this head; nil where it does.
    func missing(in nodes: AccessNodes, store: String) throws -> StoreError? {
        let found = try nodes.end()
        guard found >= size else { return rolledBack(store, "the store has \(found)") }
        guard try nodes.frontier(size: size).root == root else {
            return rolledBack(store, "the store's first \(size) are others")
        }
        return nil
    }

    func rolledBack(_ store: String, _ found: String) -> StoreError {
        StoreError(
            .rolledBack, store,
            "the log signed a head over \(size) entries, root \(root), and \(found): entries that "
                + "others hold receipts for are lost",
            "nothing was written: put back \(store)-wal, or the whole folder from the backup; keep "
                + "\(AccessHead.path(store)), it is evidence: without what is lost the log goes on "
                + "only after the federation's auditor has seen both")
    }
}

/// Keeps the head's file up to date, apart from the commits. Any thread.
///
/// Two locks: who signs never waits for the disk here.
package final class AccessHeadKeeper: Sendable {
    private struct Signed {
        let size: UInt64
        let note: [UInt8]
    }

    private let path: String
    private let newest = Mutex<Signed?>(nil)
    private let written: Mutex<UInt64>

    /// - Parameter kept: size of the head that is in the file.
    init(store: String, kept: UInt64) {
        path = AccessHead.path(store)
        written = Mutex(kept)
    }

    /// A checkpoint that is on the disk with its entries.
    func take(size: UInt64, note: [UInt8]) {
        newest.withLock { $0 = Signed(size: size, note: note) }
    }

    /// Writes the newest head, unless it is there already.
    package func keep() throws {
        try written.withLock { written in
            guard let head = newest.withLock({ $0 }), head.size > written else { return }
            try StoreFiles.replace(path, with: head.note)
            written = head.size
        }
    }
}
