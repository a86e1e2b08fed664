// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// Whoever writes a verifier of his own has one page open for what he verifies.
@Suite struct `The page of every format` {
    /// Lines of a printed page.
    static let page = 66

    @Test func `no format is longer than a page`() throws {
        let text = String(decoding: try Corpus.read("\(Corpus.root)/FORMATS.md"), as: UTF8.self)
        let sections = text.split(separator: "\n## ").dropFirst()
        #expect(sections.count >= 25)
        for section in sections {
            let lines = section.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= Self.page, "\(lines[0]) has \(lines.count) lines")
        }
    }
}
