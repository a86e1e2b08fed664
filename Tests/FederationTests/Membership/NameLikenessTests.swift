// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

private typealias Sample = SampleFederation

/// Names that people could take for one another are told before anyone approves.
@Suite struct NameLikenessTests {
    static let alike: [(one: String, other: String)] = [
        ("Suzhou", "Suzhou"), ("Suzhou", "SUZHOU"), ("Suzhou", "Su-zhou"),
        ("Suzhou", "Ｓｕｚｈｏｕ"), ("Suzhou", "Suzh0u"), ("Loudi", "l0udl"), ("Ili", "1l1"),
        ("Jiamusi", "Jiarnusi"), ("苏州市", "苏 州市"), ("伊犁·哈萨克", "伊犁•哈萨克"),
        ("伊犁·哈萨克", "伊犁哈萨克"), ("Loudi", "Lоudi"), ("Lüliang", "Lu\u{308}liang"),
    ]
    static let different: [(one: String, other: String)] = [
        ("Suzhou", "Xuzhou"), ("苏州市", "宿州市"), ("Taizhou", "Taizhou2"), ("Hangzhou", "Hengzhou"),
    ]

    private func likenesses(_ one: String, _ other: String) throws -> [NameLikeness] {
        var manifest = try Sample.manifest(2)
        manifest.members[0].localName = one
        var newcomer = try Sample.member("320100", "Nanjing")
        newcomer.localName = other
        let old = manifest
        manifest.set(newcomer)
        return manifest.likenesses(since: old)
    }

    @Test func `names that look alike are told, with both members and both spellings`() throws {
        for (one, other) in Self.alike {
            let found = try likenesses(one, other)
            #expect(found.count == 1, "\(one) and \(other)")
            let sentence = try #require(found.first).sentence
            #expect(sentence.contains("320100/320100000000000") && sentence.contains(other))
            #expect(sentence.contains("110000/110000000000000"))
        }
        for (one, other) in Self.different {
            #expect(try likenesses(one, other).isEmpty, "\(one) and \(other)")
        }
    }

    @Test func `a chain id is compared with chain ids alone, and old names are told no more`()
        throws
    {
        var manifest = try Sample.manifest(3)
        var newcomer = try Sample.member("320100", "Nanjing")
        newcomer.chains[0].parameters.chainID = ChainID("beijing-l")
        let old = manifest
        manifest.set(newcomer)
        let found = manifest.likenesses(since: old)
        #expect(found.map(\.isChain) == [true])
        #expect(found.first?.otherText == "beijing-1")
        #expect(manifest.likenesses(since: manifest).isEmpty)
        // Where nothing was before, each pair is told once.
        #expect(manifest.likenesses(since: nil).count == 1)
    }
}
