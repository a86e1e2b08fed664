// SPDX-License-Identifier: Apache-2.0

/// A place in a file, counted from 1.
package struct Mark: Hashable, Sendable, Comparable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static let start = Mark(line: 1, column: 1)

    package static func < (left: Mark, right: Mark) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// Something wrong or doubtful in a configuration file: where, what, and the way out.
package struct Finding: Hashable, Sendable {
    package let file: String
    package let mark: Mark
    /// Key path, "members[2].chain.id"; empty for the file as a whole.
    package let path: String
    package let isWarning: Bool
    package let problem: String
    package let remedy: String

    package init(
        file: String, mark: Mark, path: String, isWarning: Bool = false, problem: String,
        remedy: String
    ) {
        self.file = file
        self.mark = mark
        self.path = path
        self.isWarning = isWarning
        self.problem = problem
        self.remedy = remedy
    }
}

extension Finding: CustomStringConvertible {
    /// "relay.yaml:12:9: error: limits.inbox_packets: … (way out: …)", as editors jump to it.
    package var description: String {
        let severity = isWarning ? "warning" : "error"
        let key = path.isEmpty ? "" : "\(path): "
        return "\(file):\(mark.line):\(mark.column): \(severity): \(key)\(problem); \(remedy)"
    }
}

extension Finding {
    package var json: JSONText {
        .object([
            ("file", .string(file)), ("line", .integer(Int64(mark.line))),
            ("column", .integer(Int64(mark.column))), ("path", .string(path)),
            ("severity", .string(isWarning ? "warning" : "error")),
            ("problem", .string(problem)), ("remedy", .string(remedy)),
        ])
    }
}
