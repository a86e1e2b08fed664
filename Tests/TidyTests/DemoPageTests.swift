// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// The first page tells of every act of the demo.
@Suite struct `The acts of the demo` {
    @Test func `README names every act, and no other`() throws {
        var acts: Set<String> = []
        for file in SourceTree.files(under: ["Tests/Demo/Acts"]) {
            for line in file.lines where line.hasPrefix("        name: \"") {
                acts.insert(String(line.dropFirst("        name: \"".count).prefix { $0 != "\"" }))
            }
        }
        #expect(acts.count >= 17)
        let page = String(decoding: try Corpus.read("\(Corpus.root)/README.md"), as: UTF8.self)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        let table = lines.drop { $0 != "| acts | what they show |" }.dropFirst(2)
            .prefix { $0.hasPrefix("|") }
        // Every second part between back quotes of a first column is a name.
        let named = table.flatMap { row in
            row.split(separator: "|").first.map { cell in
                cell.split(separator: "`").filter { $0.contains { $0 != " " } }.map(String.init)
            } ?? []
        }
        #expect(Set(named) == acts)
        #expect(named.count == acts.count)
    }
}
