// SPDX-License-Identifier: Apache-2.0

/// An odd scalar below 2²⁵⁴ cut into the digits of a comb, four columns to a word.
struct CombDigits: Sendable {
    /// For each block its columns from the lowest, in lanes of 16 bits; bit j of a lane is tooth
    /// j's: a set bit means +1 and a clear one −1.
    private var lanes = InlineArray<16, UInt64>(repeating: 0)
    private let wordsPerBlock: Int
    private let top: Int

    init(_ scalar: Words256, for comb: borrowing Comb) {
        wordsPerBlock = (comb.columns + 3) / 4
        top = comb.teeth - 1
        // Σ (2bᵢ − 1)·2ⁱ = k for b = (k − 1)/2 + 2^(bits − 1).
        var bits = InlineArray<6, UInt64>(repeating: 0)
        bits[0] = scalar.w0 &>> 1 | scalar.w1 &<< 63
        bits[1] = scalar.w1 &>> 1 | scalar.w2 &<< 63
        bits[2] = scalar.w2 &>> 1 | scalar.w3 &<< 63
        bits[3] = scalar.w3 &>> 1
        let last = comb.teeth * comb.blocks * comb.columns - 1
        bits[last / 64] |= 1 &<< UInt64(last % 64)

        let mask: UInt64 = (1 &<< UInt64(comb.columns)) &- 1
        var start = 0
        for tooth in 0..<comb.teeth {
            for block in 0..<comb.blocks {
                let (word, shift) = (start &>> 6, UInt64(start & 63))
                // Shifted in two steps, because a shift by 64 is none.
                let above = (bits[word &+ 1] &<< (63 &- shift)) &<< 1
                let row = (bits[word] &>> shift | above) & mask
                scatter(row, tooth, block)
                start &+= comb.columns
            }
        }
    }

    /// Puts each bit of a row into its own lane: the products of four bits with 2⁰, 2¹⁵, 2³⁰ and
    /// 2⁴⁵ bring bit i to position 16i, and none meets another.
    @inline(__always)
    private mutating func scatter(_ row: UInt64, _ tooth: Int, _ block: Int) {
        var rest = row
        var word = block &* wordsPerBlock
        let end = word &+ wordsPerBlock
        while word < end {
            let spread = (rest & 15) &* 0x0000_2000_4000_8001 & 0x0001_0001_0001_0001
            lanes[word] |= spread &<< UInt64(tooth)
            rest &>>= 4
            word &+= 1
        }
    }

    /// The index into the block's table, and 1 when the sum is to be taken away.
    @inline(__always)
    func digit(column: Int, block: Int) -> (index: Int, sign: Int) {
        let word = lanes.span[block &* wordsPerBlock &+ column &>> 2]
        let lane = Int(truncatingIfNeeded: word &>> UInt64(16 &* (column & 3)) & 0xffff)
        let half = 1 &<< top
        // A clear top bit negates the whole: then every other bit turns over.
        let sign = 1 &- (lane &>> top)
        return ((lane ^ (0 &- sign)) & (half &- 1), sign)
    }
}
