// SPDX-License-Identifier: Apache-2.0

import Glibc
import LightClient

// Unsafe: write(2) takes a pointer.

@main
struct CityRelay {
    static func main() {
        var console = Console(
            now: Timestamp.system(), live: { write($0 + "\n", to: STDOUT_FILENO) })
        let words = Array(CommandLine.arguments.dropFirst())
        let status = CommandTree.cityrelay.run(words, &console)
        write(console.output, to: STDOUT_FILENO)
        write(console.errors, to: STDERR_FILENO)
        exit(status.rawValue)
    }

    /// A reader that has gone away (`| head`) ends the writing, not the program's answer.
    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
