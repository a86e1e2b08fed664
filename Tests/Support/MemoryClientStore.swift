// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A client's store in memory, sorted when asked: for tests and judges.
public struct MemoryClientStore: ClientStore, Hashable, Sendable {
    public private(set) var entries: [[UInt8]: [UInt8]] = [:]

    public init() {}

    public mutating func value(of key: [UInt8]) -> [UInt8]? { entries[key] }
    public mutating func set(_ key: [UInt8], to value: [UInt8]) { entries[key] = value }
    public mutating func remove(_ key: [UInt8]) { entries[key] = nil }

    public mutating func first(
        from lower: [UInt8], below upper: [UInt8]
    ) -> (key: [UInt8], value: [UInt8])? {
        keys(lower, upper).min { $0.lexicographicallyPrecedes($1) }.map { ($0, entries[$0] ?? []) }
    }

    public mutating func last(
        from lower: [UInt8], below upper: [UInt8]
    ) -> (key: [UInt8], value: [UInt8])? {
        keys(lower, upper).max { $0.lexicographicallyPrecedes($1) }.map { ($0, entries[$0] ?? []) }
    }

    private func keys(_ lower: [UInt8], _ upper: [UInt8]) -> [[UInt8]] {
        entries.keys.filter {
            !$0.lexicographicallyPrecedes(lower) && $0.lexicographicallyPrecedes(upper)
        }
    }

    /// What another state of the same store has that this one has not, and the other way round.
    public func changes(to later: MemoryClientStore) -> (
        set: [[UInt8]: [UInt8]], removed: Set<[UInt8]>
    ) {
        (
            later.entries.filter { entries[$0.key] != $0.value },
            Set(entries.keys.filter { later.entries[$0] == nil })
        )
    }
}
