// SPDX-License-Identifier: Apache-2.0

/// An ECDSA signature over a 256-bit curve: R and S as 32 big-endian bytes each. Their range is
/// judged by the verification.
public struct ECDSASignature: Hashable, Sendable {
    public let r: [UInt8]
    public let s: [UInt8]

    /// R ‖ S, as CometBFT and IEEE P1363 write it.
    public var bytes: [UInt8] { r + s }

    /// Nil unless there are exactly 64 bytes.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 64 else { return nil }
        r = Array(bytes[..<32])
        s = Array(bytes[32...])
    }

    /// Reads SEQUENCE { INTEGER r, INTEGER s } in DER and nothing else: one possible encoding, no
    /// byte behind it, no negative number, no number above 256 bits. Nil otherwise.
    ///
    /// Source: X.690 §8.3, §10.1; SEC 1 §C.8.
    public init?(der bytes: [UInt8]) {
        // Two numbers of 33 bytes at most: every length fits the short form, so DER allows no
        // other.
        guard bytes.count >= 2, bytes[0] == 0x30, bytes[1] < 0x80,
            Int(bytes[1]) == bytes.count - 2
        else { return nil }
        var position = 2
        guard let r = ECDSASignature.integer(bytes, &position),
            let s = ECDSASignature.integer(bytes, &position), position == bytes.count
        else { return nil }
        self.r = r
        self.s = s
    }

    /// One non-negative INTEGER in its shortest form, widened to 32 bytes.
    private static func integer(_ bytes: [UInt8], _ position: inout Int) -> [UInt8]? {
        guard bytes.count - position >= 2, bytes[position] == 0x02 else { return nil }
        let count = Int(bytes[position + 1])
        let start = position + 2
        guard (1...33).contains(count), bytes.count - start >= count else { return nil }
        var digits = bytes[start..<start + count]
        guard digits[start] < 0x80 else { return nil }
        if digits[start] == 0, count > 1 {
            guard digits[start + 1] >= 0x80 else { return nil }
            digits = digits.dropFirst()
        }
        guard digits.count <= 32 else { return nil }
        position = start + count
        return [UInt8](repeating: 0, count: 32 - digits.count) + digits
    }
}
