// SPDX-License-Identifier: Apache-2.0

import Federation

/// Packets of ours to a member that is revoked or gone. A refund needs proof from that
/// member's chain that it did not take the packet, and nobody asks its relay: after the deadline
/// the packet is parked with a sentence that says what the members can do, and goes on by itself as
/// soon as a version lists a relay for that chain again.
extension RelayEngine {
    static let unprovenCode = "member/deadline-unproven"

    mutating func watchBarred(_ slot: Int) {
        guard packets[slot].record.id.direction == .outgoing, deadline(slot) != .max,
            routes[packets[slot].route].isCut
        else { return }
        barredDeadlines.insert(
            TimerHeap.Entry(due: max(deadline(slot), clock), ref: packets.lastingRef(slot)))
        barredDeadlines.compact(liveCount: packets.count) { packets.isSamePacket($0.ref) }
    }

    mutating func parkUnprovable() {
        while let first = barredDeadlines.first, first.due <= clock {
            _ = barredDeadlines.popFirst()
            guard packets.isSamePacket(first.ref) else { continue }
            let slot = Int(first.ref.slot)
            guard let bar = routes[packets[slot].route].configuration.bar, bar.isCut else {
                continue
            }
            switch packets[slot].record.state {
            case .observed, .proven, .forwarded: break
            // What is proven already ends on our own chain; what is parked has its reason.
            default: continue
            }
            switch packets[slot].phase {
            case .queued(.lookUp), .inFlight(.lookUp, _), .backoff(.lookUp):
                // Our own chain is asked how it ended; it may turn out to be open.
                let later = clock &+ configuration.timing.reconcileInterval
                barredDeadlines.insert(TimerHeap.Entry(due: later, ref: first.ref))
            default:
                stop(
                    slot, code: RelayEngine.unprovenCode,
                    detail: "its deadline has passed, and its member is \(bar.detail)")
            }
        }
    }

    /// The member is back: what only its chain could tell is asked now.
    mutating func releaseUnproven(_ slot: Int) {
        let record = packets[slot].record
        guard record.state == .parked, let before = record.parkedFrom else { return }
        if record.reasonCode == RelayEngine.unprovenCode {
            advance(slot, to: before)
            enqueue(slot, .ask)
        } else {
            watchParked(slot, isRestart: true)
        }
    }

    func explainUnproven(_ packet: OpenPacket) -> Explanation? {
        guard packet.record.state == .parked,
            packet.record.reasonCode == RelayEngine.unprovenCode
        else { return nil }
        let facts = routes[packet.route]
        let bar = facts.configuration.bar?.detail ?? "active again"
        return Explanation(
            RelayEngine.unprovenCode,
            "Its deadline has passed, and the member of \(facts.chainID) is \(bar): whether that "
                + "chain took the packet, only a proof from there can tell, and nobody asks its "
                + "relay.",
            "The sender's money waits on our chain. A quorum can list a relay for that chain again "
                + "(a new request and `member rescue`): then the packet is "
                + "refunded or acknowledged by itself.",
            .operators)
    }
}
