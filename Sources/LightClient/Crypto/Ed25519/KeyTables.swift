// SPDX-License-Identifier: Apache-2.0

/// The comb tables of the keys seen lately. A validator signs millions of blocks, so a table made
/// at first sight is repaid by the second signature; a bigger one is made for keys that keep
/// coming.
///
/// Of the sizes in specs/performance.md §9, six teeth in two blocks (7.7 KB) take a tenth off the
/// five-tooth table's time for twice its memory; eight teeth (30 KB) another sixth, while the
/// tables fit the cache.
struct KeyTables: Sendable {
    /// Uses after which a key gets the bigger table: by then its price, about nine signatures, is
    /// small.
    static let usesBeforeFrequent = 32

    /// Keys sent away from a full set of bigger tables before it is emptied, so that the keys of
    /// today get a turn: making 32 tables again costs 3 ms, this many signatures 150 ms.
    static let refusalsBeforeRenewal = 10_000

    private struct Entry: Sendable {
        /// Nil when the key is no point: remembered, so that asking again costs nothing.
        let table: Comb?
        var uses = 0
    }

    private var seen: RecentlyUsed<Words256, Entry>
    private var frequent: [Words256: Comb] = [:]
    private let frequentCapacity: Int
    private var refusals = 0

    init(capacity: Int, frequentCapacity: Int) {
        seen = RecentlyUsed(capacity: capacity)
        self.frequentCapacity = frequentCapacity
    }

    /// The table of −A for the key's bytes, or nil when they decode to no point.
    mutating func table(for key: Words256) -> Comb? {
        let known = seen.update(key) { entry in
            entry.uses &+= 1
            return entry
        }
        guard let known else { return make(key) }
        guard known.uses >= KeyTables.usesBeforeFrequent, frequentCapacity > 0 else {
            return known.table
        }
        return frequent[key] ?? promote(key) ?? known.table
    }

    private mutating func make(_ key: Words256) -> Comb? {
        let table = EdwardsPoint(zip215: key).map {
            Comb(of: $0.negated, teeth: 6, blocks: 2, columns: 22)
        }
        seen.insert(Entry(table: table), for: key)
        return table
    }

    /// The bigger table, or nil when there is no room for it now.
    private mutating func promote(_ key: Words256) -> Comb? {
        guard frequent.count < frequentCapacity else {
            refusals += 1
            if refusals >= KeyTables.refusalsBeforeRenewal {
                refusals = 0
                frequent = [:]
            }
            return nil
        }
        guard let point = EdwardsPoint(zip215: key) else { return nil }
        let table = Comb(of: point.negated, teeth: 8, blocks: 2, columns: 16)
        frequent[key] = table
        return table
    }
}
