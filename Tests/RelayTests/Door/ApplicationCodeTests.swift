// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import RelayAPI
import TestSupport
import Testing

/// Codes that were published never change: the pages against the program, in both directions.
@Suite struct `The published codes` {
    /// Rows of the table under a heading, cells without their marks.
    static func rows(_ page: String, under heading: String) throws -> [[String]] {
        let text = String(
            decoding: try Corpus.read("\(Corpus.root)/\(page)"), as: UTF8.self)
        var rows: [[String]] = []
        var isHere = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("#") {
                isHere = line.drop { $0 == "#" }.dropFirst() == heading
            } else if isHere, line.hasPrefix("| `") {
                let cells = line.dropFirst(2).dropLast(2).split(separator: " | ")
                rows.append(cells.map { String($0.filter { $0 != "`" }) })
            }
        }
        return rows
    }

    @Test func `every code of an application stands in its table as the program says it`() throws {
        let table = try Self.rows("APPLICATIONS.md", under: "Codes")
        let codes = ApplicationCode.all.map { code in
            [
                code.code, "\(code.status)", code.text.english, code.text.englishNext,
                code.text.chinese, code.text.chineseNext,
            ].map { $0.filter { $0 != "`" } }
        }
        for code in codes where !table.contains(code) {
            Issue.record("missing: | `\(code[0])` | \(code[1...].joined(separator: " | ")) |")
        }
        for row in table where !codes.contains(row) { Issue.record("nobody's: \(row)") }
        #expect(table.count == codes.count)
        #expect(Set(codes.map { $0[0] }).count == codes.count, "no code twice")
    }

    @Test func `what stands inside answers is listed as the program says it`() throws {
        let table = try Self.rows("APPLICATIONS.md", under: "Words inside answers")
        let words =
            LetterReason.allCases.map { [$0.rawValue, $0.english, $0.chinese] }
            + SuspenseReason.allCases.map { [$0.rawValue, $0.english, $0.chinese] }
        for word in words where !table.contains(word) {
            Issue.record("missing: | `\(word[0])` | \(word[1]) | \(word[2]) |")
        }
        #expect(table.count == words.count)
    }

    @Test(arguments: ApplicationCode.all)
    func `every code has both languages and a next step`(_ code: ApplicationCode) {
        for chinese in [code.text.chinese, code.text.chineseNext] {
            #expect(
                chinese.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) },
                "\(code.code)")
        }
        for english in [code.text.english, code.text.englishNext] {
            #expect(english.utf8.allSatisfy { $0 < 0x80 } && english.count > 10, "\(code.code)")
        }
        #expect((400..<600).contains(code.status))
    }

    @Test func `the description lists the listener's codes and the reasons, each once`() throws {
        let description = try JSON.parse(OpenAPI.document)
        let listed = description["components"]?["schemas"]?["DoorCode"]?["enum"]?.array ?? []
        #expect(listed.compactMap(\.string) == DoorCode.allCases.map(\.rawValue))
        for (name, words) in [
            ("LetterReason", LetterReason.allCases.map(\.rawValue)),
            ("SuspenseReason", SuspenseReason.allCases.map(\.rawValue)),
        ] {
            let listed = description["components"]?["schemas"]?[name]?["enum"]?.array ?? []
            #expect(listed.compactMap(\.string) == words)
        }
    }

    /// `APIError(409, "area/fact"` as these folders have it, and orders that the engine refuses.
    static func written(_ folders: [String]) throws -> [(code: String, status: String)] {
        let answer = /APIError\(\s*([0-9]{3}), (?:isKind \? )?"([a-z-]+\/[a-z-]+)"/
        let second = /: "(why\/[a-z-]+)",/
        let refusal = /OrderRefusal\(\s*(?:isReplay \? )?"([a-z-]+\/[a-z-]+)"(?: : "([a-z\/-]+)")?/
        var found: [(String, String)] = []
        for folder in folders {
            let root = "\(Corpus.root)/Sources/Relay/\(folder)"
            for path in try FileManager.default.subpathsOfDirectory(atPath: root)
            where path.hasSuffix(".swift") {
                let text = String(decoding: try Corpus.read("\(root)/\(path)"), as: UTF8.self)
                found += text.matches(of: answer).map { (String($0.2), String($0.1)) }
                found += text.matches(of: second).map { (String($0.1), "404") }
                for match in text.matches(of: refusal) {
                    for code in [match.1, match.2].compactMap({ $0 }) {
                        found.append((String(code), code.hasSuffix("/unknown") ? "404" : "409"))
                    }
                }
            }
        }
        return found
    }

    @Test func `every code of operations stands in its table with its status`() throws {
        let table = try Self.rows("OPERATING.md", under: "Codes")
        let written = try Self.written([
            "API/Operations", "API/Console", "API/Metrics", "API/Door", "Engine",
        ])
        #expect(written.count > 30)
        let own = Set(DoorCode.allCases.map(\.rawValue))
        var codes = Set(written.map { [$0.code, $0.status] }.filter { !own.contains($0[0]) })
        // Orders from elsewhere than the API: there the reason is asked for first.
        codes.remove(["action/no-reason", "409"])
        let listed = Set(table.map { Array($0.prefix(2)) })
        #expect(codes.subtracting(listed) == [], "not in the table")
        #expect(listed.subtracting(codes) == [], "nobody's")
        #expect(table.count == listed.count, "no code twice")
        for row in table { #expect(row.count == 4 && row[2].count > 10 && row[3].count > 5) }
    }

    @Test func `no application is refused by a code that is in no list`() throws {
        // Codes with a number beside them are written by hand, and belong to operators.
        let written = try Self.written([
            "API/Applications", "API/Disclosure", "API/Letters", "API/Licences",
        ])
        #expect(written.map(\.code) == [])
    }
}
