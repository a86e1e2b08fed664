// SPDX-License-Identifier: Apache-2.0

import LightClient

/// One side's record of a licence that moves to another city: offered by the source (status 06),
/// taken in by the destination as a new licence (operation 08), or cancelled by the source
/// (operation 10).
///
/// As with letters, one word at a time, and one chain decides: the destination's. A cancellation
/// that reaches it after it began to take the licence in is refused; after a cancellation it can
/// not take it in any more. A key that says nothing stands for the old identifier.
///
/// The carrier brings each word at most once, as packets do: words have no names of their own.
public struct LicenceMove: Hashable, Sendable {
    public enum Side: String, Hashable, Sendable, CaseIterable {
        case source, destination

        public var other: Side { self == .source ? .destination : .source }
    }

    public enum Phase: String, Hashable, Sendable, CaseIterable {
        case offered
        /// Terminal: the new licence is in force, the old one is 06 for good.
        case taken
        /// Terminal: the old licence is in force again.
        case cancelled

        public var isTerminal: Bool { self != .offered }
    }

    public enum Act: String, Hashable, Sendable, CaseIterable {
        /// By the source; may be repeated while it is offered.
        case offer
        /// By the destination, 08 转入.
        case take
        /// By the source, 10 取消转出.
        case cancel

        public var authority: Side { self == .take ? .destination : .source }
    }

    public enum Effect: Hashable, Sendable {
        /// Our word is to be carried to the other side.
        case deliver(Act)
        /// Source: `LicenceLife.arrive()`. Destination: the new licence is in force.
        case taken
        /// Source: `LicenceLife.apply(.cancelMove)`.
        case cancelled
        /// Our word changed nothing.
        case unchanged(Act, LicenceErrorCode)
        /// Evidence: what the other side says contradicts what it said.
        case contradiction(Act)
    }

    /// Stands for the old licence.
    public let key: LicenceMoveKey
    public let side: Side
    public private(set) var phase = Phase.offered
    public private(set) var pending: Act?
    /// Where the phase was decided on this side's chain.
    public private(set) var decidedAt: ChainPosition?
    /// Why our last word changed nothing; nil when it was taken, or none was said.
    public private(set) var lastRefusal: LicenceErrorCode?
    private var pendingAt: ChainPosition?
    private var isDelivered: Bool

    public init(_ key: LicenceMoveKey, side: Side) {
        self.key = key
        self.side = side
        isDelivered = side == .destination
    }

    /// Our own word.
    public mutating func say(
        _ act: Act, at position: ChainPosition
    ) throws(LicenceError) -> [Effect] {
        guard act.authority == side else { throw .wrongSide(act) }
        if let pending {
            guard pending == act else { throw .messageInFlight(pending) }
            return []
        }
        try check(act)
        pending = act
        pendingAt = position
        return [.deliver(act)]
    }

    /// The other side's word.
    public mutating func hear(
        _ act: Act, at position: ChainPosition
    ) throws(LicenceError) -> [Effect] {
        guard act.authority != side else { throw .wrongSide(act) }
        if act == .cancel, pending == .take, let pendingAt { throw .takenFirst(at: pendingAt) }
        if (act == .cancel && phase == .cancelled) || (act == .take && phase == .taken) {
            return []
        }
        try check(act)
        return act == .offer ? [] : decide(act, at: position)
    }

    /// The other side's answer to our word: nil when it took it.
    public mutating func answer(
        _ act: Act, refusal: LicenceErrorCode?, at position: ChainPosition
    ) -> [Effect] {
        guard pending == act else { return [] }
        let decided = pendingAt ?? position
        pending = nil
        pendingAt = nil
        lastRefusal = refusal
        if let refusal {
            // The destination has never seen the offer, and now it never will.
            return refusal == .noSuchMove && act == .cancel && !isDelivered && phase == .offered
                ? decide(.cancel, at: decided) : [.unchanged(act, refusal)]
        }
        isDelivered = true
        if act == .offer { return [] }
        if phase.isTerminal {
            return phase == (act == .take ? .taken : .cancelled) ? [] : [.contradiction(act)]
        }
        return decide(act, at: decided)
    }

    private func check(_ act: Act) throws(LicenceError) {
        let position = decidedAt ?? ChainPosition(height: 0)
        switch (phase, act) {
        case (.offered, _): return
        case (.taken, .cancel): throw .takenFirst(at: position)
        case (.cancelled, .take): throw .cancelledFirst(at: position)
        default: throw .wrongPhase(act, phase)
        }
    }

    private mutating func decide(_ act: Act, at position: ChainPosition) -> [Effect] {
        phase = act == .take ? .taken : .cancelled
        decidedAt = position
        return [act == .take ? .taken : .cancelled]
    }
}

/// The fields of a move in a store: key 1, side 2, phase 3, waiting act 4, its height 5, decided at
/// 6, delivered 7, last refusal 8.
struct LicenceMoveParts {
    var key = Digest.zero
    var side = "", phase = "", pending = "", lastRefusal = ""
    var pendingAt: UInt64 = 0
    var decidedAt: UInt64 = 0
    var isDelivered = false

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: key = try reader.digest(field)
        case 2: side = try reader.string(field)
        case 3: phase = try reader.string(field)
        case 4: pending = try reader.string(field)
        case 5: pendingAt = try reader.uint64(field)
        case 6: decidedAt = try reader.uint64(field)
        case 7: isDelivered = try reader.bool(field)
        case 8: lastRefusal = try reader.string(field)
        default: try reader.skip(field)
        }
    }
}

extension LicenceMove {
    init(_ parts: LicenceMoveParts) throws(WireError) {
        guard let side = Side(rawValue: parts.side), let phase = Phase(rawValue: parts.phase),
            parts.pending.isEmpty || Act(rawValue: parts.pending) != nil
        else { throw .malformed("move") }
        self.init(LicenceMoveKey(parts.key), side: side)
        self.phase = phase
        pending = Act(rawValue: parts.pending)
        pendingAt = pending == nil ? nil : ChainPosition(height: parts.pendingAt)
        decidedAt = parts.decidedAt == 0 ? nil : ChainPosition(height: parts.decidedAt)
        isDelivered = parts.isDelivered
        lastRefusal = LicenceErrorCode(rawValue: parts.lastRefusal)
    }

    func write(to writer: inout ProtobufWriter) {
        writer.digest(1, key.digest)
        writer.string(2, side.rawValue)
        writer.string(3, phase.rawValue)
        writer.string(4, pending?.rawValue ?? "")
        writer.uint64(5, pendingAt?.height ?? 0)
        writer.uint64(6, decidedAt?.height ?? 0)
        writer.bool(7, isDelivered)
        writer.string(8, lastRefusal?.rawValue ?? "")
    }
}
