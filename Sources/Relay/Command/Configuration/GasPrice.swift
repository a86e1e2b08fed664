// SPDX-License-Identifier: Apache-2.0

/// What a unit of gas costs: a decimal of a denomination, kept exactly.
package struct GasPrice: Hashable, Sendable, CustomStringConvertible {
    /// The decimal without its point, and how many of its digits stand behind the point.
    package let mantissa: UInt64
    package let scale: Int
    package let denomination: String

    /// Decimals of the Cosmos SDK have 18 places.
    private static let maxScale = 18

    /// Nil unless the text is digits, at most one point, and a denomination of 3 to 128 characters
    /// that begins with a letter (the Cosmos SDK's rule).
    package init?(_ text: String) {
        let number = text.prefix { ("0"..."9").contains($0) || $0 == "." }
        let denomination = String(text.dropFirst(number.count))
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty, parts.last?.isEmpty == false,
            (3...128).contains(denomination.utf8.count),
            let first = denomination.utf8.first, (0x61...0x7a).contains(first | 0x20)
        else { return nil }
        for byte in denomination.utf8 {
            switch byte {
            case 0x2d...0x3a, 0x41...0x5a, 0x5f, 0x61...0x7a: continue
            default: return nil
            }
        }
        scale = parts.count == 2 ? parts[1].utf8.count : 0
        guard scale <= GasPrice.maxScale, let mantissa = UInt64(parts.joined()) else { return nil }
        self.mantissa = mantissa
        self.denomination = denomination
    }

    /// The fee for an amount of gas, rounded up; nil when it exceeds 64 bits.
    package func fee(gas: UInt64) -> UInt64? {
        var divisor: UInt64 = 1
        for _ in 0..<scale { divisor *= 10 }
        let product = gas.multipliedFullWidth(by: mantissa)
        guard product.high < divisor else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth(product)
        let (fee, overflow) = quotient.addingReportingOverflow(remainder == 0 ? 0 : 1)
        return overflow ? nil : fee
    }

    package var description: String {
        var digits = String(mantissa)
        guard scale > 0 else { return digits + denomination }
        while digits.utf8.count <= scale { digits = "0" + digits }
        return "\(digits.dropLast(scale)).\(digits.suffix(scale))\(denomination)"
    }
}
