// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Shows "at least k" of a count without showing the count: the issuer publishes c = H^n(s), the
/// holder of s and n reveals w = H^(n-k)(s), and H^k(w) = c is checked. H is SHA-256(02 ‖ x).
///
/// Two presentations of one c can be linked: a record's revision brings a new seed.
/// Source: specs/domain.md section 3.3; FORMATS.md "Predicates".
public enum CountChain {
    /// Counts and thresholds: fifty years of months. Bounds the work that a witness may ask for.
    public static let counts = 0...600

    /// c = H^n(s).
    public static func commitment(seed: Digest, count: Int) throws(FieldTreeError) -> Digest {
        try check(count)
        return steps(count, from: seed)
    }

    /// w = H^(n-k)(s). Throws `countTooSmall` when the count is below the threshold.
    public static func witness(
        seed: Digest, count: Int, atLeast threshold: Int
    ) throws(FieldTreeError) -> Digest {
        try check(count)
        try check(threshold: threshold)
        guard count >= threshold else { throw .countTooSmall(atLeast: threshold) }
        return steps(count - threshold, from: seed)
    }

    /// The commitment that a witness belongs to: H^k(w).
    public static func commitment(
        witness: Digest, atLeast threshold: Int
    ) throws(FieldTreeError) -> Digest {
        try check(threshold: threshold)
        return steps(threshold, from: witness)
    }

    private static func steps(_ count: Int, from start: Digest) -> Digest {
        var value = start
        for _ in 0..<count { value = SHA256.hash([0x02], value.bytes) }
        return value
    }

    private static func check(_ count: Int) throws(FieldTreeError) {
        guard counts.contains(count) else { throw .countOutOfRange(count) }
    }

    /// "At least none" says nothing.
    private static func check(threshold: Int) throws(FieldTreeError) {
        guard threshold > 0 else { throw .countOutOfRange(threshold) }
        try check(threshold)
    }
}
