// SPDX-License-Identifier: Apache-2.0

import RelayStore

/// What this program calls itself towards people and peers.
package enum Version {
    package static let number = "0.1.0"
    /// `HandshakeRequest.protocol_version` of the peer protocol.
    package static let peerProtocol = 1

    package static var software: String { "cityrelay/\(number)" }
}

enum VersionCommand {
    static let command: Command = Command(
        "version", "Show the versions of program, store and protocol"
    ) {
        arguments, console in
        if arguments.isJSON {
            console.print(
                .object([
                    ("version", .string(Version.number)),
                    ("store_schema", .integer(Int64(Schema.version))),
                    ("peer_protocol", .integer(Int64(Version.peerProtocol))),
                ]))
        } else {
            console.print(
                "cityrelay \(Version.number) (store schema \(Schema.version), "
                    + "peer protocol \(Version.peerProtocol))")
        }
        return .success
    }
}

enum CompletionsCommand {
    static let shell = CommandOperand(
        "SHELL", choices: Completions.Shell.allCases.map(\.rawValue), "The shell to complete for.")

    static let command: Command = Command(
        "completions", "Print a completion script for a shell",
        discussion: "bash: source <(cityrelay completions bash)\n"
            + "zsh:  cityrelay completions zsh > ~/.zfunc/_cityrelay\n"
            + "fish: cityrelay completions fish > ~/.config/fish/completions/cityrelay.fish",
        operands: [shell]
    ) { arguments, console in
        guard let shell = arguments.operands.first.flatMap({ Completions.Shell(rawValue: $0) })
        else { return .usage }
        let script = Completions.script(shell, for: .cityrelay)
        if arguments.isJSON {
            console.print(
                .object([("shell", .string(shell.rawValue)), ("script", .string(script))]))
        } else {
            console.print(String(script.dropLast()))
        }
        return .success
    }
}
