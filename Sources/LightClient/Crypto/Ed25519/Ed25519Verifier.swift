// SPDX-License-Identifier: Apache-2.0

/// Ed25519 verification by exactly the ZIP-215 rules that CometBFT follows, with a comb table per
/// key.
///
/// [8](SB − R − kA) must be the identity. For speed R' = SB − kA is encoded and compared with R's
/// bytes: equal bytes are the same point. Only on a mismatch is R decoded and the difference
/// multiplied by the cofactor, last; a mismatch alone is no refusal.
///
/// Source: specs/cometbft-ibc.md §1.7; the design is that of specs/performance.md §9.
struct Ed25519Verifier: Sendable {
    private var tables: KeyTables

    init(keyTableCapacity: Int, frequentKeyCapacity: Int) {
        tables = KeyTables(capacity: keyTableCapacity, frequentCapacity: frequentKeyCapacity)
    }

    /// One verdict per claim. One inversion for all.
    mutating func areValid(_ claims: [Ed25519Claim]) -> [Bool] {
        var verdicts = [Bool](repeating: false, count: claims.count)
        var indices: [Int] = []
        var sums: [EdwardsPoint] = []
        var denominators: [FieldElement] = []
        indices.reserveCapacity(claims.count)
        sums.reserveCapacity(claims.count)
        denominators.reserveCapacity(claims.count)
        for index in claims.indices {
            // A key that is no point has no table.
            guard let table = tables.table(for: claims[index].key) else { continue }
            let k = Scalar(reducing: claims[index].challenge)
            let sum = Ed25519Verifier.sum(claims[index].s, k, table)
            indices.append(index)
            sums.append(sum)
            denominators.append(sum.z)
        }
        let inverses = FieldElement.inverses(of: denominators)
        for place in indices.indices {
            let index = indices[place]
            verdicts[index] = Ed25519Verifier.holds(
                sums[place], inverses[place], claims[index].r)
        }
        return verdicts
    }

    /// SB + k·P for the table's point P, which is −A.
    private static func sum(_ s: Scalar, _ k: Scalar, _ table: Comb) -> EdwardsPoint {
        let base = Comb.base
        let baseDigits = CombDigits(s.odd, for: base)
        let keyDigits = CombDigits(k.odd, for: table)
        var sum = CompletedPoint.identity
        var column = max(base.columns, table.columns)
        while true {
            column &-= 1
            if column < table.columns {
                for block in 0..<table.blocks {
                    sum = table.adding(
                        column: column, block: block, of: keyDigits, to: sum.extended)
                }
            }
            if column < base.columns {
                for block in 0..<base.blocks {
                    sum = base.adding(
                        column: column, block: block, of: baseDigits, to: sum.extended)
                }
            }
            if column == 0 { return sum.extended }
            sum = sum.withoutT.doubled
        }
    }

    private static func holds(
        _ sum: EdwardsPoint, _ inverse: FieldElement, _ r: Words256
    ) -> Bool {
        var encoded = (sum.y * inverse).canonical
        if (sum.x * inverse).isNegative { encoded.w3 |= 1 &<< 63 }
        if encoded == r { return true }
        guard let point = EdwardsPoint(zip215: r) else { return false }
        var difference = (sum + AddendPoint(point).negated).withoutT
        for _ in 0..<3 { difference = difference.doubled.withoutT }
        return difference.isIdentity
    }
}
