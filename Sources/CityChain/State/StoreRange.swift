// SPDX-License-Identifier: Apache-2.0

/// The ends of a range of keys: what a light client asks for its stored heights.
extension CachedStore {
    /// The lowest pair with `lower` <= key < `upper`.
    package func first(_ store: String, from lower: [UInt8], below upper: [UInt8]) -> StorePair? {
        let written = writes(store, from: lower, below: upper)
        var best = written.compactMap { key, value in value.map { (key: key, value: $0) } }
            .min { precedes($0.key, $1.key) }
        base.trees[store]?.forEach(from: lower) { key, value in
            guard precedes(key, upper) else { return false }
            if written[key] != nil { return true }
            if best.map({ precedes(key, $0.key) }) ?? true { best = (key: key, value: value) }
            return false
        }
        return best
    }

    /// The highest pair with `lower` <= key < `upper`.
    package func last(_ store: String, from lower: [UInt8], below upper: [UInt8]) -> StorePair? {
        let written = writes(store, from: lower, below: upper)
        let best = written.compactMap { key, value in value.map { (key: key, value: $0) } }
            .max { precedes($0.key, $1.key) }
        guard let tree = base.trees[store] else { return best }
        var rank = tree.rank(of: upper) - 1
        while let key = tree.key(atRank: rank), !precedes(key, lower) {
            if written[key] == nil, let value = tree.get(key) {
                if let best, precedes(key, best.key) { return best }
                return (key: key, value: value)
            }
            rank -= 1
        }
        return best
    }

    private func writes(
        _ store: String, from lower: [UInt8], below upper: [UInt8]
    ) -> [[UInt8]: [UInt8]?] {
        let shared = zip(lower, upper).prefix { $0 == $1 }.map(\.0)
        var result: [[UInt8]: [UInt8]?] = [:]
        for layer in layers {
            result.merge(layer.writes(store, prefix: shared)) { _, new in new }
        }
        return result.filter { !precedes($0.key, lower) && precedes($0.key, upper) }
    }
}
