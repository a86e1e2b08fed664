// SPDX-License-Identifier: Apache-2.0

import Glibc
import RelayLaboratory
import RelayTransport
import TestSupport

// Unsafe: mkdir(2) takes a C string, waitpid(2) a pointer.

/// Throw-away certificates in a folder of the bench's own.
struct Certificates {
    struct Credentials {
        let files: TLSContext.Files
        let expected: ExpectedMember
    }

    private let folder: String

    /// Makes the folder and an authority in it.
    init(_ folder: String) throws {
        self.folder = folder
        unsafe mkdir(folder, 0o700)
        _ = try output(["\(Corpus.root)/certs/issue.sh", folder, "ca"])
    }

    func issue(_ division: String, institution: String? = nil) throws -> Credentials {
        let institution = institution ?? "\(division)000000000"
        let text = try output([
            "\(Corpus.root)/certs/issue.sh", folder, "member", division, institution, "localhost",
            "127.0.0.1", "--as", division,
        ])
        guard let word = text.split(whereSeparator: \.isWhitespace).last,
            let pin = KeyPin(String(word))
        else { throw TransportError(.badCredentials, text) }
        return Credentials(
            files: TLSContext.Files(
                certificate: "\(folder)/\(division).crt", key: "\(folder)/\(division).key",
                authority: "\(folder)/ca.crt"),
            expected: ExpectedMember(
                divisionCode: division, institutionCode: institution, pins: [pin]))
    }

    private func output(_ arguments: [String]) throws -> String {
        let file = "\(folder)/output"
        let pid = try Program.start(arguments, output: file)
        var status: Int32 = 0
        _ = unsafe waitpid(pid, &status, 0)
        return String(decoding: try Corpus.read(file), as: UTF8.self)
    }
}
