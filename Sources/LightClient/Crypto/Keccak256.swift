// SPDX-License-Identifier: Apache-2.0

/// Keccak-256 with the original padding, as Ethereum uses it. Not SHA3-256, and OpenSSL 3.0 has
/// none.
///
/// Source: the Keccak reference, version 3.0: Keccak-f[1600], rate 136 bytes, domain byte 0x01.
public enum Keccak256 {
    private static let rate = 136

    public static func hash(_ bytes: [UInt8]) -> Digest {
        var state = Keccak1600()
        var position = 0
        while bytes.count - position >= rate {
            state.absorb(bytes[position..<position + rate])
            position += rate
        }
        var last = Array(bytes[position...])
        last.append(0x01)
        last.append(contentsOf: repeatElement(0, count: rate - last.count))
        last[rate - 1] |= 0x80
        state.absorb(last[...])
        return state.firstWords
    }
}

/// The permutation and its 25 lanes, lane (x, y) at index x + 5y.
private struct Keccak1600 {
    private var lanes = InlineArray<25, UInt64>(repeating: 0)

    /// XORs one block of a multiple of eight bytes into the state and permutes.
    mutating func absorb(_ block: ArraySlice<UInt8>) {
        for (index, byte) in block.enumerated() {
            lanes[index / 8] ^= UInt64(byte) << UInt64(8 * (index % 8))
        }
        for constant in Keccak1600.roundConstants { round(constant) }
    }

    /// The first 32 bytes of the state.
    var firstWords: Digest {
        Digest(
            words: (
                lanes[0].byteSwapped, lanes[1].byteSwapped, lanes[2].byteSwapped,
                lanes[3].byteSwapped
            ))
    }

    private mutating func round(_ constant: UInt64) {
        var columns = InlineArray<5, UInt64>(repeating: 0)
        for x in 0..<5 {
            columns[x] = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
        }
        for x in 0..<5 {
            let mix = columns[(x + 4) % 5] ^ rotated(columns[(x + 1) % 5], 1)
            for y in 0..<5 { lanes[x + 5 * y] ^= mix }
        }
        var moved = InlineArray<25, UInt64>(repeating: 0)
        for x in 0..<5 {
            for y in 0..<5 {
                let from = x + 5 * y
                moved[y + 5 * ((2 * x + 3 * y) % 5)] = rotated(
                    lanes[from], Keccak1600.rotations[from])
            }
        }
        for y in 0..<5 {
            for x in 0..<5 {
                lanes[x + 5 * y] =
                    moved[x + 5 * y] ^ (~moved[(x + 1) % 5 + 5 * y] & moved[(x + 2) % 5 + 5 * y])
            }
        }
        lanes[0] ^= constant
    }

    private func rotated(_ lane: UInt64, _ count: UInt64) -> UInt64 {
        lane &<< count | lane &>> (64 &- count)
    }

    private static let rotations: [UInt64] = [
        0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56,
        14,
    ]

    private static let roundConstants: [UInt64] = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a, 0x8000_0000_8000_8000,
        0x0000_0000_0000_808b, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
        0x0000_0000_0000_008a, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
        0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
        0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800a, 0x8000_0000_8000_000a,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]
}
