// SPDX-License-Identifier: Apache-2.0

/// Writes that wait: store name -> key -> new value, or nil for a deletion. The last one per key
/// counts.
package struct WriteSet {
    private var stores: [String: [[UInt8]: [UInt8]?]] = [:]

    package init() {}

    package var isEmpty: Bool { stores.isEmpty }

    /// Nil when nothing is written there; `.some(nil)` when the key is deleted.
    func value(_ store: String, _ key: [UInt8]) -> [UInt8]?? { stores[store]?[key] }

    mutating func write(_ store: String, _ key: [UInt8], _ value: [UInt8]?) {
        stores[store, default: [:]][key] = .some(value)
    }

    /// Later writes replace earlier ones.
    mutating func merge(_ later: WriteSet) {
        if stores.isEmpty {
            stores = later.stores
            return
        }
        for (store, writes) in later.stores {
            stores[store, default: [:]].merge(writes) { _, new in new }
        }
    }

    /// In the order in which a tree takes them: ascending by key.
    func ascending(_ store: String) -> [(key: [UInt8], value: [UInt8]?)] {
        guard let writes = stores[store] else { return [] }
        return writes.map { (key: $0.key, value: $0.value) }.sorted { precedes($0.key, $1.key) }
    }

    /// The writes under a prefix, in no order.
    func writes(_ store: String, prefix: [UInt8]) -> [[UInt8]: [UInt8]?] {
        guard let writes = stores[store] else { return [:] }
        return prefix.isEmpty ? writes : writes.filter { $0.key.starts(with: prefix) }
    }
}
