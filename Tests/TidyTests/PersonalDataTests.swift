// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import TestSupport
import Testing

/// Nobody who may live stands in the repository: identity numbers in it are of people born in 1880,
/// as in the standard's own example.
@Suite struct `No living person` {
    /// The first birth year of somebody who may live.
    private static let firstYear = 1900
    private static let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    private static let checks = Array("10X98765432".utf8)

    /// Whether eighteen characters are a good identity number of such a person (GB 11643).
    static func isLiving(_ text: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(text)
        let digits = bytes.prefix(17).map { Int($0) - 0x30 }
        guard bytes.count == 18, digits.allSatisfy({ (0...9).contains($0) }),
            (1...9).contains(digits[0])
        else { return false }
        let year = digits[6..<10].reduce(0) { $0 * 10 + $1 }
        let month = digits[10] * 10 + digits[11]
        let day = digits[12] * 10 + digits[13]
        guard (firstYear...2_100).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return false }
        let sum = zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 }
        return bytes[17] == checks[sum % 11] || bytes[17] == 0x78 && checks[sum % 11] == 0x58
    }

    /// Runs of exactly eighteen digits, the last perhaps an X.
    static func numbers(in line: String) -> [ArraySlice<UInt8>] {
        let bytes = Array(line.utf8)
        var found: [ArraySlice<UInt8>] = []
        var start = 0
        for place in 0...bytes.count {
            let isPart =
                place < bytes.count
                && ((0x30...0x39).contains(bytes[place])
                    || (place - start == 17 && [0x58, 0x78].contains(bytes[place])))
            if isPart { continue }
            if place - start == 18 { found.append(bytes[start..<place]) }
            start = place + 1
        }
        return found
    }

    @Test func `no identity number of this century or the last is in sources and documents`() {
        var seen = 0
        for file in SourceTree.files + documents() {
            for (index, line) in file.lines.enumerated() {
                for number in Self.numbers(in: line) {
                    seen += 1
                    #expect(!Self.isLiving(number), "\(file):\(index + 1)")
                }
            }
        }
        #expect(seen > 10)
    }

    @Test func `the check knows one when it sees one`() {
        let number = "110105" + "19491231" + "002X"
        #expect(Self.numbers(in: "a \(number), b").count == 1)
        #expect(Self.isLiving(Array(number.utf8)[...]))
        #expect(!Self.isLiving(Array("431302188001010014".utf8)[...]))
        #expect(!Self.isLiving(Array("110105194912310021".utf8)[...]))
    }

    private func documents() -> [SourceTree.File] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Corpus.root)) ?? []
        return names.sorted().filter { $0.hasSuffix(".md") }.map { name in
            let bytes = (try? Corpus.read("\(Corpus.root)/\(name)")) ?? []
            let text = String(decoding: bytes, as: UTF8.self)
            return SourceTree.File(
                path: name,
                lines: text.split(separator: "\n", omittingEmptySubsequences: false)
                    .map(String.init))
        }
    }
}
