// SPDX-License-Identifier: Apache-2.0

/// Ed25519 verification by exactly the ZIP-215 rules that CometBFT follows, with a comb table per key.
///
/// Lengths and S < L come first; the challenge hashes the bytes as received; [8](SB − R − kA) must be
/// the identity. For speed R' = SB − kA is encoded and compared with R's bytes: equal bytes are the
/// same point. Only on a mismatch is R decoded and the difference multiplied by the cofactor, last.
///
/// Source: specs/cometbft-ibc.md §1.7; the design is that of specs/performance.md §9.
struct Ed25519Verifier: Sendable {
    static let signatureByteCount = 64

    private var tables: KeyTables

    init(keyTableCapacity: Int, frequentKeyCapacity: Int) {
        tables = KeyTables(capacity: keyTableCapacity, frequentCapacity: frequentKeyCapacity)
    }

    /// What is left of a claim once R' is known.
    private struct Pending {
        let claim: Int
        let r: Words256
        let sum: EdwardsPoint
    }

    /// One verdict per claim; a claim under another kind of key is false. One inversion for all.
    mutating func areValid(_ claims: [SignedClaim]) -> [Bool] {
        var verdicts = [Bool](repeating: false, count: claims.count)
        var pending: [Pending] = []
        pending.reserveCapacity(claims.count)
        for (index, claim) in claims.enumerated() {
            guard case .ed25519(let key) = claim.key,
                let prepared = prepare(index, claim.signature, claim.message, key)
            else { continue }
            pending.append(prepared)
        }
        let inverses = FieldElement.inverses(of: pending.map(\.sum.z))
        for (item, inverse) in zip(pending, inverses) {
            verdicts[item.claim] = Ed25519Verifier.holds(item.sum, item.r, inverse)
        }
        return verdicts
    }

    /// SB − kA, or nil when the claim is refused before the equation.
    private mutating func prepare(
        _ claim: Int, _ signature: [UInt8], _ message: [UInt8], _ key: [UInt8]
    ) -> Pending? {
        guard signature.count == Ed25519Verifier.signatureByteCount,
            key.count == PublicKey.ed25519ByteCount,
            let r = Words256(signature), let a = Words256(key),
            let sBytes = Words256(signature, from: 32), let s = Scalar(reduced: sBytes),
            let table = tables.table(for: a)
        else { return nil }
        let k = Scalar(
            reducing: OpenSSL.challenge(signature: signature, key: key, message: message))
        return Pending(claim: claim, r: r, sum: Ed25519Verifier.sum(s, k, table))
    }

    /// SB + k·(the table's point), which is −A. The T coordinate is not meant to be read.
    private static func sum(_ s: Scalar, _ k: Scalar, _ table: Comb) -> EdwardsPoint {
        let base = Comb.base
        let baseDigits = Comb.Digits(s.odd, for: base)
        let keyDigits = Comb.Digits(k.odd, for: table)
        var sum = EdwardsPoint.identity
        var column = max(base.columns, table.columns)
        while column > 0 {
            column &-= 1
            sum = sum.doubled.extended
            if column < table.columns { table.add(column: column, of: keyDigits, to: &sum) }
            if column < base.columns { base.add(column: column, of: baseDigits, to: &sum) }
        }
        return sum
    }

    private static func holds(
        _ sum: EdwardsPoint, _ r: Words256, _ inverse: FieldElement
    ) -> Bool {
        var encoded = (sum.y * inverse).canonical
        if (sum.x * inverse).isNegative { encoded.w3 |= 1 &<< 63 }
        if encoded == r { return true }
        guard let point = EdwardsPoint(zip215: r) else { return false }
        var difference = sum
        difference = (difference + AddendPoint(point).negated).extended
        for _ in 0..<3 { difference = difference.doubled.extended }
        return difference.isIdentity
    }
}
