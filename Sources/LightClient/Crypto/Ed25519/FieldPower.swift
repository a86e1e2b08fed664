// SPDX-License-Identifier: Apache-2.0

/// The two long powers: an inverse and a square root.
extension FieldElement {
    /// √−1 = 2^((p−1)/4).
    static let squareRootOfMinusOne = FieldElement(
        0x61b2_74a0_ea0b0, 0xd5a5_fc8f_189d, 0x7ef5_e9cb_d0c60, 0x7859_5a68_04c9e,
        0x2b83_2480_4fc1d)

    /// The element's power to 2 to the count.
    func squared(times count: Int) -> FieldElement {
        var result = self
        for _ in 0..<count { result = result.squared }
        return result
    }

    /// 1/a as a^(p−2); the inverse of zero is zero.
    package var inverse: FieldElement {
        let (power, eleventh) = powerOf250
        return power.squared(times: 5) * eleventh
    }

    /// a^((p−5)/8).
    var rootPower: FieldElement { powerOf250.power.squared(times: 2) * self }

    /// a^(2²⁵⁰ − 1) and a¹¹.
    private var powerOf250: (power: FieldElement, eleventh: FieldElement) {
        let second = squared
        let ninth = second.squared(times: 2) * self
        let eleventh = ninth * second
        let ones5 = eleventh.squared * ninth
        let ones10 = ones5.squared(times: 5) * ones5
        let ones20 = ones10.squared(times: 10) * ones10
        let ones40 = ones20.squared(times: 20) * ones20
        let ones50 = ones40.squared(times: 10) * ones10
        let ones100 = ones50.squared(times: 50) * ones50
        let ones200 = ones100.squared(times: 100) * ones100
        return (ones200.squared(times: 50) * ones50, eleventh)
    }

    /// A square root of u/v, or nil when there is none. The root of zero is zero.
    package static func squareRoot(of u: FieldElement, over v: FieldElement) -> FieldElement? {
        let cube = v.squared * v
        let root = u * cube * (u * cube.squared * v).rootPower
        let check = root.squared * v
        if check.isEqual(to: u) { return root }
        if check.isEqual(to: u.negated) { return root * squareRootOfMinusOne }
        return nil
    }
}
