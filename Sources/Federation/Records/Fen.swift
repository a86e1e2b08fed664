// SPDX-License-Identifier: Apache-2.0

/// An amount of money in whole fen. Records and letters carry it as yuan with exactly two places;
/// no floating point ever holds it.
/// Source: NUMERIC(18,2), the national column; specs/domain.md section 2.1.
public struct Fen: Hashable, Sendable, Comparable {
    /// 0 to `limit`.
    public let count: UInt64

    /// Sixteen digits before the point and two behind it.
    public static let limit: UInt64 = 999_999_999_999_999_999

    /// Nil above the limit.
    public init?(_ count: UInt64) {
        guard count <= Fen.limit else { return nil }
        self.count = count
    }

    private init(unchecked count: UInt64) { self.count = count }

    public static let zero = Fen(unchecked: 0)

    /// Reads "62632.96": digits, a point, two digits; no sign, no grouping, no leading zeros.
    public init?(yuan text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 2, (1...16).contains(parts[0].utf8.count),
            parts[0] == "0" || parts[0].first != "0",
            text.utf8.allSatisfy({ $0 == 0x2e || (0x30...0x39).contains($0) }),
            let count = UInt64(parts[0] + parts[1])
        else { return nil }
        self.init(count)
    }

    /// "62632.96".
    public var yuan: String {
        let cents = count % 100
        return "\(count / 100).\(cents < 10 ? "0" : "")\(cents)"
    }

    /// Nil above the limit.
    public func adding(_ other: Fen) -> Fen? { Fen(count + other.count) }

    /// Nil below zero.
    public func subtracting(_ other: Fen) -> Fen? {
        count >= other.count ? Fen(unchecked: count - other.count) : nil
    }

    public static func < (left: Fen, right: Fen) -> Bool { left.count < right.count }
}
