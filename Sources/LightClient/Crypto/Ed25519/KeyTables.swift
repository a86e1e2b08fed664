// SPDX-License-Identifier: Apache-2.0

/// The comb tables of the keys seen lately. A validator signs millions of blocks, so a table made at
/// first sight is repaid by the second signature; a bigger one is made for keys that keep coming.
///
/// Source: specs/performance.md §9, the table of table sizes.
struct KeyTables: Sendable {
    /// Uses after which a key gets the bigger table: by then its price, about nine signatures, is small.
    static let usesBeforeFrequent = 32

    private enum Entry: Sendable {
        case table(Comb, uses: Int)
        /// The key is no point: remembered, so that asking again costs nothing.
        case notOnCurve
    }

    private var seen: RecentlyUsed<Words256, Entry>
    private var frequent: RecentlyUsed<Words256, Comb>

    init(capacity: Int, frequentCapacity: Int) {
        seen = RecentlyUsed(capacity: capacity)
        frequent = RecentlyUsed(capacity: frequentCapacity)
    }

    /// The table of −A for the key's bytes, or nil when they decode to no point.
    mutating func table(for key: Words256) -> Comb? {
        if let table = frequent.value(for: key) { return table }
        switch seen.value(for: key) {
        case .notOnCurve: return nil
        case .table(let table, let uses):
            guard uses >= KeyTables.usesBeforeFrequent, let point = EdwardsPoint(zip215: key) else {
                seen.insert(.table(table, uses: uses + 1), for: key)
                return table
            }
            // Counting starts again: a key that falls out must earn its next table.
            seen.insert(.table(table, uses: 0), for: key)
            let bigger = Comb(of: point.negated, teeth: 8, blocks: 2, columns: 16)
            frequent.insert(bigger, for: key)
            return bigger
        case nil:
            guard let point = EdwardsPoint(zip215: key) else {
                seen.insert(.notOnCurve, for: key)
                return nil
            }
            let table = Comb(of: point.negated, teeth: 5, blocks: 2, columns: 26)
            seen.insert(.table(table, uses: 1), for: key)
            return table
        }
    }
}
