// SPDX-License-Identifier: Apache-2.0

import LightClient
import Testing

/// The field and the scalars against schoolbook arithmetic, at the limits that the fast code relies
/// on.
@Suite struct Ed25519ArithmeticTests {
    static let prime = Natural(
        [0xffff_ffed] + [UInt32](repeating: 0xffff_ffff, count: 6) + [0x7fff_ffff])
    static let order = Natural([
        0x5cf5_d3ed, 0x5812_631a, 0xa2f7_9cd6, 0x14de_f9de, 0, 0, 0, 0x1000_0000,
    ])

    /// Limbs at every limit of the type's documentation, and pseudo-random ones of all sizes.
    static let elements: [FieldElement] = {
        let limits: [UInt64] = [0, 1, 18, 19, 1 << 51 - 1, 1 << 51, 1 << 51 + 1 << 15, 1 << 54 - 1]
        var elements: [FieldElement] = []
        for limit in limits {
            elements.append(FieldElement(limit, limit, limit, limit, limit))
            elements.append(FieldElement(limit, 0, 0, 0, 0))
            elements.append(FieldElement(0, 0, 0, 0, limit))
        }
        // p − 1, p, p + 1 and 2p with reduced upper limbs.
        let full: UInt64 = 1 << 51 - 1
        for low in [full - 19, full - 18, full - 17] {
            elements.append(FieldElement(low, full, full, full, full))
        }
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        func next(_ bits: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ state >> 29) & (1 << bits - 1)
        }
        for bits in [51, 52, 53, 54] as [UInt64] {
            for _ in 0..<8 {
                elements.append(
                    FieldElement(next(bits), next(bits), next(bits), next(bits), next(bits)))
            }
        }
        return elements
    }()

    @Test func `products, squares and encodings are exact up to the largest limbs`() {
        let prime = Ed25519ArithmeticTests.prime
        for a in Ed25519ArithmeticTests.elements {
            let value = Natural(a)
            #expect(Natural(a.canonical) == value.modulo(prime))
            #expect(Natural(a.squared.canonical) == (value * value).modulo(prime))
            for b in Ed25519ArithmeticTests.elements {
                let product = a * b
                #expect(Natural(product.canonical) == (value * Natural(b)).modulo(prime))
                let tight: UInt64 = 1 << 51 + 1 << 15
                #expect(
                    [product.l0, product.l1, product.l2, product.l3, product.l4].allSatisfy {
                        $0 < tight
                    })
            }
        }
    }

    @Test func `sums and differences of tight elements are exact`() {
        let prime = Ed25519ArithmeticTests.prime
        let one = FieldElement(1, 0, 0, 0, 0)
        let tight = Ed25519ArithmeticTests.elements.map { $0 * one }
        for a in tight {
            for b in tight {
                let (left, right) = (Natural(a), Natural(b))
                #expect(Natural((a + b).canonical) == (left + right).modulo(prime))
                // The difference plus b is a again, modulo p; the subtrahend may be a sum of two.
                #expect(Natural((a - b + b).canonical) == left.modulo(prime))
                #expect(Natural((a - (b + b) + b + b).canonical) == left.modulo(prime))
            }
        }
    }

    @Test func `an inverse is one, and a root squares to what it came from`() {
        let one = FieldElement(1, 0, 0, 0, 0)
        var roots = 0
        for a in Ed25519ArithmeticTests.elements {
            if a.canonical == Words256(0, 0, 0, 0) {
                #expect(a.inverse.canonical == Words256(0, 0, 0, 0))
                continue
            }
            #expect((a * a.inverse).canonical == one.canonical)
            let tight = a * one
            if let root = FieldElement.squareRoot(of: tight, over: one) {
                roots += 1
                #expect(root.squared.canonical == tight.canonical)
            }
            #expect(FieldElement.squareRoot(of: tight.squared, over: one) != nil)
        }
        #expect(roots > 5)
    }

    @Test func `scalars reduce exactly, around multiples of the order too`() {
        let order = Ed25519ArithmeticTests.order
        var numbers = [Natural([0]), Natural([UInt32](repeating: 0xffff_ffff, count: 16))]
        // q·L − 1, q·L and q·L + 1 for quotients of every size: where an estimate goes wrong if
        // ever.
        for bits in stride(from: 0, to: 256, by: 5) {
            var digits = [UInt32](repeating: 0, count: 8)
            digits[bits / 32] = 1 << UInt32(bits % 32)
            let multiple = Natural(digits) * order
            numbers += [multiple, multiple + Natural([1]), multiple.minusOne]
        }
        for number in numbers {
            let words = number.words
            let scalar = Scalar(reducing: [
                words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7],
            ])
            #expect(Natural(scalar.words) == number.modulo(order))
            #expect(Natural(scalar.odd).modulo(order) == number.modulo(order))
            #expect(scalar.odd.w0 & 1 == 1)
        }
        #expect(Scalar(reduced: Scalar.order) == nil)
        #expect(Scalar(reduced: Words256(.max, .max, .max, .max)) == nil)
        var below = Scalar.order
        below.w0 -= 1
        #expect(Scalar(reduced: below) != nil)
    }
}

