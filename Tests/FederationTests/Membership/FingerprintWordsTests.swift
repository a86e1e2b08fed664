// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

@Suite struct FingerprintWordsTests {
    @Test func `the list has 256 words, and any two differ in two letters`() {
        let list = FingerprintWords.list
        #expect(list.count == 256 && Set(list).count == 256)
        for word in list {
            #expect((3...9).contains(word.count) && word.allSatisfy { ("a"..."z").contains($0) })
        }
        for (index, word) in list.enumerated() {
            for other in list[(index + 1)...] where word.count == other.count {
                let differences = zip(word, other).count { $0 != $1 }
                #expect(differences >= 2, "\(word) \(other)")
            }
        }
    }

    @Test func `the example of FORMATS.md is what the words are`() throws {
        let words = FingerprintWords(SHA256.hash([]))
        let page = String(decoding: try Corpus.read("\(Corpus.root)/FORMATS.md"), as: UTF8.self)
        #expect(page.contains(words.text))
    }

    @Test func `words read back as the same digest, however they are written down`() {
        var generator = Generator(seed: 8)
        for _ in 0..<200 {
            let digest = SHA256.hash(generator.bytes(8))
            let words = FingerprintWords(digest)
            #expect(words.rows.count == 4)
            #expect(words.compare(words.text) == .same)
            let written = words.rows.joined(separator: ", ").uppercased()
            #expect(words.compare(written) == .same)
            #expect(FingerprintWords(SHA256.hash(digest.bytes)).compare(words.text) == .different)
        }
    }

    @Test func `one wrong word and two swapped words are found in their row`() {
        let list = FingerprintWords.list
        var generator = Generator(seed: 9)
        for _ in 0..<300 {
            let words = FingerprintWords(SHA256.hash(generator.bytes(8)))
            var parts = words.text.split(whereSeparator: \.isWhitespace).map(String.init)
            let row = Int(generator.next() % 4)
            let place = row * 5 + Int(generator.next() % 4)
            if generator.oneIn(2) {
                let other = row * 5 + Int(generator.next() % 4)
                parts.swapAt(place, other)
            } else {
                parts[place] = list[Int(generator.next() % 256)]
            }
            let heard = parts.joined(separator: " ")
            let isSame = heard == words.rows.joined(separator: " ")
            #expect(words.compare(heard) == (isSame ? .same : .misheard(row: row + 1)))
        }
    }

    @Test func `too few words, and words of another list, are misheard`() {
        let words = FingerprintWords(SHA256.hash([]))
        #expect(words.compare("") == .misheard(row: 1))
        #expect(words.compare(words.rows.prefix(3).joined(separator: " ")) == .misheard(row: 4))
        #expect(words.compare(words.text + " acorn") == .misheard(row: 4))
        #expect(words.compare("nonsense " + words.text) == .misheard(row: 1))
    }
}
