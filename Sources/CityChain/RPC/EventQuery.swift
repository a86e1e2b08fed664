// SPDX-License-Identifier: Apache-2.0

/// CometBFT's event query language: conditions `type.key OP value` joined by AND. Every condition
/// must hold for some value of its key; different conditions may hold in different events.
///
/// Source: CometBFT v0.38 libs/pubsub/query/syntax.
package struct EventQuery: Hashable, Sendable {
    package enum Operator: String, Hashable, Sendable {
        case equal = "="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case contains = "CONTAINS"
        case exists = "EXISTS"
    }

    package enum Operand: Hashable, Sendable {
        case none
        case string(String)
        case number(Double)
    }

    package struct Condition: Hashable, Sendable {
        package let key: String
        package let `operator`: Operator
        package let operand: Operand
    }

    package struct SyntaxError: Error, Hashable, Sendable {
        package let message: String

        package init(message: String) { self.message = message }
    }

    package let text: String
    package let conditions: [Condition]

    package init(_ text: String) throws(SyntaxError) {
        self.text = text
        var scanner = Scanner(text)
        var conditions = [try scanner.condition()]
        while let word = scanner.word() {
            guard word == "AND" else { throw scanner.unexpected(word, wanted: "AND") }
            conditions.append(try scanner.condition())
        }
        self.conditions = conditions
    }

    /// Whether events with these values ("type.key" to values) match.
    package func matches(_ events: [String: [String]]) -> Bool {
        conditions.allSatisfy { condition in
            guard let values = events[condition.key] else { return false }
            return values.contains { condition.holds(for: $0) }
        }
    }
}

extension EventQuery.Condition {
    package func holds(for value: String) -> Bool {
        switch (`operator`, operand) {
        case (.exists, _): true
        case (.equal, .string(let text)): value == text
        case (.contains, .string(let text)): value.contains(text)
        case (_, .number(let number)):
            // Numbers are cut out of values such as "100stake", as the reference does.
            leadingNumber(value).map { compare($0, number) } ?? false
        default: false
        }
    }

    private func leadingNumber(_ value: String) -> Double? {
        Double(value.prefix { "0123456789.".contains($0) })
    }

    private func compare(_ left: Double, _ right: Double) -> Bool {
        switch `operator` {
        case .equal: left == right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        default: false
        }
    }
}

/// Splits a query into words; offsets are those the reference names in its errors.
private struct Scanner {
    private let characters: [Character]
    private var position = 0
    private var wordStart = 0

    init(_ text: String) { characters = Array(text) }

    mutating func condition() throws(EventQuery.SyntaxError) -> EventQuery.Condition {
        guard let key = word() else { throw endOfText() }
        guard isKey(key) else { throw unexpected(key, wanted: "tag") }
        guard let name = word() else { throw endOfText() }
        guard let operation = EventQuery.Operator(rawValue: name) else {
            throw unexpected(name, wanted: "operator")
        }
        if operation == .exists {
            return EventQuery.Condition(key: key, operator: operation, operand: .none)
        }
        guard let value = word() else { throw endOfText() }
        if value.hasPrefix("'") {
            guard value.count > 1, value.hasSuffix("'") else { throw endOfText() }
            let text = String(value.dropFirst().dropLast())
            guard operation == .equal || operation == .contains else {
                throw unexpected(value, wanted: "number")
            }
            return EventQuery.Condition(key: key, operator: operation, operand: .string(text))
        }
        guard let number = Double(value), operation != .contains else {
            throw unexpected(value, wanted: "string")
        }
        return EventQuery.Condition(key: key, operator: operation, operand: .number(number))
    }

    /// The next word, operator or quoted string; nil at the end.
    mutating func word() -> String? {
        while position < characters.count, characters[position].isWhitespace { position += 1 }
        guard position < characters.count else { return nil }
        wordStart = position
        let first = characters[position]
        position += 1
        if first == "'" {
            while position < characters.count, characters[position] != "'" { position += 1 }
            if position < characters.count { position += 1 }
        } else if "<>=".contains(first) {
            if first != "=", position < characters.count, characters[position] == "=" {
                position += 1
            }
        } else {
            while position < characters.count, !characters[position].isWhitespace,
                !"<>='".contains(characters[position])
            { position += 1 }
        }
        return String(characters[wordStart..<position])
    }

    func unexpected(_ word: String, wanted: String) -> EventQuery.SyntaxError {
        EventQuery.SyntaxError(message: "offset \(wordStart): got \(word), wanted \(wanted)")
    }

    private func endOfText() -> EventQuery.SyntaxError {
        EventQuery.SyntaxError(message: "offset \(characters.count): EOF")
    }

    private func isKey(_ word: String) -> Bool {
        guard let first = word.first else { return false }
        return first.isLetter || first == "_"
    }
}
