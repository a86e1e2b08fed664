// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

extension RelayEngine {
    /// Builds all state from what the store remembered. What was under way when the process ended
    /// is begun again: every step is safe to repeat.
    mutating func restore(_ snapshot: JournalSnapshot) {
        chain.cursor = snapshot.cursors[configuration.chainID]
        let reconcileDue = clock &+ configuration.timing.reconcileInterval
        for (place, route) in configuration.routes.enumerated() {
            routes.append(
                Route(route, reconcileDue: reconcileDue, limits: configuration.limits))
            routeOfChain[route.chainID] = place
        }
        restoreFormerRoutes(snapshot)
        lastAction = snapshot.lastAction
        for pause in snapshot.pauses {
            if let route = routeOfChain[pause.chainID] { apply(pause, route) }
        }
        restoreClients(snapshot)
        restoreEvidence(snapshot)
        for record in snapshot.transactions.sorted(by: { $0.sequence < $1.sequence })
        where record.state == .pending {
            restoreTransaction(record)
        }
        var riding: Set<PacketID> = []
        for transaction in submitter.pending { riding.formUnion(transaction.record.packets) }
        for record in snapshot.packets where !record.state.isTerminal {
            restorePacket(record, rides: riding.contains(record.id))
        }
    }

    private mutating func restoreClients(_ snapshot: JournalSnapshot) {
        for link in snapshot.links {
            guard let route = routeOfChain[link.counterpartyChain] else { continue }
            if routes[route].link.localClient.isEmpty { routes[route].link = link }
        }
        for client in snapshot.clients {
            guard let route = routeOfChain[client.chainID] else { continue }
            routes[route].client = client
        }
        for header in snapshot.headers.sorted(by: { $0.height < $1.height }) {
            guard let route = routeOfChain[header.chainID] else { continue }
            routes[route].headers.append(header)
        }
        let limit = configuration.limits.replayIntervals
        let windows = Dictionary(
            snapshot.replays.map { ($0.client, $0.intervals) },
            uniquingKeysWith: { _, last in last })
        for route in routes.indices {
            let client = routes[route].link.localClient
            if !client.isEmpty { routeOfLocalClient[client] = route }
            routes[route].received = ReplayMemory(intervals: windows[client] ?? [], limit: limit)
            routes[route].sent = ReplayMemory(
                intervals: windows[RelayEngine.sentPrefix + client] ?? [], limit: limit)
            routes[route].refreshTrustedHeight()
            rememberAnchor(route)
        }
    }

    /// Who was told before is told again: each peer answers that it knows.
    private mutating func restoreEvidence(_ snapshot: JournalSnapshot) {
        for record in snapshot.evidence {
            guard let route = routeOfChain[record.chainID], routes[route].client.isFrozen,
                routes[route].evidence == nil
            else { continue }
            keep(record, route, except: nil)
            routes[route].isEvidenceSubmitted = snapshot.submittedEvidence.contains(record.chainID)
        }
        for route in routes.indices where !routes[route].client.isFrozen {
            for header in routes[route].headers.suffix(RelayEngine.announcedAtStart) {
                announce(header, route: route)
            }
        }
    }

    /// Headers of each chain that are told to the others after a start.
    private static let announcedAtStart = 4

    private mutating func restoreTransaction(_ record: TransactionRecord) {
        // A chain that left the topology: nobody waits for the outcome.
        guard let route = routeOfChain[record.counterpartyChain] else { return }
        let plan = SubmissionPlan(
            route: route, sequence: record.sequence, purpose: record.purpose,
            items: record.packets, updateHeights: nil, gasRaises: 0)
        submitter.pending.append(
            PendingTransaction(
                record: record, plan: plan, isUncertain: true,
                resolveDue: clock &+ configuration.timing.resolveInterval))
        routes[route].pendingTransactions += 1
    }

    private mutating func restorePacket(_ record: PacketRecord, rides: Bool) {
        guard let route = routeOfLocalClient[record.id.client] else { return }
        let slot = packets.insert(record, route: route, isDirty: false)
        if record.id.direction == .incoming { watchDeadline(slot) }
        if record.state != .parked { watchBarred(slot) }
        if record.state == .parked {
            packets.setPhase(slot, .parked)
            watchParked(slot, isRestart: true)
        } else if rides {
            packets.setPhase(slot, .inTransaction)
        } else {
            // Proofs of our own chain are not stored.
            if record.state == .proven { packets.edit(slot) { $0.state = .observed } }
            if record.state == .acknowledgementProven {
                packets.edit(slot) { $0.state = .acknowledgementWritten }
            }
            if record.notBefore > now {
                rest(
                    slot, resumeStage(packets[slot].record), until: record.notBefore.unixNanoseconds
                )
            } else {
                proceed(slot)
            }
        }
    }
}
