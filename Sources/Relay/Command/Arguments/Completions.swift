// SPDX-License-Identifier: Apache-2.0

/// Completion scripts for shells, made from the same declarations that the parser reads.
package enum Completions {
    package enum Shell: String, CaseIterable, Sendable {
        case bash, zsh, fish
    }

    package static func script(_ shell: Shell, for tree: CommandTree) -> String {
        switch shell {
        case .bash: bash(tree)
        case .zsh: zsh(tree)
        case .fish: fish(tree)
        }
    }

    /// First words, each with the second words behind it.
    private static func groups(_ tree: CommandTree) -> [(first: String, second: [Command])] {
        var order: [String] = []
        var groups: [String: [Command]] = [:]
        for command in tree.commands {
            let first = String(command.name.prefix { $0 != " " })
            if groups[first] == nil { order.append(first) }
            groups[first, default: []].append(command)
        }
        return order.map { ($0, groups[$0] ?? []) }
    }

    private static func second(_ command: Command) -> String? {
        let words = command.name.split(separator: " ")
        return words.count == 2 ? String(words[1]) : nil
    }

    private static func bash(_ tree: CommandTree) -> String {
        var lines = [
            "# bash completion of \(tree.program): source it, or put it into",
            "# /usr/share/bash-completion/completions/\(tree.program)",
            "_\(tree.program)() {",
            "    local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\"",
            "    local words=\"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" choices=\"\"",
            "    COMPREPLY=()",
            "    if [ \"$COMP_CWORD\" -eq 1 ]; then",
            "        choices=\"\(groups(tree).map(\.first).joined(separator: " ")) help\"",
            "        COMPREPLY=($(compgen -W \"$choices\" -- \"$current\")); return",
            "    fi",
            "    case \"${COMP_WORDS[1]}\" in",
        ]
        for (first, commands) in groups(tree) {
            let words = commands.compactMap { second($0) }
            guard !words.isEmpty else { continue }
            lines += [
                "    \(first))",
                "        if [ \"$COMP_CWORD\" -eq 2 ]; then",
                "            COMPREPLY=($(compgen -W \"\(words.joined(separator: " "))\" -- \"$current\"))",
                "            return",
                "        fi ;;",
            ]
        }
        lines += ["    esac", "    case \"$words\" in"]
        for command in tree.commands {
            let pattern = second(command) == nil ? "\"\(command.name) \"*" : "\"\(command.name)\""
            lines.append("    \(pattern))")
            lines.append("        case \"$previous\" in")
            for option in command.allOptions where option.value != nil {
                let answer =
                    option.choices.isEmpty
                    ? "$(compgen -f -- \"$current\")"
                    : "$(compgen -W \"\(option.choices.joined(separator: " "))\" -- \"$current\")"
                lines.append("        --\(option.name)) COMPREPLY=(\(answer)); return ;;")
            }
            lines.append("        esac")
            let words =
                command.allOptions.map { "--\($0.name)" } + command.operands.flatMap(\.choices)
            lines.append("        choices=\"\(words.joined(separator: " "))\" ;;")
        }
        lines += [
            "    esac",
            "    COMPREPLY=($(compgen -W \"$choices\" -- \"$current\"))",
            "    [ -z \"$current\" ] || COMPREPLY+=($(compgen -f -- \"$current\"))",
            "}", "complete -o filenames -F _\(tree.program) \(tree.program)",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func zsh(_ tree: CommandTree) -> String {
        var lines = [
            "#compdef \(tree.program)",
            "# zsh completion of \(tree.program): put it into a folder of $fpath as _\(tree.program)",
            "_\(tree.program)() {",
            "    local -a choices",
            "    if (( CURRENT == 2 )); then",
            "        choices=(",
        ]
        for (first, commands) in groups(tree) {
            let text = commands.count == 1 ? commands[0].summary : "commands about \(first)s"
            lines.append("            \(quoted("\(first):\(text)"))")
        }
        lines += ["        )", "        _describe command choices", "        return", "    fi"]
        lines.append("    case \"$words[2]\" in")
        for (first, commands) in groups(tree) {
            lines.append("    \(first))")
            let pairs = commands.filter { second($0) != nil }
            if !pairs.isEmpty {
                lines += ["        if (( CURRENT == 3 )); then", "            choices=("]
                for command in pairs {
                    let text = "\(second(command) ?? ""):\(command.summary)"
                    lines.append("                \(quoted(text))")
                }
                lines += [
                    "            )", "            _describe command choices", "            return",
                    "        fi", "        case \"$words[3]\" in",
                ]
                for command in pairs {
                    lines.append("        \(second(command) ?? ""))")
                    lines.append(zshArguments(command, depth: "            ") + " ;;")
                }
                lines.append("        esac ;;")
            } else if let command = commands.first {
                lines.append(zshArguments(command, depth: "        ") + " ;;")
            }
        }
        lines += ["    esac", "}", "_\(tree.program) \"$@\""]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func zshArguments(_ command: Command, depth: String) -> String {
        var words = ["\(depth)_arguments"]
        for option in command.allOptions {
            let help = option.help.replacing("[", with: "(").replacing("]", with: ")")
            let action =
                option.choices.isEmpty
                ? "_files" : "(\(option.choices.joined(separator: " ")))"
            let value = option.value.map { ":\($0):\(action)" } ?? ""
            let star = option.isRepeatable ? "*" : ""
            words.append("\(depth)    \(quoted("\(star)--\(option.name)[\(help)]\(value)"))")
        }
        for operand in command.operands {
            let action =
                operand.choices.isEmpty
                ? "_files" : "(\(operand.choices.joined(separator: " ")))"
            words.append("\(depth)    \(quoted("*:\(operand.name):\(action)"))")
        }
        return words.joined(separator: " \\\n")
    }

    private static func fish(_ tree: CommandTree) -> String {
        var lines = [
            "# fish completion of \(tree.program): put it into ~/.config/fish/completions",
            "complete -c \(tree.program) -f",
        ]
        for (first, commands) in groups(tree) {
            let text = commands.count == 1 ? commands[0].summary : "commands about \(first)s"
            lines.append(
                "complete -c \(tree.program) -n __fish_use_subcommand -a \(first) -d \(quoted(text))"
            )
            let seconds = commands.compactMap { second($0) }.joined(separator: " ")
            for command in commands {
                var condition = "__fish_seen_subcommand_from \(first)"
                if let word = second(command) {
                    lines.append(
                        "complete -c \(tree.program) -n "
                            + quoted("\(condition); and not __fish_seen_subcommand_from \(seconds)")
                            + " -a \(word) -d \(quoted(command.summary))")
                    condition += "; and __fish_seen_subcommand_from \(word)"
                }
                for option in command.allOptions {
                    let short = option.short.map { " -s \($0)" } ?? ""
                    let value =
                        option.value == nil
                        ? ""
                        : option.choices.isEmpty
                            ? " -r -F" : " -x -a \(quoted(option.choices.joined(separator: " ")))"
                    lines.append(
                        "complete -c \(tree.program) -n \(quoted(condition)) -l \(option.name)"
                            + "\(short)\(value) -d \(quoted(option.help))")
                }
                let words = command.operands.flatMap(\.choices)
                if !words.isEmpty {
                    lines.append(
                        "complete -c \(tree.program) -n \(quoted(condition)) -a "
                            + quoted(words.joined(separator: " ")))
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// In single quotes, as all three shells read them.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
