// SPDX-License-Identifier: Apache-2.0

/// A table of multiples of one point that makes multiplying it cheap: a signed comb of `teeth` rows
/// of `blocks` blocks of `columns` bits.
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
    let elements: [FieldElement]

    /// The base point's table, made at first use: 1,024 points, 120 KB.
    static let base = Comb(of: .base, teeth: 10, blocks: 2, columns: 13)

    /// Requires teeth · blocks · columns in 254 ... 264, with at most 16 words of four columns over
    /// all blocks, and teeth ≤ 16.
    init(of point: EdwardsPoint, teeth: Int, blocks: Int, columns: Int) {
        precondition((254...264).contains(teeth * blocks * columns))
        precondition(teeth <= 16 && (columns + 3) / 4 * blocks <= 16)
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

    /// Adds what one digit stands for.
    @inline(__always)
    func adding(
        column: Int, block: Int, of digits: borrowing CombDigits, to sum: EdwardsPoint
    ) -> CompletedPoint {
        let span = elements.span
        let (index, sign) = digits.digit(column: column, block: block)
        let entry = 3 &* (block &<< (teeth &- 1) &+ index)
        return sum.adding(
            yPlusX: span[entry &+ sign], yMinusX: span[entry &+ 1 &- sign],
            twiceDXY: span[entry &+ 2], negative: sign == 1)
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
