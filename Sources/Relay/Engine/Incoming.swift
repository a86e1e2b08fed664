// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Packets that peers bring for our chain.
extension RelayEngine {
    /// A verifier is through with a peer's delivery: the cheap things are judged here, on the state
    /// of this moment, and the answer leaves after the commit that remembers it.
    mutating func deliveryVerified(_ token: AnswerToken, _ delivery: VerifiedDelivery) {
        guard let route = routeOfChain[delivery.chainID] else {
            effects.append(
                .answer(
                    token,
                    outcomes: delivery.items.map {
                        outcome($0.packet, .refused, "peer/unknown-chain", "no route to this chain")
                    }, trustedHeight: .zero))
            return
        }
        let trouble =
            staleVerdict(delivery.revisionCounter, route)
            ?? admit(delivery.headers, route: route) ?? standing(route)
        var outcomes: [PeerOutcome] = []
        outcomes.reserveCapacity(delivery.items.count)
        for item in delivery.items {
            if let trouble {
                outcomes.append(
                    outcome(item.packet, .retry, trouble.code, trouble.detail, after: 30_000))
            } else {
                outcomes.append(judge(item, delivery.proofHeight, route))
            }
        }
        effects.append(
            .answer(token, outcomes: outcomes, trustedHeight: routes[route].trustedHeight))
    }

    /// Why nothing can be taken from this peer now; nil: nothing against it.
    func standing(_ route: Int) -> (code: String, detail: String)? {
        let facts = routes[route]
        if let bar = facts.configuration.bar, bar.isCut { return (bar.code, bar.detail) }
        if facts.client.isFrozen { return ("client/frozen", facts.client.frozenReason) }
        if facts.isPaused { return ("route/paused", facts.pauseReason) }
        if !facts.peer.blockedCode.isEmpty { return (facts.peer.blockedCode, "see our log") }
        return nil
    }

    private mutating func judge(
        _ item: VerifiedDelivery.Item, _ proofHeight: Height, _ route: Int
    ) -> PeerOutcome {
        let packet = item.packet
        switch item.verdict {
        case .refused(let code, let detail): return outcome(packet, .refused, code, detail)
        case .undecided(let code, let detail):
            return outcome(packet, .retry, code, detail, after: 1_000)
        case .proven: break
        }
        let link = routes[route].link
        guard !link.localClient.isEmpty, !routes[route].remoteClient.isEmpty else {
            return outcome(packet, .retry, "link/not-ready", "no clients yet", after: 5_000)
        }
        guard packet.destinationClient == link.localClient,
            packet.sourceClient == routes[route].remoteClient
        else {
            return outcome(
                packet, .refused, "packet/wrong-client",
                "our link is \(routes[route].remoteClient) to \(link.localClient)")
        }
        if packets.slot(of: packet.incomingID) != nil
            || routes[route].received.contains(packet.sequence)
        {
            return outcome(packet, .alreadyKnown)
        }
        guard chain.time.unixSeconds < packet.timeoutSeconds else {
            return outcome(
                packet, .refused, "packet/elapsed", "our chain's time is past its deadline")
        }
        guard let header = routes[route].header(at: proofHeight) else {
            return outcome(
                packet, .retry, "client/header-unknown", "no trusted header at \(proofHeight)",
                after: 1_000)
        }
        if let trouble = newWorkTrouble(route, provenAt: header.timestamp) {
            return outcome(packet, .retry, trouble.code, trouble.detail, after: 30_000)
        }
        guard inboxHasRoom(routes[route].chainID) else {
            return outcome(
                packet, .retry, "inbox/full", "too many packets wait for our chain",
                after: configuration.limits.inboxRetryMilliseconds)
        }
        accept(item, header, route)
        return outcome(packet, .accepted)
    }

    private mutating func accept(
        _ item: VerifiedDelivery.Item, _ header: HeaderRecord, _ route: Int
    ) {
        let packet = item.packet
        routes[route].received.insert(packet.sequence)
        routes[route].received.witness(
            packet.sequence, provenAtSeconds: header.timestamp.unixSeconds)
        var record = PacketRecord(
            id: packet.incomingID, counterpartyChain: routes[route].chainID, packet: packet.encoded,
            state: .verified, timeoutSeconds: packet.timeoutSeconds, committedHeight: .zero,
            now: now)
        record.proof = item.proof
        record.proofHeight = header.height
        let slot = packets.insert(record, route: route, isDirty: true)
        watchDeadline(slot)
        enqueue(slot, .submit)
    }

    /// Room for packets of this chain that our chain has not taken yet.
    func inboxHasRoom(_ chainID: String) -> Bool {
        guard let route = routeOfChain[chainID] else { return false }
        return packets.count(.verified, route: route) < configuration.limits.inboxPackets
    }

    /// Our chain's block says that it took a packet.
    mutating func receiveSeen(_ packet: PacketSummary, route: Int, at height: Height) {
        guard let slot = incomingSlot(packet, route: route, at: height) else { return }
        switch effectiveState(slot) {
        case .verified:
            advance(slot, to: .received) { record in
                record.committedHeight = height
                record.proof = []
                record.transaction = []
            }
            proceed(slot)
        default: return
        }
    }

    /// Our chain's block says that it acknowledged a packet.
    mutating func acknowledgementSeen(
        _ packet: PacketSummary, _ acknowledgement: [UInt8], route: Int, at height: Height
    ) {
        guard let slot = incomingSlot(packet, route: route, at: height) else { return }
        switch effectiveState(slot) {
        case .verified, .received:
            advance(slot, to: .acknowledgementWritten) { record in
                record.committedHeight = height
                record.proof = []
                record.acknowledgement = acknowledgement
                record.transaction = []
            }
            proceed(slot)
        default: return
        }
    }

    /// The packet's slot. A packet that another relayer brought is taken up here, so that its
    /// acknowledgement finds home; one that has ended stays ended.
    private mutating func incomingSlot(
        _ packet: PacketSummary, route: Int, at height: Height
    ) -> Int? {
        if let slot = packets.slot(of: packet.incomingID) { return slot }
        guard !routes[route].received.contains(packet.sequence) else { return nil }
        routes[route].received.insert(packet.sequence)
        count("incoming/by-another-relayer")
        let record = PacketRecord(
            id: packet.incomingID, counterpartyChain: routes[route].chainID, packet: packet.encoded,
            state: .received, timeoutSeconds: packet.timeoutSeconds, committedHeight: height,
            now: now)
        return packets.insert(record, route: route, isDirty: true)
    }

    /// The state behind a parking.
    func effectiveState(_ slot: Int) -> PacketState {
        let record = packets[slot].record
        return record.state == .parked ? record.parkedFrom ?? .parked : record.state
    }

    func outcome(
        _ packet: PacketSummary, _ outcome: PeerOutcome.Outcome, _ code: String = "",
        _ detail: String = "", after milliseconds: UInt32 = 0
    ) -> PeerOutcome {
        PeerOutcome(
            sourceClient: packet.sourceClient, sequence: packet.sequence, outcome: outcome,
            code: code, detail: detail, retryAfterMilliseconds: milliseconds)
    }
}
