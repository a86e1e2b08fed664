// SPDX-License-Identifier: Apache-2.0

import CDocuments

// Unsafe: a document is a C array that lives as long as the program; it is copied at once.

/// Files that stand beside the code and are compiled into the program.
enum EmbeddedDocument {
    /// Empty for a name that is not among them.
    static func bytes(_ name: String) -> [UInt8] {
        var length = 0
        guard let start = unsafe cityrelay_document(name, &length) else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: start, count: length))
    }
}
