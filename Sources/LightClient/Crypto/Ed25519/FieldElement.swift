// SPDX-License-Identifier: Apache-2.0

/// An integer modulo p = 2²⁵⁵ − 19 in radix 2⁵¹. Variable time: for public data only.
///
/// A product is *tight*: every limb below 2⁵¹ + 2¹⁵. Sums and differences are not carried; a factor
/// may have limbs up to 2⁵⁴, which covers every sum and difference of two or three tight elements.
/// Source: specs/performance.md §9.
package struct FieldElement: Sendable {
    package var l0: UInt64
    package var l1: UInt64
    package var l2: UInt64
    package var l3: UInt64
    package var l4: UInt64

    static let zero = FieldElement(0, 0, 0, 0, 0)
    static let one = FieldElement(1, 0, 0, 0, 0)

    @inline(__always)
    package init(_ l0: UInt64, _ l1: UInt64, _ l2: UInt64, _ l3: UInt64, _ l4: UInt64) {
        self.l0 = l0
        self.l1 = l1
        self.l2 = l2
        self.l3 = l3
        self.l4 = l4
    }

    /// The low 255 bits, taken modulo p: encodings of p ..< 2²⁵⁵ are accepted.
    package init(low255 words: Words256) {
        let mask = FieldElement.mask
        l0 = words.w0 & mask
        l1 = (words.w0 &>> 51 | words.w1 &<< 13) & mask
        l2 = (words.w1 &>> 38 | words.w2 &<< 26) & mask
        l3 = (words.w2 &>> 25 | words.w3 &<< 39) & mask
        l4 = words.w3 &>> 12 & mask
    }

    @inline(__always)
    package static func + (a: FieldElement, b: FieldElement) -> FieldElement {
        FieldElement(a.l0 &+ b.l0, a.l1 &+ b.l1, a.l2 &+ b.l2, a.l3 &+ b.l3, a.l4 &+ b.l4)
    }

    /// Requires the subtrahend's limbs below 2⁵³ − 76: a tight element, or a sum of two.
    @inline(__always)
    package static func - (a: FieldElement, b: FieldElement) -> FieldElement {
        // 4p, so that no limb becomes negative.
        let low: UInt64 = 0x1f_ffff_ffff_ffb4
        let high: UInt64 = 0x1f_ffff_ffff_fffc
        return FieldElement(
            a.l0 &+ (low &- b.l0), a.l1 &+ (high &- b.l1), a.l2 &+ (high &- b.l2),
            a.l3 &+ (high &- b.l3), a.l4 &+ (high &- b.l4))
    }

    @inline(__always)
    package static func * (a: FieldElement, b: FieldElement) -> FieldElement {
        let (b1, b2, b3, b4) = (b.l1 &* 19, b.l2 &* 19, b.l3 &* 19, b.l4 &* 19)
        let r0 =
            wide(a.l0, b.l0) &+ wide(a.l1, b4) &+ wide(a.l2, b3) &+ wide(a.l3, b2)
            &+ wide(a.l4, b1)
        let r1 =
            wide(a.l0, b.l1) &+ wide(a.l1, b.l0) &+ wide(a.l2, b4) &+ wide(a.l3, b3)
            &+ wide(a.l4, b2)
        let r2 =
            wide(a.l0, b.l2) &+ wide(a.l1, b.l1) &+ wide(a.l2, b.l0) &+ wide(a.l3, b4)
            &+ wide(a.l4, b3)
        let r3 =
            wide(a.l0, b.l3) &+ wide(a.l1, b.l2) &+ wide(a.l2, b.l1) &+ wide(a.l3, b.l0)
            &+ wide(a.l4, b4)
        let r4 =
            wide(a.l0, b.l4) &+ wide(a.l1, b.l3) &+ wide(a.l2, b.l2) &+ wide(a.l3, b.l1)
            &+ wide(a.l4, b.l0)
        return reduced(r0, r1, r2, r3, r4)
    }

    @inline(__always)
    package var squared: FieldElement {
        let (d0, d1, d2, d3) = (l0 &* 2, l1 &* 2, l2 &* 2, l3 &* 2)
        let (n3, n4) = (l3 &* 19, l4 &* 19)
        return FieldElement.reduced(
            wide(l0, l0) &+ wide(d1, n4) &+ wide(d2, n3),
            wide(d0, l1) &+ wide(d2, n4) &+ wide(l3, n3),
            wide(d0, l2) &+ wide(l1, l1) &+ wide(d3, n4),
            wide(d0, l3) &+ wide(d1, l2) &+ wide(l4, n4),
            wide(d0, l4) &+ wide(d1, l3) &+ wide(l2, l2))
    }

    /// Two parallel carry passes; a serial chain would double the cost of a squaring. From limbs of
    /// 2¹¹⁵ the first carries stay below 2⁶⁴, nineteen times the last one too.
    @inline(__always)
    private static func reduced(
        _ r0: UInt128, _ r1: UInt128, _ r2: UInt128, _ r3: UInt128, _ r4: UInt128
    ) -> FieldElement {
        FieldElement(
            low(r0) &+ carry(r4) &* 19, low(r1) &+ carry(r0), low(r2) &+ carry(r1),
            low(r3) &+ carry(r2), low(r4) &+ carry(r3)
        ).carried
    }

    /// Limbs below 2⁵¹ plus a carry of at most 2¹³, nineteenfold at the bottom.
    @inline(__always)
    var carried: FieldElement {
        let mask = FieldElement.mask
        return FieldElement(
            l0 & mask &+ (l4 &>> 51) &* 19, l1 & mask &+ l0 &>> 51, l2 & mask &+ l1 &>> 51,
            l3 & mask &+ l2 &>> 51, l4 & mask &+ l3 &>> 51)
    }

    @inline(__always)
    private static func low(_ value: UInt128) -> UInt64 {
        UInt64(truncatingIfNeeded: value) & mask
    }

    @inline(__always)
    private static func carry(_ value: UInt128) -> UInt64 {
        UInt64(truncatingIfNeeded: value &>> 51)
    }

    private static let mask: UInt64 = 1 &<< 51 &- 1
}

