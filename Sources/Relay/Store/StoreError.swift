// SPDX-License-Identifier: Apache-2.0

/// Why the store cannot do what it was asked: what is known, and what to do next.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// There is no store at the path.
        case missing = "store/missing"
        /// Another daemon holds the store.
        case locked = "store/locked"
        /// The file is no store of this program, or belongs to another member.
        case foreign = "store/foreign"
        /// A newer version of this program has written the store.
        case newer = "store/newer"
        /// The file is damaged. Nothing was written.
        case corrupt = "store/corrupt"
        /// The access log lacks entries that it has signed for. Nothing was written.
        case rolledBack = "access/rolled-back"
        /// SQLite does not sync every commit, or keeps no write-ahead log.
        case notDurable = "store/not-durable"
        /// Another program holds a lock on the database.
        case busy = "store/busy"
        /// The disk is full.
        case full = "store/full"
        /// The disk or the file system failed, or denied access.
        case io = "store/io"
        /// SQLite refused a statement: a fault of ours.
        case statement = "store/statement"
        /// An earlier commit failed in a way that leaves its outcome open.
        case halted = "store/halted"
    }

    package let code: Code
    package let path: String
    package let message: String
    package let remedy: String

    package init(_ code: Code, _ path: String, _ message: String, _ remedy: String) {
        self.code = code
        self.path = path
        self.message = message
        self.remedy = remedy
    }

    package var description: String { "\(code.rawValue): \(path): \(message); \(remedy)" }
}
