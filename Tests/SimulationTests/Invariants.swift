// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// What must hold whatever happens. Checked with every durable record, every effect and every
/// block; the first breach ends the run and names itself.
final class Invariants {
    private unowned let federation: SimulatedFederation
    private(set) var breach: String?
    private var cursors: [String: UInt64] = [:]
    private var latest: [String: Height] = [:]
    private var frozen: Set<String> = []
    private var anchors: [String: UInt64] = [:]
    private var ended: [String: PacketState] = [:]
    private var receipts: [String: Int] = [:]
    private(set) var checks = 0

    init(_ federation: SimulatedFederation) { self.federation = federation }

    func fail(_ text: @autoclosure () -> String) {
        if breach == nil { breach = text() }
    }

    // MARK: Durable records

    func recorded(_ entry: JournalEntry, in city: SimulatedCity) {
        checks += 1
        switch entry {
        case .cursor(_, let height):
            if let before = cursors[city.id], height < before {
                fail("\(city.id): cursor went back from \(before) to \(height)")
            }
            cursors[city.id] = height
        case .client(let client):
            let key = "\(city.id)/\(client.chainID)"
            anchorIsTrue(client, key)
            if let before = latest[key], client.latestHeight < before {
                fail("\(key): latest height went back")
            }
            latest[key] = client.latestHeight
            if frozen.contains(key) && !client.isFrozen { fail("\(key): thawed by itself") }
            if client.isFrozen { frozen.insert(key) }
            if client.isFrozen, client.frozenReason.hasPrefix("client/conflicting-header"),
                federation.city(client.chainID)?.chain.forks.isEmpty == true
            {
                fail("\(key): frozen, and nobody forked")
            }
        case .header(let header): headerIsTrue(header, city)
        case .packet(let record):
            let key = "\(city.id)/\(record.id)"
            if let before = ended[key], before != record.state {
                fail("\(key): ended as \(before), now \(record.state)")
            }
            if record.state.isTerminal { ended[key] = record.state }
            if record.state == .parked && record.reasonCode.isEmpty {
                fail("\(key): parked, no reason")
            }
            if record.id.direction == .outgoing {
                outgoingIsTrue(record, city)
            } else {
                incomingIsTrue(record, city)
            }
        default: break
        }
    }

    /// A client begins anew only from what the members agreed on.
    private func anchorIsTrue(_ client: ClientRecord, _ key: String) {
        guard let members = federation.members else { return }
        let anchor = client.anchorHeight.height
        guard anchor != 0, anchors[key] != anchor else { return }
        if !members.published.contains("\(client.chainID)/\(anchor)") {
            fail("\(key): begins at \(anchor), which nobody agreed on")
        }
        anchors[key] = anchor
        frozen.remove(key)
        latest[key] = nil
    }

    private func headerIsTrue(_ header: HeaderRecord, _ city: SimulatedCity) {
        guard let chain = federation.city(header.chainID)?.chain else { return }
        let height = header.height.height
        if chain.headers[height]?.hash != header.headerHash
            && chain.forks[height]?.hash != header.headerHash
        {
            fail("\(city.id): trusts header \(height) of \(header.chainID), which nobody signed")
        }
    }

    private func outgoingIsTrue(_ record: PacketRecord, _ city: SimulatedCity) {
        let id = record.id
        let state = city.chain.state
        let key = Key.commitment(id.client, id.sequence)
        guard let sent = state.sent[key], sent.packet.encoded == record.packet else {
            return fail("\(city.id): \(id) was never sent like this")
        }
        guard let peer = federation.city(record.counterpartyChain)?.chain else { return }
        let packet = sent.packet
        let receipt = Key.receipt(packet.destination, packet.sequence)
        let written = peer.state.acknowledgements[
            Key.acknowledgement(packet.destination, packet.sequence)]
        switch record.state {
        case .acknowledgementVerified:
            if written?.bytes != record.acknowledgement {
                fail("\(city.id): \(id) has an acknowledgement that \(peer.id) never wrote")
            }
        case .absenceVerified:
            if peer.state.values[receipt] != nil {
                fail("\(city.id): \(id) counts as not received, and was")
            }
        case .acknowledged, .refused:
            let isRefusal = record.state == .refused
            guard case .acknowledged(let bytes) = state.endings[key],
                (bytes == UniversalError.encoded) == isRefusal
            else { return fail("\(city.id): \(id) is \(record.state), the chain says otherwise") }
        case .timedOut:
            if state.endings[key] != .timedOut {
                fail("\(city.id): \(id) is timed out, the chain says otherwise")
            }
        default: break
        }
    }

