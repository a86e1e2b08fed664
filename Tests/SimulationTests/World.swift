// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayEngine

/// True time, true chance, and the queue of what will happen: one thread, one seed, so that every
/// run can be repeated.
final class World {
    private(set) var now: Int64 = World.start
    var random: SplitMix
    private var agenda = Agenda()
    private var order: UInt64 = 0
    private(set) var steps = 0

    /// Nanoseconds since 1970 at which every simulation begins.
    static let start: Int64 = 1_800_000_000_000_000_000
    static let second: Int64 = 1_000_000_000

    init(seed: UInt64) { random = SplitMix(seed: seed) }

    var time: Timestamp { Timestamp(unixNanoseconds: now) }
    /// Simulated seconds since the beginning.
    var elapsed: Double { Double(now - World.start) / 1e9 }

    func after(_ delay: Int64, _ action: @escaping () -> Void) {
        order += 1
        agenda.insert(Agenda.Item(due: now + max(0, delay), order: order, action: action))
    }

    /// Runs the next action; false when nothing is left.
    func step() -> Bool {
        guard let item = agenda.popFirst() else { return false }
        now = max(now, item.due)
        steps += 1
        item.action()
        return true
    }

    /// Drops everything that was planned.
    func forget() { agenda = Agenda() }

    func chance(_ probability: Double) -> Bool {
        guard probability > 0 else { return false }
        return Double(random.next() >> 11) / Double(1 << 53) < probability
    }

    func between(_ low: Int64, _ high: Int64) -> Int64 {
        Int64.random(in: low...high, using: &random)
    }
}

/// Actions by time, then by the order in which they were planned.
private struct Agenda {
    struct Item {
        let due: Int64
        let order: UInt64
        let action: () -> Void

        static func < (left: Item, right: Item) -> Bool {
            (left.due, left.order) < (right.due, right.order)
        }
    }

    private var items: [Item] = []

    mutating func insert(_ item: Item) {
        items.append(item)
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard items[child] < items[parent] else { break }
            items.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popFirst() -> Item? {
        guard let top = items.first, let last = items.popLast() else { return nil }
        guard !items.isEmpty else { return top }
        items[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < items.count && items[child] < items[smallest] {
                smallest = child
            }
            guard smallest != parent else { return top }
            items.swapAt(parent, smallest)
            parent = smallest
        }
    }
}

/// What goes wrong, and how often. Everything off is the world in which all must end well.
struct Faults {
    var isOn = true
    /// A call or its answer is lost.
    var drop = 0.05
    var duplicate = 0.03
    /// A relay dies at some effect of a turn.
    var crash = 0.004
    /// A call is tampered with on the way (a lying peer).
    var forge = 0.03
    /// A node's answer is lost or says nothing.
    var node = 0.03
    /// A broadcast was taken, and the answer lost.
    var broadcastLost = 0.10
    /// A transaction vanishes from the mempool.
    var mempoolDrop = 0.05
    /// Somebody else uses the relay's key.
    var foreignSequence = 0.002
    /// A transaction turns out to want more gas.
    var gas = 0.04
    /// A chain stops for a while.
    var halt = 0.01
    /// Two cities lose each other for a while.
    var partition = 0.02
    /// Another relayer moves a hosted client.
    var otherRelayer = 0.15
    /// Clocks of relays are off by up to this, nanoseconds.
    var skew: Int64 = 8 * World.second
}
