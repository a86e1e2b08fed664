// SPDX-License-Identifier: Apache-2.0

/// All subcommands, and the way from words to one of them.
package struct CommandTree: Sendable {
    package let program: String
    package let summary: String
    package let commands: [Command]

    package init(program: String, summary: String, commands: [Command]) {
        self.program = program
        self.summary = summary
        self.commands = commands
    }

    package func command(_ name: String) -> Command? { commands.first { $0.name == name } }

    /// Runs what the words ask for. Never throws: every failure is a message and a status.
    package func run(_ words: [String], _ console: inout Console) -> ExitStatus {
        guard let first = words.first else {
            for line in help { console.report(line) }
            return .usage
        }
        if ["help", "--help", "-h"].contains(first) {
            return help(Array(words.dropFirst()), &console)
        }
        let rest = first == "--version" ? ["version"] + words.dropFirst() : words
        guard let (command, arguments) = find(rest) else {
            return refuse(words, &console)
        }
        do throws(ArgumentError) {
            let parsed = try Arguments(arguments, for: command)
            if parsed.isHelp {
                for line in help(of: command) { console.print(line) }
                return .success
            }
            return run(command, parsed, &console)
        } catch {
            return refuse(error, command, &console)
        }
    }

    private func run(
        _ command: Command, _ arguments: Arguments, _ console: inout Console
    ) -> ExitStatus {
        do {
            return try command.run(arguments, &console)
        } catch let error as ArgumentError {
            return refuse(error, command, &console)
        } catch {
            if arguments.isJSON { console.print(.object([("error", .string("\(error)"))])) }
            console.report("\(program): \(error)")
            return .unavailable
        }
    }

    /// The command with the longest name that the words begin with, and the words behind it.
    private func find(_ words: [String]) -> (Command, [String])? {
        for length in [2, 1] where words.count >= length {
            let name = words.prefix(length).joined(separator: " ")
            if let command = command(name) { return (command, Array(words.dropFirst(length))) }
        }
        return nil
    }

    private func refuse(
        _ error: ArgumentError, _ command: Command, _ console: inout Console
    ) -> ExitStatus {
        console.report("\(program) \(command.name): \(error.message)")
        console.report("usage: \(usage(of: command))")
        console.report("`\(program) \(command.name) --help` says more")
        return .usage
    }

    private func refuse(_ words: [String], _ console: inout Console) -> ExitStatus {
        let group = commands.filter { $0.name.hasPrefix("\(words[0]) ") }
        if !group.isEmpty {
            if words.dropFirst().contains("--help") || words.dropFirst().contains("-h") {
                for line in list(group) { console.print(line) }
                return .success
            }
            console.report("\(program): \(words[0]) needs one of these:")
            for line in list(group) { console.report(line) }
            return .usage
        }
        let names = commands.map(\.name)
        let said = words.prefix(2).joined(separator: " ")
        let near =
            Spelling.nearest(to: said, among: names)
            ?? Spelling.nearest(to: words[0], among: names)
        console.report(
            "\(program): there is no command \"\(words[0])\""
                + (near.map { "; did you mean \"\($0)\"?" } ?? ""))
        console.report("`\(program) help` lists all commands")
        return .usage
    }

    private func help(_ words: [String], _ console: inout Console) -> ExitStatus {
        guard !words.isEmpty else {
            for line in help { console.print(line) }
            return .success
        }
        guard let (command, _) = find(words) else { return refuse(words, &console) }
        for line in help(of: command) { console.print(line) }
        return .success
    }
}
