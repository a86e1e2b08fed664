// SPDX-License-Identifier: Apache-2.0

/// Random values from a seed (SplitMix64), so that a failing run can be repeated.
public struct Generator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    public mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// True once in `count` times.
    public mutating func oneIn(_ count: UInt64) -> Bool { next() % count == 0 }

    /// Small numbers, powers of two and their neighbours, and anything.
    public mutating func edgyUInt64() -> UInt64 {
        switch next() % 4 {
        case 0: next() % 16
        case 1: UInt64.max - next() % 4
        case 2: (1 << (next() % 64)) &- 1 &+ next() % 3
        default: next()
        }
    }
}
