// SPDX-License-Identifier: Apache-2.0

/// Points at an open packet in one phase. When the packet has moved on, the stamp no longer matches
/// and the reference means nothing: queues and heaps need no removal.
struct PacketRef: Hashable, Sendable {
    let slot: Int32
    let stamp: UInt32
}

/// Packets waiting for one step, oldest first. A batch is taken from both ends in turn: the oldest
/// always advance, and the newest never stand behind a backlog. Order does not matter to IBC v2.
struct PacketQueue: Sendable {
    /// A ring whose capacity is a power of two.
    private var ring: [PacketRef?] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ ref: PacketRef) {
        growIfFull()
        ring[(head + count) & (ring.count - 1)] = ref
        count += 1
    }

    mutating func prepend(_ ref: PacketRef) {
        growIfFull()
        head = (head + ring.count - 1) & (ring.count - 1)
        ring[head] = ref
        count += 1
    }

    mutating func popFirst() -> PacketRef? {
        guard count > 0 else { return nil }
        let ref = ring[head]
        ring[head] = nil
        head = (head + 1) & (ring.count - 1)
        count -= 1
        return ref
    }

    mutating func popLast() -> PacketRef? {
        guard count > 0 else { return nil }
        count -= 1
        let place = (head + count) & (ring.count - 1)
        let ref = ring[place]
        ring[place] = nil
        return ref
    }

    private mutating func growIfFull() {
        guard count == ring.count else { return }
        var larger: [PacketRef?] = []
        larger.reserveCapacity(max(16, ring.count * 2))
        for offset in 0..<count { larger.append(ring[(head + offset) & (ring.count - 1)]) }
        while larger.count < max(16, ring.count * 2) { larger.append(nil) }
        ring = larger
        head = 0
    }
}
