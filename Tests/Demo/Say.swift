// SPDX-License-Identifier: Apache-2.0

import Glibc

// Unsafe: the text's bytes are handed to write(2).

/// One line of the run's report, at once: a pipe must not hold it back.
func say(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
}
