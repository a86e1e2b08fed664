// SPDX-License-Identifier: Apache-2.0

/// A bounded dictionary that forgets what was not used for long. Two generations stand in for an
/// order of use: when the young one is full it becomes the old one, and the old one is dropped;
/// whatever is used moves back to the young one.
package struct RecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    /// The most entries that are kept: an even number.
    package let capacity: Int

    package var count: Int { young.count + old.count }

    /// Below two nothing is kept at all.
    package init(capacity: Int) { self.capacity = max(0, capacity / 2 * 2) }

    package mutating func value(for key: Key) -> Value? { update(key) { $0 } }

    /// Changes the value in place and returns what `change` returns; nil when the key is not there.
    package mutating func update<Result>(
        _ key: Key, _ change: (inout Value) -> Result
    ) -> Result? {
        if let place = young.index(forKey: key) { return change(&young.values[place]) }
        guard var value = old.removeValue(forKey: key) else { return nil }
        let result = change(&value)
        insert(value, for: key)
        return result
    }

    package mutating func insert(_ value: Value, for key: Key) {
        guard capacity > 0 else { return }
        if young.count >= capacity / 2, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = value
    }
}
