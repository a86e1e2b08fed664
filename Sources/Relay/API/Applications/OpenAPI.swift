// SPDX-License-Identifier: Apache-2.0

import CDocuments

// Unsafe: the document is a C array that lives as long as the program; it is copied at once.

/// The description of the applications' interface: `openapi.json` beside this file.
package enum OpenAPI {
    package static let document: [UInt8] = {
        var length = 0
        let bytes = unsafe cityrelay_openapi(&length)
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: length))
    }()
}
