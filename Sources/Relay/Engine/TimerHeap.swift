// SPDX-License-Identifier: Apache-2.0

/// Packets by the moment at which something is due. One live timer a packet; setting it anew leaves
/// the old entry behind, and the heap is rebuilt when most entries are such leftovers, so its size
/// follows the number of open packets and not their turnover.
struct TimerHeap: Sendable {
    struct Entry: Hashable, Sendable {
        /// Nanoseconds since 1970.
        let due: Int64
        let ref: PacketRef
    }

    private var entries: [Entry] = []

    var first: Entry? { entries.first }
    var count: Int { entries.count }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].due < entries[parent].due else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popFirst() -> Entry? {
        guard let top = entries.first, let last = entries.popLast() else { return nil }
        if !entries.isEmpty {
            entries[0] = last
            sink(0)
        }
        return top
    }

    /// Drops every entry that `isLive` refuses, when there are more than twice `liveCount` of them.
    mutating func compact(liveCount: Int, isLive: (Entry) -> Bool) {
        guard entries.count > 2 * liveCount + 1024 else { return }
        entries = entries.filter(isLive)
        for place in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(place) }
    }

    private mutating func sink(_ start: Int) {
        var parent = start
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].due < entries[smallest].due {
                smallest = child
            }
            guard smallest != parent else { return }
            entries.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
