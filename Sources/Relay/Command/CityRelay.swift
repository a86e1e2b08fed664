// SPDX-License-Identifier: Apache-2.0

import Glibc
import LightClient

@main
struct CityRelay {
    static func main() {
<<<<<<< HEAD
        var console = Console(now: Timestamp.system())
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
=======
        let arguments = CommandLine.arguments
        guard arguments.count == 4, arguments[1] == "run" else { exit(64) }
        exit(
            RunCommand.run(configurationPath: arguments[3]) { line in
                write(line)
            })
    }

    private static func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
>>>>>>> 45f2ee7 (demo: three cities exchange letters and licences; a relay dies and comes back)
    }
}
