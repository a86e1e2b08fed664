// SPDX-License-Identifier: Apache-2.0

/// A point of −x² + y² = 1 + d·x²·y² in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z. All
/// coordinates are tight. The formulas are complete: no exceptional cases.
struct EdwardsPoint: Sendable {
    var x: FieldElement
    var y: FieldElement
    var z: FieldElement
    var t: FieldElement

    static let identity = EdwardsPoint(x: .zero, y: .one, z: .one, t: .zero)

    /// −121665/121666.
    static let d = FieldElement(
        0x34dc_a135_978a3, 0x1a82_83b1_56ebd, 0x5e7a_2600_1c029, 0x739c_663a_03cbb,
        0x5203_6cee_2b6ff)
    static let twiceD = (d + d).carried

    /// Decodes as ZIP-215 says: y is taken modulo p, and x = 0 with the sign bit set is accepted.
    /// Nil only when y belongs to no point.
    init?(zip215 words: Words256) {
        let y = FieldElement(low255: words)
        let square = y.squared
        let u = (square - .one).carried
        let v = (EdwardsPoint.d * square + .one).carried
        guard var x = FieldElement.squareRoot(of: u, over: v) else { return nil }
        if x.isNegative != (words.w3 &>> 63 == 1) { x = x.negated }
        self.init(x: x, y: y, z: .one, t: x * y)
    }

    init(x: FieldElement, y: FieldElement, z: FieldElement, t: FieldElement) {
        self.x = x
        self.y = y
        self.z = z
        self.t = t
    }

    var negated: EdwardsPoint { EdwardsPoint(x: x.negated, y: y, z: z, t: t.negated) }

    var isIdentity: Bool { x.isZero && y.isEqual(to: z) }

    @inline(__always)
    var doubled: CompletedPoint {
        let xx = x.squared
        let yy = y.squared
        let zz = z.squared
        let sum = yy + xx
        return CompletedPoint(
            e: (x + y).squared - sum, f: (zz + zz + xx) - yy, g: yy - xx, h: sum)
    }

    static func + (a: EdwardsPoint, b: AddendPoint) -> CompletedPoint {
        let low = (a.y - a.x) * b.yMinusX
        let high = (a.y + a.x) * b.yPlusX
        let c = a.t * b.twiceDT
        let d = a.z * b.z
        let dd = d + d
        return CompletedPoint(e: high - low, f: dd - c, g: dd + c, h: high + low)
    }

    /// Adds the point (y + x, y − x, 2dxy), or takes it away: then the caller has swapped the first
    /// two.
    @inline(__always)
    func adding(
        yPlusX: FieldElement, yMinusX: FieldElement, twiceDXY: FieldElement, negative: Bool
    ) -> CompletedPoint {
        let low = (y - x) * yMinusX
        let high = (y + x) * yPlusX
        let c = t * twiceDXY
        let d = z + z
        let (minus, plus) = (d - c, d + c)
        return CompletedPoint(
            e: high - low, f: negative ? plus : minus, g: negative ? minus : plus, h: high + low)
    }
}

/// The result of an addition before its last products: X = EF, Y = GH, Z = FG, T = EH.
struct CompletedPoint {
    let e: FieldElement
    let f: FieldElement
    let g: FieldElement
    let h: FieldElement

    static let identity = CompletedPoint(e: .zero, f: .one, g: .one, h: .one)

    @inline(__always)
    var extended: EdwardsPoint { EdwardsPoint(x: e * f, y: g * h, z: f * g, t: e * h) }

    /// Without T, which a doubling does not read: for chains of doublings and for results.
    @inline(__always)
    var withoutT: EdwardsPoint { EdwardsPoint(x: e * f, y: g * h, z: f * g, t: .zero) }
}

/// A point prepared for repeated addition.
struct AddendPoint {
    let yPlusX: FieldElement
    let yMinusX: FieldElement
    let z: FieldElement
    let twiceDT: FieldElement

    init(_ point: EdwardsPoint) {
        yPlusX = (point.y + point.x).carried
        yMinusX = (point.y - point.x).carried
        z = point.z
        twiceDT = point.t * EdwardsPoint.twiceD
    }

    private init(
        yPlusX: FieldElement, yMinusX: FieldElement, z: FieldElement, twiceDT: FieldElement
    ) {
        self.yPlusX = yPlusX
        self.yMinusX = yMinusX
        self.z = z
        self.twiceDT = twiceDT
    }

    var negated: AddendPoint {
        AddendPoint(yPlusX: yMinusX, yMinusX: yPlusX, z: z, twiceDT: twiceDT.negated)
    }
}
