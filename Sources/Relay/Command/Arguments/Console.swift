// SPDX-License-Identifier: Apache-2.0

import Federation
package import LightClient

/// What a command writes, and what it may know of its surroundings. Commands that only answer write
/// here and nowhere else, so that a test reads what a person would see.
package struct Console: Sendable {
    package private(set) var output = ""
    package private(set) var errors = ""
    package let now: Timestamp
    package let files: ConfigurationFiles
    /// Writes a line at once; nil: into `output`, where tests read it.
    private let live: (@Sendable (String) -> Void)?

    package init(
        now: Timestamp, files: ConfigurationFiles = .disk,
        live: (@Sendable (String) -> Void)? = nil
    ) {
        self.now = now
        self.files = files
        self.live = live
    }

    package mutating func print(_ line: String) { output += line + "\n" }

    package mutating func print(_ json: JSONText) { output += json.pretty + "\n" }

    /// A line that must be seen at once, not when the command ends.
    package mutating func stream(_ line: String) {
        guard let live else { return print(line) }
        live(line)
    }

    /// One line for the person: what it repeats of an argument or a file cannot end it, nor hide or
    /// turn what stands around it.
    package mutating func report(_ line: String) { errors += PlainText.line(line) + "\n" }
}

/// Text in columns, each as wide as its widest cell.
package struct TextTable: Sendable {
    private var rows: [[String]]

    package init(_ header: [String]) { rows = [header] }

    package mutating func add(_ cells: [String]) { rows.append(cells) }

    package var lines: [String] {
        var widths = [Int](repeating: 0, count: rows.first?.count ?? 0)
        for row in rows {
            for (column, cell) in row.enumerated() where column < widths.count {
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() where column < widths.count {
                line += cell
                if column < row.count - 1 {
                    line += String(repeating: " ", count: widths[column] - cell.count + 2)
                }
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }
}
