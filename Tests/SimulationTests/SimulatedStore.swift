// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// A disk with crash semantics behind the `Journal` protocol: a commit writes records to a log and
/// then syncs. Power lost before the sync leaves nothing of it, or a torn part that recovery throws
/// away.
struct SimulatedStore: Journal {
    struct PowerLost: Error {}

    /// What is wrong with this disk; nothing, but for tests that must fail.
    enum Defect {
        case none
        /// A torn commit's first records survive.
        case keepsTornCommits
        /// What was synced is lost at the next crash.
        case forgetsEverything
    }

    /// Where the power goes during the next commit.
    enum Failure {
        case beforeSync
        case torn(records: Int)
    }

    var defect = Defect.none
    var failure: Failure?
    /// Called with each record that became durable.
    var observer: ((JournalEntry, SimulatedStore) -> Void)?

    private(set) var packets: [PacketID: PacketRecord] = [:]
    private(set) var clients: [String: ClientRecord] = [:]
    private(set) var headers: [String: [Height: HeaderRecord]] = [:]
    private(set) var transactions: [[UInt8]: TransactionRecord] = [:]
    private(set) var accountSequences: [String: UInt64] = [:]
    private(set) var links: [String: LinkRecord] = [:]
    private(set) var cursors: [String: UInt64] = [:]
    private(set) var replays: [String: ReplayWindow] = [:]
    private(set) var evidence: [EvidenceRecord] = []
    private(set) var manifests: [UInt64: ManifestRecord] = [:]
    private(set) var counters: [String: Int64] = [:]
    private(set) var attempts = 0
    private(set) var actions: [OperatorAction] = []
    private(set) var pauses: [String: RoutePause] = [:]
    private(set) var discarded: Set<PacketID> = []

    mutating func commit(_ entries: [JournalEntry]) throws {
        switch failure {
        case .beforeSync:
            failure = nil
            throw PowerLost()
        case .torn(let records):
            failure = nil
            if defect == .keepsTornCommits {
                for entry in entries.prefix(records) { apply(entry) }
            }
            throw PowerLost()
        case nil: break
        }
        for entry in entries {
            apply(entry)
            observer?(entry, self)
        }
    }

    mutating func load() throws -> JournalSnapshot {
        if defect == .forgetsEverything {
            packets = [:]
            cursors = [:]
            replays = [:]
            transactions = [:]
        }
        var snapshot = JournalSnapshot()
        snapshot.packets = packets.values.filter { !$0.state.isTerminal }
            .sorted { left, right in
                (left.id.client, left.id.sequence, left.id.direction.rawValue)
                    < (right.id.client, right.id.sequence, right.id.direction.rawValue)
            }
        snapshot.clients = clients.values.sorted { $0.chainID < $1.chainID }
        snapshot.headers = headers.values.flatMap { $0.values }
            .sorted { ($0.chainID, $0.height) < ($1.chainID, $1.height) }
        snapshot.transactions = transactions.values.filter { $0.state == .pending }
            .sorted { $0.sequence < $1.sequence }
        snapshot.accountSequences = accountSequences
        snapshot.links = links.values.sorted { $0.counterpartyChain < $1.counterpartyChain }
        snapshot.cursors = cursors
        snapshot.pauses = pauses.values.sorted {
            ($0.chainID, $0.scope.rawValue) < ($1.chainID, $1.scope.rawValue)
        }
        snapshot.lastAction = actions.last?.number ?? 0
        snapshot.replays = replays.values.sorted { $0.client < $1.client }
        snapshot.submittedEvidence = Set(
            transactions.values.filter { $0.purpose == .misbehaviour && $0.state == .included }
                .map(\.counterpartyChain))
        snapshot.evidence = evidence.filter {
            clients[$0.chainID]?.isFrozen == true && $0.kind.hasPrefix("client/")
        }
        return snapshot
    }

    private mutating func apply(_ entry: JournalEntry) {
        switch entry {
        case .packet(let record): packets[record.id] = record
        case .attempt: attempts += 1
        case .client(let record): clients[record.chainID] = record
        case .header(let record): headers[record.chainID, default: [:]][record.height] = record
        case .pruneHeaders(let chainID, let below, let keeping):
            headers[chainID] = headers[chainID]?.filter {
                $0.key >= below || keeping.contains($0.key)
            }
        case .transaction(let record): transactions[record.hash] = record
        case .accountSequence(let account, let next): accountSequences[account] = next
        case .link(let record): links[record.counterpartyChain] = record
        case .cursor(let chainID, let height): cursors[chainID] = height
        case .replay(let window): replays[window.client] = window
        case .evidence(let record): evidence.append(record)
        case .manifest(let record): manifests[record.version] = record
        case .count(let name, let by): counters[name, default: 0] += by
        case .operatorAction(let action): actions.append(action)
        case .pause(let pause):
            pauses["\(pause.scope.rawValue) \(pause.chainID)"] = pause.reason.isEmpty ? nil : pause
        case .discard(let id, let isDiscarded):
            if isDiscarded { discarded.insert(id) } else { discarded.remove(id) }
        }
    }
}
