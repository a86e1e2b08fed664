// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// A step that a packet can stand before.
package enum Stage: Int, Hashable, Sendable, CaseIterable {
    /// Our chain proves the packet's commitment.
    case prove
    /// The peer takes the packet.
    case deliver
    /// The peer proves something about the packet on its chain.
    case ask
    /// A transaction of ours carries it.
    case submit
    /// Our chain proves the acknowledgement.
    case proveAcknowledgement
    /// The peer takes the acknowledgement.
    case acknowledge
    /// Our chain is asked how the packet stands.
    case lookUp

    /// Whether our chain's nodes are asked for it.
    var needsOurChain: Bool {
        switch self {
        case .prove, .submit, .proveAcknowledgement, .lookUp: true
        case .deliver, .ask, .acknowledge: false
        }
    }

    package var name: String {
        switch self {
        case .prove: "prove"
        case .deliver: "deliver"
        case .ask: "ask"
        case .submit: "submit"
        case .proveAcknowledgement: "prove-acknowledgement"
        case .acknowledge: "acknowledge"
        case .lookUp: "look-up"
        }
    }
}

/// What an open packet is doing. Not stored: it follows from the state after a restart.
package enum Phase: Hashable, Sendable {
    case queued(Stage)
    case inFlight(Stage, JobID)
    /// Waits until its timer, then queues.
    case backoff(Stage)
    /// The header that could prove it does not exist yet.
    case awaitingTip(Stage)
    /// A header is being fetched that the hosted client needs first.
    case awaitingHeader
    /// Rides in a transaction whose outcome is not known yet.
    case inTransaction
    /// For an event of another party, or its timer.
    case waiting
    case parked
}

struct OpenPacket: Sendable {
    var record: PacketRecord
    let route: Int
    var phase: Phase
    /// Changes with every phase; what carries an old one is stale.
    var stamp: UInt32
    var timerStamp: UInt32
    /// Changes when the slot gets another packet.
    var generation: UInt32
    var isDirty: Bool
    /// The peer proved that its chain has the receipt: no timeout any more.
    var receiptSeen = false
    /// False: the slot is free.
    var isOpen: Bool
}

/// All open packets, by slot, with what is counted about them.
struct PacketBook: Sendable {
    private(set) var slots: [OpenPacket] = []
    private var index: [PacketID: Int32] = [:]
    private var free: [Int32] = []
    private var dirty: [Int32] = []
    /// Open packets by route and the state's raw value.
    private var stateCounts: [[Int]]
    /// By route and stage: waiting in a queue.
    private(set) var queued: [[Int]]
    /// Open outgoing sequences by client, ascending.
    private var outgoing: [String: SequenceIndex] = [:]

    init(routes: Int) {
        let states = (PacketState.allCases.map { $0.rawValue }.max() ?? 0) + 1
        stateCounts = Array(repeating: Array(repeating: 0, count: states), count: routes)
        queued = Array(repeating: Array(repeating: 0, count: Stage.allCases.count), count: routes)
    }

    /// Makes room for one more route, behind the others.
    mutating func addRoute() {
        let states = (PacketState.allCases.map { $0.rawValue }.max() ?? 0) + 1
        stateCounts.append(Array(repeating: 0, count: states))
        queued.append(Array(repeating: 0, count: Stage.allCases.count))
    }

    var count: Int { index.count }
    var ids: some Collection<PacketID> { index.keys }

    subscript(_ slot: Int) -> OpenPacket { slots[slot] }

    func slot(of id: PacketID) -> Int? { index[id].map(Int.init) }

    func count(_ state: PacketState, route: Int) -> Int { stateCounts[route][state.rawValue] }

    func openOutgoing(client: String, in range: ClosedRange<UInt64>) -> [UInt64] {
        outgoing[client]?.sequences(in: range) ?? []
    }

    func queuedCount(_ stage: Stage, route: Int) -> Int { queued[route][stage.rawValue] }

