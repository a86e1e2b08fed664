// SPDX-License-Identifier: Apache-2.0

/// An option of a command: `--name` or `--name VALUE`.
package struct CommandOption: Hashable, Sendable {
    package let name: String
    package let short: Character?
    /// What stands for the value in help; nil: a flag without value.
    package let value: String?
    package let isRepeatable: Bool
    /// The words that the value can be; empty: anything.
    package let choices: [String]
    package let help: String

    package init(
        _ name: String, short: Character? = nil, value: String? = nil, isRepeatable: Bool = false,
        choices: [String] = [], _ help: String
    ) {
        self.name = name
        self.short = short
        self.value = value
        self.isRepeatable = isRepeatable
        self.choices = choices
        self.help = help
    }
}

/// A word that a command takes by its place.
package struct CommandOperand: Hashable, Sendable {
    package let name: String
    package let isRequired: Bool
    package let choices: [String]
    package let help: String

    package init(
        _ name: String, isRequired: Bool = true, choices: [String] = [], _ help: String
    ) {
        self.name = name
        self.isRequired = isRequired
        self.choices = choices
        self.help = help
    }
}

/// What the process ends with. Stable: scripts rely on it.
package enum ExitStatus: Int32, Hashable, Sendable, CaseIterable {
    case success = 0
    /// The answer is no: a finding that is an error, a packet that is not there.
    case negative = 1
    /// The command line is wrong.
    case usage = 2
    /// The store, a file or a port could not be used.
    case unavailable = 3
    /// Nothing is broken yet, but something needs a person soon.
    case attention = 4
    /// Everything fits together, and nothing that the caller named vouches for it.
    case unanchored = 5

    package var meaning: String {
        switch self {
        case .success: "done; the answer is yes"
        case .negative: "the answer is no: errors in a configuration, no such packet or client"
        case .usage: "the command line is wrong"
        case .unavailable: "a file, the store or a port cannot be used"
        case .attention: "`status` warns: nothing is broken yet, somebody should look"
        case .unanchored: "`verify`: consistent, but against no root that you named"
        }
    }
}

/// One subcommand: how it is called, and what it does.
package struct Command: Sendable {
    /// "packet list".
    package let name: String
    package let summary: String
    /// More for `--help`, lines of at most 80 columns.
    package let discussion: String
    package let operands: [CommandOperand]
    package let options: [CommandOption]
    package let run: @Sendable (Arguments, inout Console) throws -> ExitStatus

    package init(
        _ name: String, _ summary: String, discussion: String = "",
        operands: [CommandOperand] = [], options: [CommandOption] = [],
        run: @escaping @Sendable (Arguments, inout Console) throws -> ExitStatus
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.operands = operands
        self.options = options
        self.run = run
    }

    /// Its own options and those that every command has.
    package var allOptions: [CommandOption] { options + [Command.json, Command.help] }

    package static let json = CommandOption("json", "Answer in JSON.")
    package static let help = CommandOption("help", short: "h", "Show this help.")
}
