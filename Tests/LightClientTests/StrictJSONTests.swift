// SPDX-License-Identifier: Apache-2.0

import LightClient
import Testing

/// JSON as evidence is written in.
@Suite struct StrictJSONTests {
    @Test func `what is written is read back`() throws {
        let value = StrictJSON.object([
            ("text", .string("a\"\\\n\u{1}é娄𠮷\u{2028}")), ("number", .integer(42)),
            ("list", .array([.null, .bool(true), .number("-1.5e3")])), ("none", nil),
        ])
        for text in [value.pretty, value.line] {
            #expect(try StrictJSON(reading: Array(text.utf8)) == value)
        }
        #expect(value["number"]?.wholeNumber == 42)
        #expect(value["list"]?.array?[2].wholeNumber == nil)
    }

    static let refused = [
        "", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "01", "+1",
        "1.", ".5", "1e", "-", "NaN", "tru", "nul", "\"\\x\"", "\"\\ud800\"", "\"\\udc00\"",
        "\"\\ud800\\u0041\"", "\"\u{1}\"", "1 2", "{a:1}", "[1 2]", "'a'", "\u{feff}1",
        String(repeating: "[", count: 40) + String(repeating: "]", count: 40),
    ]

    @Test(arguments: refused)
    func `what another program might read otherwise is refused`(_ text: String) {
        #expect(throws: StrictJSONError.self) { try StrictJSON(reading: Array(text.utf8)) }
    }

    @Test func `ill-formed UTF-8 is refused`() {
        #expect(throws: StrictJSONError.notUTF8) {
            try StrictJSON(reading: [0x22, 0xff, 0x22])
        }
    }

    @Test func `surrogate pairs are one letter`() throws {
        let text = Array("\"\\ud842\\udfb7\"".utf8)
        #expect(try StrictJSON(reading: text) == .string("𠮷"))
    }
}
