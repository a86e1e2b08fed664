// SPDX-License-Identifier: Apache-2.0

/// Why a command line is refused.
package enum ArgumentError: Error, Hashable, Sendable {
    case unknownOption(String, suggestion: String?)
    case missingValue(String)
    case unexpectedValue(String)
    case repeated(String)
    case badValue(option: String, value: String, expected: String)
    case missingOperand(String)
    case unexpectedOperand(String)

    package var message: String {
        switch self {
        case .unknownOption(let name, let suggestion):
            "there is no option \(name)" + (suggestion.map { "; did you mean \($0)?" } ?? "")
        case .missingValue(let name): "\(name): not given, or without its value"
        case .unexpectedValue(let name): "\(name) takes no value"
        case .repeated(let name): "\(name) is given twice"
        case .badValue(let option, let value, let expected):
            "\(option): \"\(value)\" is not \(expected)"
        case .missingOperand(let name): "\(name) is missing"
        case .unexpectedOperand(let word): "\"\(word)\" is one word too many"
        }
    }
}

/// The words of a command line, sorted by what they are.
package struct Arguments: Hashable, Sendable {
    private var values: [String: [String]] = [:]
    private var flags: Set<String> = []
    private let known: Set<String>
    package private(set) var operands: [String] = []

    /// Reads the words behind a subcommand's name. Options may stand anywhere; `--` ends them.
    package init(_ words: [String], for command: Command) throws(ArgumentError) {
        known = Set(command.allOptions.map(\.name))
        var index = 0
        var isOpen = true
        while index < words.count {
            let word = words[index]
            index += 1
            if isOpen, word == "--" {
                isOpen = false
            } else if isOpen, word.hasPrefix("-"), word != "-" {
                let next = index < words.count ? words[index] : nil
                if try take(word, next, command) { index += 1 }
            } else {
                operands.append(word)
            }
        }
        guard !isHelp else { return }
        try checkOperands(command)
    }

    package var isHelp: Bool { has(Command.help) }
    package var isJSON: Bool { has(Command.json) }

    package func has(_ option: CommandOption) -> Bool { flags.contains(option.name) }

    /// Whether the command has this option at all.
    package func mayHave(_ option: CommandOption) -> Bool { known.contains(option.name) }

    package func value(_ option: CommandOption) -> String? { values[option.name]?.last }

    package func values(_ option: CommandOption) -> [String] { values[option.name] ?? [] }

    /// A whole number within bounds.
    package func number(
        _ option: CommandOption, in range: ClosedRange<Int>
    ) throws(ArgumentError) -> Int? {
        guard let text = value(option) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .badValue(
                option: "--\(option.name)", value: text,
                expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// True when the next word was the option's value.
    private mutating func take(
        _ word: String, _ next: String?, _ command: Command
    ) throws(ArgumentError) -> Bool {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let attached = parts.count == 2 ? String(parts[1]) : nil
        let found = command.allOptions.first { option in
            name == "--\(option.name)" || option.short.map { name == "-\($0)" } ?? false
        }
        guard let option = found else {
            throw .unknownOption(name, suggestion: Arguments.near(name, command))
        }
        guard option.value != nil else {
            if attached != nil { throw .unexpectedValue(name) }
            flags.insert(option.name)
            return false
        }
        guard let value = attached ?? next else { throw .missingValue(name) }
        if !option.choices.isEmpty, !option.choices.contains(value) {
            throw .badValue(
                option: name, value: value,
                expected: "one of \(option.choices.joined(separator: ", "))")
        }
        if !option.isRepeatable, values[option.name] != nil { throw .repeated(name) }
        values[option.name, default: []].append(value)
        return attached == nil
    }

    private func checkOperands(_ command: Command) throws(ArgumentError) {
        for (index, operand) in command.operands.enumerated() {
            guard index < operands.count else {
                if operand.isRequired { throw .missingOperand(operand.name) }
                continue
            }
            if !operand.choices.isEmpty, !operand.choices.contains(operands[index]) {
                throw .badValue(
                    option: operand.name, value: operands[index],
                    expected: "one of \(operand.choices.joined(separator: ", "))")
            }
        }
        if operands.count > command.operands.count {
            throw .unexpectedOperand(operands[command.operands.count])
        }
    }

    private static func near(_ name: String, _ command: Command) -> String? {
        Spelling.nearest(to: name, among: command.allOptions.map { "--\($0.name)" })
    }
}

/// Finds the word that was probably meant.
package enum Spelling {
    /// The nearest of the words, unless even that needs more than two changes.
    package static func nearest(to word: String, among words: [String]) -> String? {
        var best: (word: String, distance: Int)?
        for candidate in words {
            let distance = distance(candidate, word)
            if distance < best?.distance ?? 3 { best = (candidate, distance) }
        }
        return best?.word
    }

    /// Levenshtein's distance, for short words.
    private static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8.prefix(64)), Array(right.utf8.prefix(64)))
        var row = Array(0...right.count)
        for (line, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, other) in right.enumerated() {
                let change = diagonal + (byte == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[right.count]
    }
}
