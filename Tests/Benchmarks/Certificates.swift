// SPDX-License-Identifier: Apache-2.0

import Glibc
import RelayTransport
import TestSupport

// Unsafe: posix_spawn takes C arrays. No pointer leaves this file.

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
        let pid = try spawn(arguments, file)
        var status: Int32 = 0
        _ = unsafe waitpid(pid, &status, 0)
        return String(decoding: try Corpus.read(file), as: UTF8.self)
    }
}

/// Starts a program whose output goes to a file.
func spawn(_ arguments: [String], _ output: String) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(
        &actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var strings = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer {
        for index in unsafe strings.indices { unsafe free(strings[index]) }
    }
    var pid = pid_t()
    guard unsafe posix_spawn(&pid, arguments[0], &actions, nil, &strings, environ) == 0 else {
        throw TransportError(.badCredentials, "cannot start \(arguments[0])")
    }
    return pid
}
