// SPDX-License-Identifier: Apache-2.0

extension CommandTree {
    /// The overview.
    package var help: [String] {
        var lines = [summary, "", "usage: \(program) COMMAND [OPTION…]", "", "commands:"]
        lines += list(commands)
        lines += ["", "exit status:"]
        for status in ExitStatus.allCases {
            lines.append("  \(status.rawValue)  \(status.meaning)")
        }
        lines += ["", "`\(program) help COMMAND` says more about one."]
        return lines
    }

    func list(_ commands: [Command]) -> [String] {
        let width = commands.map(\.name.count).max() ?? 0
        return commands.map { command in
            let gap = String(repeating: " ", count: width - command.name.count + 2)
            return "  \(command.name)\(gap)\(command.summary)"
        }
    }

    package func usage(of command: Command) -> String {
        var words = [program, command.name]
        for operand in command.operands {
            words.append(operand.isRequired ? operand.name : "[\(operand.name)]")
        }
        words.append("[OPTION…]")
        return words.joined(separator: " ")
    }

    package func help(of command: Command) -> [String] {
        var lines = [command.summary, "", "usage: \(usage(of: command))"]
        if !command.discussion.isEmpty {
            lines.append("")
            lines += command.discussion.split(separator: "\n", omittingEmptySubsequences: false)
                .map(String.init)
        }
        if !command.operands.isEmpty {
            lines += ["", "operands:"]
            lines += columns(command.operands.map { ($0.name, $0.help, $0.choices) })
        }
        lines += ["", "options:"]
        lines += columns(
            command.allOptions.map { option in
                let short = option.short.map { "-\($0), " } ?? ""
                let value = option.value.map { " \($0)" } ?? ""
                let repeatable = option.isRepeatable ? " May be repeated." : ""
                return (
                    "\(short)--\(option.name)\(value)", option.help + repeatable, option.choices
                )
            })
        return lines
    }

    /// Terms on the left, explanations on the right, wrapped at 80 columns.
    private func columns(_ rows: [(term: String, text: String, choices: [String])]) -> [String] {
        let width = min(26, rows.map(\.term.count).max() ?? 0)
        let indent = String(repeating: " ", count: width + 4)
        var lines: [String] = []
        for row in rows {
            let choices =
                row.choices.isEmpty
                ? "" : " One of: \(row.choices.joined(separator: ", "))."
            let wrapped = CommandTree.wrap(row.text + choices, 80 - width - 4)
            let gap = String(repeating: " ", count: max(0, width - row.term.count) + 2)
            if row.term.count > width {
                lines.append("  \(row.term)")
                lines += wrapped.map { indent + $0 }
            } else {
                lines.append("  \(row.term)\(gap)\(wrapped.first ?? "")")
                lines += wrapped.dropFirst().map { indent + $0 }
            }
        }
        return lines
    }

    private static func wrap(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? word : " \(word)"
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
