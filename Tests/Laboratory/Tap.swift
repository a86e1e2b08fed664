// SPDX-License-Identifier: Apache-2.0

import Glibc
import RelayTransport
import TestSupport

/// `Tests/Fixtures/tap.py` between two programs: hands everything on, and writes it down in clear.
package final class Tap: Sendable {
    package static let isThere = Program.path("python3") != nil

    /// Where to connect instead of the target.
    package let port: Int
    package let name: String
    private let out: String
    private let process: pid_t

    /// - Parameter ends: the certificates of server and client; nil where the two speak in clear.
    package init(
        _ name: String, to target: Int, in folder: ScratchFolder,
        ends: (server: Laboratory.Credentials, client: Laboratory.Credentials)? = nil
    ) throws {
        self.name = name
        port = try FreePort.any()
        out = folder.file("tap-\(name)")
        var words = [
            Program.path("python3") ?? "python3", "\(Corpus.root)/Tests/Fixtures/tap.py", out,
            String(port), String(target),
        ]
        if let ends {
            words += [
                ends.server.files.certificate, ends.server.files.key, ends.client.files.certificate,
                ends.client.files.key, ends.server.files.authority,
            ]
        }
        process = try Program.start(words, output: folder.file("tap-\(name).log"))
    }

    package func stop() { Program.end(process) }

    /// Everything that passed, and once more the bodies of messages alone, of connections that have
    /// ended.
    package var heard: [UInt8] {
        let raw = (try? Corpus.read(out + ".raw")) ?? []
        return raw + ((try? Corpus.read(out + ".body")) ?? [])
    }
}
