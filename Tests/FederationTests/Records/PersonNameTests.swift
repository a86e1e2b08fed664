// SPDX-License-Identifier: Apache-2.0

import Federation
import Testing

@Suite struct `Person's name` {
    private func compare(_ first: String, _ second: String) throws -> PersonNameComparison {
        let one = try PersonName(first).compare(to: try PersonName(second))
        let other = try PersonName(second).compare(to: try PersonName(first))
        #expect(one == other, "the comparison has no sides")
        return one
    }

    @Test(arguments: ["\u{2022}", "\u{30fb}", "\u{ff65}"])
    func `keyboards' middle dots are folded to U+00B7`(_ dot: String) throws {
        #expect(
            try compare("阿依古丽\u{b7}买买提", "阿依古丽\(dot)买买提") == .equivalent)
    }

    @Test func `names are compared in NFC, whatever their composition`() throws {
        #expect(try compare("José", "Jose\u{301}") == .equivalent)
        // A compatibility ideograph and the character it stands for: U+F900, U+8C48.
        #expect(try compare("\u{f900}", "\u{8c48}") == .equivalent)
        // Marks in another order: U+1EC7 from its parts.
        #expect(try compare("\u{1ec7}", "e\u{302}\u{323}") == .equivalent)
        #expect(try compare("\u{ac01}", "\u{1100}\u{1161}\u{11a8}") == .equivalent)
        // Greek ano teleia is canonically the middle dot.
        #expect(try compare("a\u{387}b", "a\u{2022}b") == .equivalent)
        // NFKC would fold these; NFC does not.
        #expect(try compare("ﬁ", "fi") != .equivalent)
    }

    @Test func `the bytes stay as they came`() throws {
        for text in ["Jose\u{301}", "阿依古丽\u{30fb}买买提", "\u{20bb7}田", "\u{e863}"] {
            #expect(try PersonName(text).bytes == Array(text.utf8))
            #expect(try PersonName(text).compare(to: PersonName(text)) == .identical)
        }
    }

    static let mismatches: [(first: String, second: String, rule: PersonNameMismatch)] = [
        ("王小明", "王 小明", .spaces), ("王小明", "王\u{3000}小明", .spaces),
        ("阿依古丽\u{b7}买买提", "阿依古丽买买提", .middleDot),
        ("阿依古丽\u{b7}买买提", "阿依古丽.买买提", .middleDot),
        ("阿依古丽\u{b7}买买提", "阿依古丽\u{2027}买买提", .middleDot),
        ("WANG XIAO", "Wang Xiao", .widthOrCase), ("ＷＡＮＧ", "wang", .widthOrCase),
        ("王小明", "王小", .length),
        ("王\u{e863}", "王\u{4dae}", .privateUse), ("王\u{f0000}", "王\u{4dae}", .privateUse),
        ("\u{20bb7}田", "吉田", .rareCharacter), ("王\u{30edd}", "王面", .rareCharacter),
        ("王小明", "王小红", .characters), ("\u{20bb7}田", "吉由", .characters),
    ]

    @Test(arguments: mismatches)
    func `a mismatch says which rule failed`(
        _ first: String, _ second: String, _ rule: PersonNameMismatch
    ) throws {
        #expect(try compare(first, second) == .mismatch(rule))
    }

    @Test func `rare and private characters can be asked for`() throws {
        #expect(try PersonName("\u{20bb7}田").hasRareCharacter)
        #expect(try !PersonName("吉田").hasRareCharacter)
        #expect(try PersonName("王\u{e863}").hasPrivateUse)
        #expect(try !PersonName("王\u{4dae}").hasPrivateUse)
    }

    @Test func `what is no name is refused`() throws {
        #expect(throws: PersonNameError.length(0)) { try PersonName("") }
        #expect(throws: PersonNameError.length(123)) {
            try PersonName(String(repeating: "王", count: 41))
        }
        #expect(try PersonName(String(repeating: "王", count: 40)).bytes.count == 120)
        // GB 18030 of 王: not UTF-8, and nobody but its owner knows what it is.
        #expect(throws: PersonNameError.notUTF8) { try PersonName(bytes: [0xcd, 0xf5]) }
        #expect(throws: PersonNameError.notUTF8) { try PersonName(bytes: [0xed, 0xa0, 0x80]) }
        #expect(throws: PersonNameError.blank) { try PersonName(" \u{3000}") }
        #expect(throws: PersonNameError.blank) { try PersonName("王\u{0}") }
        #expect(throws: PersonNameError.blank) { try PersonName("王\n") }
    }
}