@inline(__always)
private func wide(_ a: UInt64, _ b: UInt64) -> UInt128 {
    UInt128(truncatingIfNeeded: a) &* UInt128(truncatingIfNeeded: b)
}

extension FieldElement {
    /// The one encoding below p.
    package var canonical: Words256 {
        var a = carried.carried
        // One more than the quotient by p would be: the carry out of a + 19.
        var quotient = (a.l0 &+ 19) &>> 51
        quotient = (a.l1 &+ quotient) &>> 51
        quotient = (a.l2 &+ quotient) &>> 51
        quotient = (a.l3 &+ quotient) &>> 51
        quotient = (a.l4 &+ quotient) &>> 51
        let mask = FieldElement.mask
        a.l0 &+= quotient &* 19
        a.l1 &+= a.l0 &>> 51
        a.l2 &+= a.l1 &>> 51
        a.l3 &+= a.l2 &>> 51
        a.l4 &+= a.l3 &>> 51
        a = FieldElement(a.l0 & mask, a.l1 & mask, a.l2 & mask, a.l3 & mask, a.l4 & mask)
        return Words256(
            a.l0 | a.l1 &<< 51, a.l1 &>> 13 | a.l2 &<< 38, a.l2 &>> 26 | a.l3 &<< 25,
            a.l3 &>> 39 | a.l4 &<< 12)
    }

    var isZero: Bool { canonical == Words256(0, 0, 0, 0) }

    /// The sign of an encoded x: the lowest bit.
    var isNegative: Bool { canonical.w0 & 1 == 1 }

    /// Requires a tight element, or a sum of two.
    var negated: FieldElement { (FieldElement.zero - self).carried }

    func isEqual(to other: FieldElement) -> Bool { canonical == other.canonical }
}
