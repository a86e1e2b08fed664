// SPDX-License-Identifier: Apache-2.0

/// A table of multiples of one point that makes multiplying it cheap: a signed comb of `teeth` rows of
/// `blocks` blocks of `columns` bits.
///
/// An odd scalar k is written with the digits ±1: k = Σ sᵢ·2ⁱ for i < teeth·blocks·columns. The bit
/// with number (j·blocks + t)·columns + c belongs to tooth j, block t, column c. For each block the
/// table holds P_top ± … ± P_0, where P_j = 2^((j·blocks + t)·columns)·P; the sign of the top tooth
/// is taken out, so half the sums suffice.
struct Comb: Sendable {
    let teeth: Int
    let blocks: Int
    let columns: Int
    /// Per block 2^(teeth−1) points, each as y + x, y − x, 2dxy.
    private let elements: [FieldElement]

    /// The base point's table, made at first use: 1,024 points, 120 KB.
    static let base = Comb(of: .base, teeth: 10, blocks: 2, columns: 13)

    /// Requires teeth · blocks · columns in 254 ... 264, columns ≤ 64 and teeth · blocks ≤ 20.
    init(of point: EdwardsPoint, teeth: Int, blocks: Int, columns: Int) {
        precondition((254...264).contains(teeth * blocks * columns) && teeth * blocks <= 20)
        self.teeth = teeth
        self.blocks = blocks
        self.columns = columns

        var powers = [point]
        for _ in 1..<teeth * blocks {
            var power = powers[powers.count - 1]
            for _ in 1..<columns { power = power.doubled.withoutT }
            powers.append(power.doubled.extended)
        }
        var sums: [EdwardsPoint] = []
        for block in 0..<blocks {
            let teethPowers = stride(from: block, to: teeth * blocks, by: blocks).map { powers[$0] }
            sums += Comb.signedSums(teethPowers)
        }
        elements = Comb.affine(sums)
    }

    /// P_top + Σ ±P_j; bit j of the index set means plus.
    private static func signedSums(_ powers: [EdwardsPoint]) -> [EdwardsPoint] {
        var first = powers[powers.count - 1]
        for power in powers.dropLast() { first = (first + AddendPoint(power).negated).extended }
        var sums = [first]
        for power in powers.dropLast() {
            let twice = AddendPoint(power.doubled.extended)
            sums += sums.map { ($0 + twice).extended }
        }
        return sums
    }

    /// The points with Z = 1, by one inversion for all.
    private static func affine(_ points: [EdwardsPoint]) -> [FieldElement] {
        let inverses = FieldElement.inverses(of: points.map(\.z))
        var elements: [FieldElement] = []
        elements.reserveCapacity(3 * points.count)
        for (point, inverse) in zip(points, inverses) {
            let x = point.x * inverse
            let y = point.y * inverse
            elements.append((y + x).carried)
            elements.append((y - x).carried)
            elements.append(x * y * EdwardsPoint.twiceD)
        }
        return elements
    }

    /// Adds what the digits of one column stand for.
    @inline(__always)
    func add(column: Int, of digits: borrowing Digits, to sum: inout EdwardsPoint) {
        let span = elements.span
        let half = 1 &<< (teeth &- 1)
        for block in 0..<blocks {
            let (index, sign) = digits.digit(column: column, block: block, of: self)
            let entry = 3 &* (block &* half &+ index)
            sum =
                sum.adding(
                    yPlusX: span[entry &+ sign], yMinusX: span[entry &+ 1 &- sign],
                    twiceDXY: span[entry &+ 2], negative: sign == 1
                ).extended
        }
    }

    /// A scalar cut into the rows of a comb.
    struct Digits: Sendable {
        /// Row j·blocks + t: the `columns` bits of tooth j and block t.
        private var rows = InlineArray<20, UInt64>(repeating: 0)

        /// The digits of an odd scalar below 2²⁵⁴, where a set bit means +1 and a clear one −1.
        init(_ scalar: Words256, for comb: borrowing Comb) {
            // Σ (2bᵢ − 1)·2ⁱ = k for b = (k − 1)/2 + 2^(bits − 1).
            var bits = InlineArray<6, UInt64>(repeating: 0)
            bits[0] = scalar.w0 &>> 1 | scalar.w1 &<< 63
            bits[1] = scalar.w1 &>> 1 | scalar.w2 &<< 63
            bits[2] = scalar.w2 &>> 1 | scalar.w3 &<< 63
            bits[3] = scalar.w3 &>> 1
            let count = comb.teeth * comb.blocks
            let top = count * comb.columns - 1
            bits[top / 64] |= 1 &<< UInt64(top % 64)

            let mask: UInt64 = (1 &<< UInt64(comb.columns)) &- 1
            for row in 0..<count {
                let start = row * comb.columns
                let (word, shift) = (start / 64, UInt64(start % 64))
                var value = bits[word] &>> shift
                if shift > 0 { value |= bits[word + 1] &<< (64 &- shift) }
                rows[row] = value & mask
            }
        }

        /// The index into the block's table, and 1 when the sum is to be taken away.
        @inline(__always)
        func digit(
            column: Int, block: Int, of comb: borrowing Comb
        ) -> (index: Int, sign: Int) {
            var index = 0
            var row = block
            for tooth in 0..<comb.teeth {
                index |= Int(truncatingIfNeeded: rows[row] &>> UInt64(column) & 1) &<< tooth
                row &+= comb.blocks
            }
            let half = 1 &<< (comb.teeth &- 1)
            // A clear top bit negates the whole: then every other bit turns over.
            return index & half == 0 ? (~index & (half &- 1), 1) : (index &- half, 0)
        }
    }
}

extension EdwardsPoint {
    /// The base point: y = 4/5, x even.
    static let base: EdwardsPoint = {
        let fives: UInt64 = 0x6666_6666_6666_6666
        guard let point = EdwardsPoint(zip215: Words256(fives &- 14, fives, fives, fives)) else {
            preconditionFailure("the base point lies on the curve")
        }
        return point
    }()
}

extension FieldElement {
    /// All inverses for the price of one and three products each. No element may be zero.
    static func inverses(of elements: [FieldElement]) -> [FieldElement] {
        var results: [FieldElement] = []
        results.reserveCapacity(elements.count)
        var product = FieldElement.one
        for element in elements {
            results.append(product)
            product = product * element
        }
        var inverse = product.inverse
        for index in elements.indices.reversed() {
            results[index] = results[index] * inverse
            inverse = inverse * elements[index]
        }
        return results
    }
}
