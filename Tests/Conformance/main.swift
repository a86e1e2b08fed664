// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport

// conformance PATH… [--verbose]: judges every corpus found under the paths through public API,
// prints one line a set, and exits 1 on any disagreement or unknown case.

let arguments = CommandLine.arguments.dropFirst()
let isVerbose = arguments.contains("--verbose")
let paths = arguments.filter { !$0.hasPrefix("--") }
guard !paths.isEmpty else {
    print("usage: conformance PATH… [--verbose]")
    exit(2)
}
exit(try Judge(paths: Array(paths), isVerbose: isVerbose).run() ? 0 : 1)