    private func incomingIsTrue(_ record: PacketRecord, _ city: SimulatedCity) {
        guard let packet = SimulatedPacket(encoded: record.packet),
            let source = federation.city(record.counterpartyChain)?.chain
        else { return fail("\(city.id): \(record.id) is no packet") }
        let sent = source.state.sent[Key.commitment(packet.source, packet.sequence)]
        if sent?.packet.encoded != record.packet {
            return fail("\(city.id): \(record.id) was accepted without proof")
        }
        let receipt = Key.receipt(record.id.client, record.id.sequence)
        switch record.state {
        case .received, .acknowledgementWritten, .acknowledgementDelivered:
            if city.chain.state.values[receipt] == nil {
                fail("\(city.id): \(record.id) is \(record.state) without a receipt")
            }
        case .expired:
            if city.chain.state.values[receipt] != nil {
                fail("\(city.id): \(record.id) expired, and was received")
            }
        default: break
        }
    }

    // MARK: Effects

    /// Nothing leaves before it is remembered.
    func released(_ effect: EngineEffect, by city: SimulatedCity) {
        checks += 1
        switch effect {
        case .broadcast(let hash, _):
            if city.store.transactions[hash] == nil {
                fail("\(city.id): broadcasts what it does not remember")
            }
        case .answer(_, let outcomes, _):
            for outcome in outcomes where outcome.outcome == .accepted {
                let isKnown = city.store.packets.values.contains {
                    $0.id.sequence == outcome.sequence
                }
                if !isKnown {
                    fail("\(city.id): accepted \(outcome.sequence), does not remember it")
                }
            }
        default: break
        }
    }

    // MARK: Money

    /// Balances plus what is locked in flight never change.
    func money() {
        checks += 1
        var total = 0
        for city in federation.cities {
            let state = city.chain.state
            total += state.balances.filter { !$0.key.hasPrefix("escrow/") }.values.reduce(0, +)
            for (key, entry) in state.sent where isLocked(key, state) {
                let id = "\(city.id)/\(entry.packet.source)/\(entry.packet.sequence)"
                let credits = federation.cities.reduce(0) { $0 + ($1.chain.state.credits[id] ?? 0) }
                if credits == 0 { total += entry.packet.amount }
            }
            receiptsStay(city)
        }
        if total != federation.total { fail("money: \(federation.total) has become \(total)") }
        for city in federation.cities {
            for (id, count) in city.chain.state.credits where count > 1 {
                fail("\(id) was credited \(count) times")
            }
            for (key, count) in city.chain.state.refunds where count > 1 {
                fail("\(city.id)/\(key) was refunded \(count) times")
            }
        }
    }

    private func isLocked(_ key: String, _ state: ChainState) -> Bool { state.endings[key] == nil }

    private func receiptsStay(_ city: SimulatedCity) {
        let count = city.chain.state.receiptHeights.count
        if count < receipts[city.id] ?? 0 { fail("\(city.id): a receipt vanished") }
        receipts[city.id] = count
    }

    // MARK: The end

    /// With faults off for long enough, every packet has ended, on the chains and in the stores.
    func allEnded() {
        for city in federation.cities {
            for (key, entry) in city.chain.state.sent {
                let id = PacketID(
                    direction: .outgoing, client: entry.packet.source,
                    sequence: entry.packet.sequence)
                guard city.chain.state.endings[key] != nil else {
                    let why = city.engine?.explain(id)
                    fail("\(city.id): \(id) never ended: \(why?.code ?? "unknown to the relay")")
                    continue
                }
                guard let record = city.store.packets[id], record.state.isTerminal else {
                    fail("\(city.id): \(id) ended on chain, its relay does not know")
                    continue
                }
            }
            for record in city.store.packets.values where !record.state.isTerminal {
                let why = city.engine?.explain(record.id)
                fail(
                    "\(city.id): \(record.id) is still \(record.state): "
                        + "\(why?.code ?? "?"), \(why?.sentence ?? "")")
            }
        }
    }
}