    mutating func insert(_ record: PacketRecord, route: Int, isDirty: Bool) -> Int {
        let slot: Int32
        if let reused = free.popLast() {
            slot = reused
            let old = slots[Int(slot)]
            slots[Int(slot)] = OpenPacket(
                record: record, route: route, phase: .waiting, stamp: old.stamp &+ 1,
                timerStamp: old.timerStamp &+ 1, generation: old.generation &+ 1, isDirty: false,
                isOpen: true)
        } else {
            slot = Int32(slots.count)
            slots.append(
                OpenPacket(
                    record: record, route: route, phase: .waiting, stamp: 0, timerStamp: 0,
                    generation: 0, isDirty: false, isOpen: true))
        }
        index[record.id] = slot
        if record.id.direction == .outgoing {
            outgoing[record.id.client, default: SequenceIndex()].insert(record.id.sequence)
        }
        stateCounts[route][record.state.rawValue] += 1
        if isDirty { touch(Int(slot)) }
        return Int(slot)
    }

    /// The record must be journaled in this turn.
    mutating func touch(_ slot: Int) {
        guard !slots[slot].isDirty else { return }
        slots[slot].isDirty = true
        dirty.append(Int32(slot))
    }

    mutating func edit(_ slot: Int, _ change: (inout PacketRecord) -> Void) {
        let before = slots[slot].record.state
        change(&slots[slot].record)
        let after = slots[slot].record.state
        if before != after {
            stateCounts[slots[slot].route][before.rawValue] -= 1
            stateCounts[slots[slot].route][after.rawValue] += 1
        }
        touch(slot)
    }

    /// Changes the phase and returns the reference that is good for it.
    @discardableResult
    mutating func setPhase(_ slot: Int, _ phase: Phase) -> PacketRef {
        if case .queued(let stage) = slots[slot].phase {
            queued[slots[slot].route][stage.rawValue] -= 1
        }
        if case .queued(let stage) = phase { queued[slots[slot].route][stage.rawValue] += 1 }
        slots[slot].phase = phase
        slots[slot].stamp &+= 1
        slots[slot].timerStamp &+= 1
        return PacketRef(slot: Int32(slot), stamp: slots[slot].stamp)
    }

    func isCurrent(_ ref: PacketRef) -> Bool {
        slots[Int(ref.slot)].stamp == ref.stamp && slots[Int(ref.slot)].isOpen
    }

    /// A reference for the timer heap; earlier ones of this packet become stale.
    mutating func timerRef(_ slot: Int) -> PacketRef {
        slots[slot].timerStamp &+= 1
        return PacketRef(slot: Int32(slot), stamp: slots[slot].timerStamp)
    }

    func isCurrentTimer(_ ref: PacketRef) -> Bool {
        slots[Int(ref.slot)].timerStamp == ref.stamp && slots[Int(ref.slot)].isOpen
    }

    mutating func markReceiptSeen(_ slot: Int) { slots[slot].receiptSeen = true }

    /// A reference that stays good while the packet is open.
    func lastingRef(_ slot: Int) -> PacketRef {
        PacketRef(slot: Int32(slot), stamp: slots[slot].generation)
    }

    func isSamePacket(_ ref: PacketRef) -> Bool {
        slots[Int(ref.slot)].generation == ref.stamp && slots[Int(ref.slot)].isOpen
    }

    /// Writes what changed, and forgets what ended. Proofs of our own chain are not stored: they
    /// are made again after a restart, while a peer's proofs are what the next transaction stands
    /// on.
    mutating func flush(into entries: inout [JournalEntry]) {
        for slot in dirty {
            let place = Int(slot)
            slots[place].isDirty = false
            var record = slots[place].record
            if record.state == .proven || record.state == .acknowledgementProven {
                record.proof = []
            }
            entries.append(.packet(record))
            if record.state.isTerminal { remove(place) }
        }
        dirty.removeAll(keepingCapacity: true)
    }

    private mutating func remove(_ slot: Int) {
        setPhase(slot, .waiting)
        let packet = slots[slot]
        let id = packet.record.id
        index[id] = nil
        if id.direction == .outgoing { outgoing[id.client]?.remove(id.sequence) }
        stateCounts[packet.route][packet.record.state.rawValue] -= 1
        slots[slot].isOpen = false
        slots[slot].record.packet = []
        slots[slot].record.proof = []
        slots[slot].record.acknowledgement = []
        free.append(Int32(slot))
    }
}
