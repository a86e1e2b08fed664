// SPDX-License-Identifier: Apache-2.0

/// 32 bytes as four little-endian words: an encoded point, an encoded scalar, or a key of a table.
package struct Words256: Hashable, Sendable {
    package var w0: UInt64
    package var w1: UInt64
    package var w2: UInt64
    package var w3: UInt64

    package init(_ w0: UInt64, _ w1: UInt64, _ w2: UInt64, _ w3: UInt64) {
        self.w0 = w0
        self.w1 = w1
        self.w2 = w2
        self.w3 = w3
    }

    /// The 32 bytes from `start` on. Nil when there are not so many.
    package init?(_ bytes: [UInt8], from start: Int = 0) {
        guard start >= 0, bytes.count >= start + 32 else { return nil }
        w0 = Words256.word(bytes, start)
        w1 = Words256.word(bytes, start + 8)
        w2 = Words256.word(bytes, start + 16)
        w3 = Words256.word(bytes, start + 24)
    }

    @inline(__always)
    private static func word(_ bytes: [UInt8], _ start: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(bytes[start &+ index]) &<< UInt64(8 &* index) }
        return word
    }
}
