// SPDX-License-Identifier: Apache-2.0

import LightClient
import Testing

@Suite struct `Escapes in JSON` {
    @Test func `the table is RFC 8259's, for every byte`() {
        let escapes: [Character: UInt8] = [
            "\"": 0x22, "\\": 0x5c, "/": 0x2f, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
        ]
        for byte in UInt8.min...UInt8.max {
            #expect(JSONEscape.byte(byte) == escapes[Character(Unicode.Scalar(byte))])
            let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            #expect(JSONEscape.digit(byte) == (byte < 0x80 ? digit.map { UInt32($0) } : nil))
        }
    }

    @Test func `pairs of code units make every code point above the first plane`() {
        for value in stride(from: UInt32(0x10000), through: 0x10ffff, by: 251) {
            let units = Array(String(Unicode.Scalar(value).map(Character.init) ?? "?").utf16)
            #expect(JSONEscape.pair(UInt32(units[0]), UInt32(units[1])) == value)
        }
        #expect(JSONEscape.pair(0xd800, 0xd800) == nil)
        #expect(JSONEscape.pair(0xdc00, 0xdc00) == nil)
        #expect(JSONEscape.pair(0x41, 0xdc00) == nil)
    }
}