/// A natural number in 32-bit digits, the lowest first. Slow and plain.
struct Natural: Equatable {
    private var digits: [UInt32]

    init(_ digits: [UInt32]) {
        self.digits = digits
        while self.digits.last == 0 { self.digits.removeLast() }
    }

    init(_ words: Words256) {
        self.init(
            [words.w0, words.w1, words.w2, words.w3].flatMap {
                [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)]
            })
    }

    init(_ element: FieldElement) {
        var sum = Natural([0])
        for (index, limb) in [element.l0, element.l1, element.l2, element.l3, element.l4]
            .enumerated()
        {
            var digits = [UInt32](repeating: 0, count: 51 * index / 32 + 1)
            digits[51 * index / 32] = 1 << UInt32(51 * index % 32)
            let low = UInt32(truncatingIfNeeded: limb)
            sum = sum + Natural(digits) * Natural([low, UInt32(truncatingIfNeeded: limb >> 32)])
        }
        self = sum
    }

    /// Eight 64-bit words. Requires a number below 2⁵¹².
    var words: [UInt64] {
        let padded = digits + [UInt32](repeating: 0, count: 16 - digits.count)
        return (0..<8).map { UInt64(padded[2 * $0]) | UInt64(padded[2 * $0 + 1]) << 32 }
    }

    /// Requires a number above zero.
    var minusOne: Natural {
        var result = digits
        var index = 0
        while result[index] == 0 {
            result[index] = .max
            index += 1
        }
        result[index] -= 1
        return Natural(result)
    }

    static func + (a: Natural, b: Natural) -> Natural {
        var carry: UInt64 = 0
        var result: [UInt32] = []
        for index in 0..<max(a.digits.count, b.digits.count) + 1 {
            carry += index < a.digits.count ? UInt64(a.digits[index]) : 0
            carry += index < b.digits.count ? UInt64(b.digits[index]) : 0
            result.append(UInt32(truncatingIfNeeded: carry))
            carry >>= 32
        }
        return Natural(result)
    }

    static func * (a: Natural, b: Natural) -> Natural {
        var result = [UInt32](repeating: 0, count: a.digits.count + b.digits.count + 1)
        for (i, x) in a.digits.enumerated() {
            var carry: UInt64 = 0
            for (j, y) in b.digits.enumerated() {
                carry += UInt64(x) * UInt64(y) + UInt64(result[i + j])
                result[i + j] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            result[i + b.digits.count] = UInt32(carry)
        }
        return Natural(result)
    }

    /// The remainder, bit by bit from the top.
    func modulo(_ divisor: Natural) -> Natural {
        var rest = [UInt32](repeating: 0, count: divisor.digits.count + 1)
        for digit in digits.reversed() {
            for bit in stride(from: 31, through: 0, by: -1) {
                var carry = digit >> UInt32(bit) & 1
                for index in rest.indices {
                    let next = rest[index] >> 31
                    rest[index] = rest[index] << 1 | carry
                    carry = next
                }
                if !Natural.isLess(rest, divisor.digits) { Natural.subtract(divisor.digits, &rest) }
            }
        }
        return Natural(rest)
    }

    private static func isLess(_ a: [UInt32], _ b: [UInt32]) -> Bool {
        for index in a.indices.reversed() {
            let digit = index < b.count ? b[index] : 0
            if a[index] != digit { return a[index] < digit }
        }
        return false
    }

    private static func subtract(_ small: [UInt32], _ large: inout [UInt32]) {
        var borrow: Int64 = 0
        for index in large.indices {
            let digit = index < small.count ? Int64(small[index]) : 0
            let difference = Int64(large[index]) - digit + borrow
            large[index] = UInt32(truncatingIfNeeded: difference)
            borrow = difference < 0 ? -1 : 0
        }
    }
}
