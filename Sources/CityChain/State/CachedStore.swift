// SPDX-License-Identifier: Apache-2.0

/// Read access to named stores.
package protocol StoreReader {
    func get(_ store: String, _ key: [UInt8]) -> [UInt8]?
    /// The pairs whose key begins with `prefix`, ascending, at most `limit`.
    func pairs(_ store: String, prefix: [UInt8], limit: Int) -> [StorePair]
}

package typealias StorePair = (key: [UInt8], value: [UInt8])

extension StoreReader {
    package func has(_ store: String, _ key: [UInt8]) -> Bool { get(store, key) != nil }

    package func pairs(_ store: String, prefix: [UInt8]) -> [StorePair] {
        pairs(store, prefix: prefix, limit: .max)
    }
}

/// A state being worked on: one committed version under a stack of write sets. A transaction opens
/// a layer, and either merges or discards it. A copy is cheap and independent.
package struct CachedStore: StoreReader {
    let base: StoreSnapshot
    private(set) var layers: [WriteSet]

    package init(_ base: StoreSnapshot, writes: WriteSet = WriteSet()) {
        self.base = base
        layers = [writes]
    }

    /// Number of open layers above the lowest.
    package var depth: Int { layers.count - 1 }

    /// Opens a layer: what is written from here on can be discarded alone.
    package mutating func begin() { layers.append(WriteSet()) }

    /// Forgets the top layer. Requires an open one.
    package mutating func discard() {
        precondition(depth > 0, "discard without begin")
        layers.removeLast()
    }

    /// Folds the top layer into the one below. Requires an open one.
    package mutating func merge() {
        precondition(depth > 0, "merge without begin")
        let top = layers.removeLast()
        layers[layers.count - 1].merge(top)
    }

    package mutating func set(_ store: String, _ key: [UInt8], _ value: [UInt8]) {
        precondition(base.trees[store] != nil, "no store \(store)")
        layers[layers.count - 1].write(store, key, value)
    }

    package mutating func delete(_ store: String, _ key: [UInt8]) {
        precondition(base.trees[store] != nil, "no store \(store)")
        layers[layers.count - 1].write(store, key, nil)
    }

    package func get(_ store: String, _ key: [UInt8]) -> [UInt8]? {
        for layer in layers.reversed() {
            if let written = layer.value(store, key) { return written }
        }
        return base.get(store, key)
    }

    package func pairs(_ store: String, prefix: [UInt8], limit: Int) -> [StorePair] {
        var written: [[UInt8]: [UInt8]?] = [:]
        for layer in layers {
            written.merge(layer.writes(store, prefix: prefix)) { _, new in new }
        }
        if written.isEmpty { return base.pairs(store, prefix: prefix, limit: limit) }
        let fresh = written.sorted { precedes($0.key, $1.key) }
        var result: [StorePair] = []
        var next = 0
        func take(before bound: [UInt8]?) {
            while next < fresh.count, result.count < limit {
                if let bound, !precedes(fresh[next].key, bound) { return }
                if let value = fresh[next].value { result.append((fresh[next].key, value)) }
                next += 1
            }
        }
        base.visit(store, prefix: prefix) { key, value in
            take(before: key)
            guard result.count < limit else { return false }
            if written[key] == nil { result.append((key, value)) }
            return true
        }
        take(before: nil)
        return result
    }

    /// All layers folded into one, lowest first.
    package var writes: WriteSet {
        var result = WriteSet()
        for layer in layers { result.merge(layer) }
        return result
    }
}

/// The trees of one committed version.
package struct StoreSnapshot: StoreReader {
    let trees: [String: IAVLTree]

    package func get(_ store: String, _ key: [UInt8]) -> [UInt8]? { trees[store]?.get(key) }

    package func pairs(_ store: String, prefix: [UInt8], limit: Int) -> [StorePair] {
        var result: [StorePair] = []
        visit(store, prefix: prefix) { key, value in
            guard result.count < limit else { return false }
            result.append((key, value))
            return true
        }
        return result
    }

    func visit(
        _ store: String, prefix: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) {
        trees[store]?.forEach(from: prefix) { key, value in
            key.starts(with: prefix) && body(key, value)
        }
    }
}
