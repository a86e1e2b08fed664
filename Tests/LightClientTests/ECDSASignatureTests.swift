// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

@Suite struct ECDSASignatureTests {
    static let small: [UInt8] = [0x30, 6, 2, 1, 1, 2, 1, 0x7f]

    @Test func `numbers are widened to 32 bytes`() throws {
        let signature = try #require(ECDSASignature(der: ECDSASignatureTests.small))
        #expect(signature.r == [UInt8](repeating: 0, count: 31) + [1])
        #expect(signature.s == [UInt8](repeating: 0, count: 31) + [0x7f])
        let high: [UInt8] =
            [0x30, 0x26, 2, 0x21, 0] + [UInt8](repeating: 0xff, count: 32) + [2, 1, 0]
        let wide = try #require(ECDSASignature(der: high))
        #expect(wide.r == [UInt8](repeating: 0xff, count: 32))
        #expect(wide.bytes.count == 64)
        #expect(ECDSASignature(wide.bytes) == wide)
    }

    static let refused: [(why: String, bytes: [UInt8])] = [
        ("nothing", []),
        ("no sequence", [0x31, 6, 2, 1, 1, 2, 1, 1]),
        ("a length in long form", [0x30, 0x81, 6, 2, 1, 1, 2, 1, 1]),
        ("an indefinite length", [0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0]),
        ("a byte behind", [0x30, 6, 2, 1, 1, 2, 1, 1, 0]),
        ("a byte behind, counted", [0x30, 7, 2, 1, 1, 2, 1, 1, 0]),
        ("too short", [0x30, 6, 2, 1, 1, 2, 1]),
        ("one number", [0x30, 3, 2, 1, 1]),
        ("another type of number", [0x30, 6, 3, 1, 1, 2, 1, 1]),
        ("an empty number", [0x30, 5, 2, 0, 2, 1, 1]),
        ("a padded number", [0x30, 7, 2, 2, 0, 1, 2, 1, 1]),
        ("a negative number", [0x30, 6, 2, 1, 0x80, 2, 1, 1]),
        ("257 bits", [0x30, 0x26, 2, 0x21, 1] + [UInt8](repeating: 0, count: 32) + [2, 1, 1]),
        (
            "34 bytes",
            [0x30, 0x27, 2, 0x22, 0, 0xff] + [UInt8](repeating: 0, count: 32) + [2, 1, 1]
        ),
        ("a number that claims more", [0x30, 6, 2, 9, 1, 2, 1, 1]),
    ]

    @Test func `every other encoding is refused`() {
        for (why, bytes) in ECDSASignatureTests.refused {
            #expect(ECDSASignature(der: bytes) == nil, "\(why)")
        }
        for length in 0..<ECDSASignatureTests.small.count {
            #expect(ECDSASignature(der: Array(ECDSASignatureTests.small.prefix(length))) == nil)
        }
        #expect(ECDSASignature([UInt8](repeating: 1, count: 63)) == nil)
        #expect(ECDSASignature([UInt8](repeating: 1, count: 65)) == nil)
    }
}
