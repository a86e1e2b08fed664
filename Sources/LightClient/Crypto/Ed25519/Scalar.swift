// SPDX-License-Identifier: Apache-2.0

/// An integer below the order L = 2²⁵² + 27742317777372353535851937790883648493 of the base point.
package struct Scalar: Sendable {
    package let words: Words256

    package static let order = Words256(
        0x5812_631a_5cf5_d3ed, 0x14de_f9de_a2f7_9cd6, 0, 0x1000_0000_0000_0000)

    /// Refuses L and above: a signature's S must be reduced.
    package init?(reduced words: Words256) {
        guard Scalar.isBelowOrder(words) else { return nil }
        self.words = words
    }

    /// The 512-bit little-endian number modulo L, 32 bits at a time from the top.
    package init(reducing number: InlineArray<8, UInt64>) {
        var rest = Words256(
            number[4] &>> 32 | number[5] &<< 32, number[5] &>> 32 | number[6] &<< 32,
            number[6] &>> 32 | number[7] &<< 32, number[7] &>> 32)
        var index = 9
        while index > 0 {
            index &-= 1
            let digit = number[index &>> 1] &>> UInt64(32 &* (index & 1)) & 0xffff_ffff
            rest = Scalar.step(rest, digit)
        }
        words = rest
    }

    /// (rest · 2³² + digit) mod L for a rest below L.
    private static func step(_ rest: Words256, _ digit: UInt64) -> Words256 {
        let top = rest.w3 &>> 32
        let t3 = rest.w3 &<< 32 | rest.w2 &>> 32
        // The quotient by 2²⁵² is at most one more than the quotient by L.
        let quotient = t3 &>> 60 | top &<< 4
        let first = quotient.multipliedFullWidth(by: order.w0)
        let second = quotient.multipliedFullWidth(by: order.w1)
        let (middle, carry) = first.high.addingReportingOverflow(second.low)
        var result = Words256(
            rest.w0 &<< 32 | digit, rest.w1 &<< 32 | rest.w0 &>> 32,
            rest.w2 &<< 32 | rest.w1 &>> 32, t3 & 0x0fff_ffff_ffff_ffff)
        let product = Words256(first.low, middle, second.high &+ (carry ? 1 : 0), 0)
        if subtract(product, from: &result) { result = sum(result, order) }
        return result
    }

    /// True when the result went below zero.
    private static func subtract(_ small: Words256, from large: inout Words256) -> Bool {
        var borrow = false
        func less(_ a: UInt64, _ b: UInt64) -> UInt64 {
            let (partial, first) = a.subtractingReportingOverflow(b)
            let (result, second) = partial.subtractingReportingOverflow(borrow ? 1 : 0)
            borrow = first || second
            return result
        }
        large.w0 = less(large.w0, small.w0)
        large.w1 = less(large.w1, small.w1)
        large.w2 = less(large.w2, small.w2)
        large.w3 = less(large.w3, small.w3)
        return borrow
    }

    /// The sum modulo 2²⁵⁶.
    static func sum(_ a: Words256, _ b: Words256) -> Words256 {
        var carry = false
        func plus(_ a: UInt64, _ b: UInt64) -> UInt64 {
            let (partial, first) = a.addingReportingOverflow(b)
            let (result, second) = partial.addingReportingOverflow(carry ? 1 : 0)
            carry = first || second
            return result
        }
        return Words256(plus(a.w0, b.w0), plus(a.w1, b.w1), plus(a.w2, b.w2), plus(a.w3, b.w3))
    }

    private static func isBelowOrder(_ words: Words256) -> Bool {
        var rest = words
        return subtract(order, from: &rest)
    }

    /// The scalar, or the scalar plus L: whichever is odd. Equal to the scalar on points of order
    /// L; on others it differs by a point of small order, which the cofactor removes.
    package var odd: Words256 { words.w0 & 1 == 1 ? words : Scalar.sum(words, Scalar.order) }
}
