// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Nothing new is begun while the manifest has run out, or with a member that is suspended; what
/// was committed on its source chain before finishes: it is delivered, acknowledged, or refunded.
///
/// Our own packets are judged by their block's time. A peer's packet counts as sent before when the
/// header that proves it is older, which nobody can date back; one whose proof is younger is not
/// taken, and is refunded by its sender after the deadline.
extension RelayEngine {
    static let suspendedCode = "member/suspended"

    /// Whether the manifest has run out, and had when this was begun.
    private func expiryTrouble(begun time: Timestamp) -> (code: String, detail: String)? {
        guard let terms = configuration.manifest, terms.hardExpiry <= now,
            terms.hardExpiry <= time
        else { return nil }
        return (RelayEngine.expiredCode, "version \(configuration.topologyVersion) ran out")
    }

    /// Why packets proven at this time are not taken from a peer now; nil: nothing against them.
    func newWorkTrouble(_ route: Int, provenAt time: Timestamp) -> (code: String, detail: String)? {
        if let expired = expiryTrouble(begun: time) { return expired }
        // While our own member is suspended, the others' relays see to it that nothing new comes.
        guard let bar = routes[route].configuration.bar, !bar.isOwn, bar.since <= time else {
            return nil
        }
        return (
            bar.code, "your member is \(bar.detail), and nothing proves that it was sent before"
        )
    }

    /// Why a packet of ours is not sent on now; nil: it goes.
    private func newWorkTrouble(_ slot: Int) -> (code: String, detail: String)? {
        let record = packets[slot].record
        guard record.state == .observed else { return nil }
        if let expired = expiryTrouble(begun: record.firstSeen) { return expired }
        guard let bar = routes[packets[slot].route].configuration.bar, !bar.isCut,
            record.firstSeen >= bar.since
        else { return nil }
        return (bar.code, bar.detail)
    }

    /// Not sent on; a later version lets it go on, and its deadline ends it. False: it may go.
    mutating func hold(_ slot: Int) -> Bool {
        guard let trouble = newWorkTrouble(slot) else { return false }
        packets.edit(slot) { record in
            record.reasonCode = trouble.code
            record.reasonDetail = trouble.detail
        }
        packets.setPhase(slot, .waiting)
        setTimer(slot, max(deadline(slot), clock &+ 1))
        return true
    }

    /// A later version holds: what waited for it goes on.
    mutating func releaseHeld() {
        for slot in packets.slots.indices
        where packets[slot].isOpen && isHeldCode(packets[slot].record.reasonCode) {
            goOn(slot)
        }
    }

    private func isHeldCode(_ code: String) -> Bool {
        code == RelayEngine.expiredCode || code == RelayEngine.suspendedCode
    }

    /// Lets a packet that was held go on, as far as it may.
    mutating func goOn(_ slot: Int) {
        guard packets[slot].phase == .waiting, packets[slot].record.state == .observed else {
            return
        }
        packets.edit(slot) { record in
            record.reasonCode = ""
            record.reasonDetail = ""
        }
        proceed(slot)
    }

    /// Whether a packet of ours waits because it is new work.
    func explainHeld(_ packet: OpenPacket) -> Explanation? {
        let record = packet.record
        guard packet.phase == .waiting, record.state == .observed else { return nil }
        if record.reasonCode == RelayEngine.expiredCode {
            return Explanation(
                RelayEngine.expiredCode,
                "The manifest ran out before it was sent: \(record.reasonDetail)",
                "It goes on with the next version, or times out; ask the authorities to sign one.",
                .operators)
        }
        guard let bar = routes[packet.route].configuration.bar, !bar.isCut,
            record.reasonCode == bar.code
        else { return nil }
        return Explanation(
            bar.code,
            "It was sent after \(who(packet.route, bar)) had been \(bar.detail): nothing new is "
                + "begun.",
            "It goes on when a later version lists the member as active, and is refunded when its "
                + "deadline passes first.", .operators)
    }
}
