// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport

/// The journal as plain dictionaries: what a store must read back, whatever it does inside.
struct JournalModel {
    var packets: [PacketID: PacketRecord] = [:]
    var attempts: [PacketID: [Attempt]] = [:]
    var clients: [String: ClientRecord] = [:]
    var headers: [String: [Height: HeaderRecord]] = [:]
    var transactions: [[UInt8]: TransactionRecord] = [:]
    var accountSequences: [String: UInt64] = [:]
    var links: [String: LinkRecord] = [:]
    var cursors: [String: UInt64] = [:]
    var replays: [String: ReplayWindow] = [:]
    var evidence: [EvidenceRecord] = []
    var manifests: [ManifestRecord] = []
    var counters: [String: Int64] = [:]
    var actions: [UInt64: OperatorAction] = [:]
    var pauses: [String: RoutePause] = [:]
    var discarded: Set<PacketID> = []

    mutating func apply(_ entries: [JournalEntry]) {
        for entry in entries { apply(entry) }
    }

    private mutating func apply(_ entry: JournalEntry) {
        switch entry {
        case .packet(let record): packets[record.id] = record
        case .attempt(let record): attempts[record.packet, default: []].append(record)
        case .client(let record): clients[record.chainID] = record
        case .header(let record): headers[record.chainID, default: [:]][record.height] = record
        case .pruneHeaders(let chainID, let below, let keeping):
            headers[chainID] = headers[chainID]?
                .filter { $0.key >= below || keeping.contains($0.key) }
        case .transaction(let record): transactions[record.hash] = record
        case .accountSequence(let account, let next): accountSequences[account] = next
        case .link(let record): links[record.counterpartyChain] = record
        case .cursor(let chainID, let height): cursors[chainID] = height
        case .replay(let window): replays[window.client] = window
        case .evidence(let record): evidence.append(record)
        case .manifest(let record): manifests.append(record)
        case .count(let name, let amount): counters[name, default: 0] += amount
        case .operatorAction(let action): actions[action.number] = action
        case .pause(let pause):
            pauses["\(pause.chainID) \(pause.scope)"] = pause.reason.isEmpty ? nil : pause
        case .discard(let id, let isDiscarded):
            if isDiscarded { discarded.insert(id) } else { discarded.remove(id) }
        }
    }

    var snapshot: JournalSnapshot {
        var snapshot = JournalSnapshot()
        snapshot.packets = packets.values.filter { !$0.state.isTerminal }
        snapshot.clients = Array(clients.values)
        snapshot.headers = headers.values.flatMap(\.values)
        snapshot.transactions = transactions.values.filter { $0.state == .pending }
        snapshot.accountSequences = accountSequences
        snapshot.links = Array(links.values)
        snapshot.cursors = cursors
        snapshot.replays = Array(replays.values)
        snapshot.pauses = Array(pauses.values)
        snapshot.lastAction = actions.keys.max() ?? 0
        return snapshot.sorted
    }
}

extension JournalSnapshot {
    /// In an order of its own, so that two snapshots can be compared.
    var sorted: JournalSnapshot {
        var copy = self
        copy.packets.sort { $0.id.description < $1.id.description }
        copy.clients.sort { $0.chainID < $1.chainID }
        copy.headers.sort { ($0.chainID, $0.height) < ($1.chainID, $1.height) }
        copy.transactions.sort { $0.hash.lexicographicallyPrecedes($1.hash) }
        copy.links.sort { $0.counterpartyChain < $1.counterpartyChain }
        copy.replays.sort { $0.client < $1.client }
        copy.pauses.sort { ($0.chainID, $0.scope.rawValue) < ($1.chainID, $1.scope.rawValue) }
        return copy
    }
}

/// Makes random entries over few keys, so that most of them change what is there.
struct EntryGenerator {
    var random: Generator

    private var lastAction: UInt64

    /// `lastAction`: actions count up from it, as a store demands.
    init(seed: UInt64, lastAction: UInt64 = 0) {
        random = Generator(seed: seed)
        self.lastAction = lastAction
    }

    mutating func commit() -> [JournalEntry] {
        (0..<(1 + random.next() % 12)).map { _ in entry() }
    }

    mutating func entry() -> JournalEntry {
        switch random.next() % 18 {
        case 0...4: return .packet(packet())
        case 5: return .attempt(attempt())
        case 6: return .client(client())
        case 7: return .header(header())
        case 8:
            return .pruneHeaders(
                chainID: chain(), below: height(), keeping: (0..<3).map { _ in height() })
        case 9, 10: return .transaction(transaction())
        case 11: return .accountSequence(account: pick("cosmos1", 2), next: random.edgyUInt64())
        case 12:
            return .link(
                LinkRecord(
                    counterpartyChain: chain(), localClient: text(), remoteClient: text(),
                    isRegistered: random.oneIn(2)))
        case 13: return .cursor(chainID: chain(), height: random.edgyUInt64())
        case 14: return .replay(replay())
        case 15:
            return random.oneIn(2)
                ? .operatorAction(action()) : .discard(id(), isDiscarded: !random.oneIn(3))
        case 16:
            return .pause(
                RoutePause(
                    chainID: chain(), scope: random.oneIn(2) ? .queue : .peer, reason: text()))
        default:
            return random.oneIn(2)
                ? .evidence(evidence()) : .count(name: pick("count/", 3), by: small() - 3)
        }
    }

    private mutating func small() -> Int64 { Int64(random.next() % 10) }
    private mutating func pick(_ stem: String, _ count: UInt64) -> String {
        stem + String(random.next() % count)
    }
    private mutating func chain() -> String { pick("chain-", 3) }

    private mutating func height() -> Height {
        Height(
            revision: random.next() % 2,
            height: random.oneIn(8) ? random.edgyUInt64() : random.next() % 9)
    }

    private mutating func time() -> Timestamp {
        if random.oneIn(10) {
            return [Timestamp.unixEpoch, .latest, .goZero][Int(random.next() % 3)]
        }
        return Timestamp(unixNanoseconds: Int64(random.next() >> 2))
    }

    private mutating func text() -> String {
        ["", "ok", "娄底 «x»", "a\u{0}b", "line\nline", "'; DROP TABLE packet; --"][
            Int(random.next() % 6)]
    }

    private mutating func bytes(_ most: UInt64) -> [UInt8] {
        random.oneIn(4) ? [] : random.bytes(Int(random.next() % most))
    }

    private mutating func id() -> PacketID {
        PacketID(
            direction: random.oneIn(2) ? .outgoing : .incoming, client: pick("07-tendermint-", 2),
            sequence: random.oneIn(12) ? random.edgyUInt64() : random.next() % 12)
    }

    private mutating func packet() -> PacketRecord {
        let states = PacketState.allCases
        var record = PacketRecord(
            id: id(), counterpartyChain: chain(), packet: bytes(3000),
            state: states[Int(random.next() % UInt64(states.count))],
            timeoutSeconds: random.edgyUInt64(), committedHeight: height(), now: time())
        record.proof = bytes(6000)
        record.proofHeight = height()
        record.acknowledgement = bytes(200)
        record.transaction = bytes(33)
        record.attempts = Int(small())
        record.notBefore = time()
        record.reasonCode = text()
        record.reasonDetail = text()
        record.parkedFrom =
            random.oneIn(3) ? states[Int(random.next() % UInt64(states.count))] : nil
        record.lastChanged = time()
        return record
    }

    private mutating func action() -> OperatorAction {
        lastAction += 1
        let kinds = OperatorAction.Kind.allCases
        return OperatorAction(
            number: lastAction, kind: kinds[Int(random.next() % UInt64(kinds.count))],
            subject: random.oneIn(2) ? .packet(id()) : .chain(chain()), reason: text(),
            who: text(), at: time(), undoes: random.next() % (lastAction + 1))
    }

    private mutating func attempt() -> Attempt {
        Attempt(packet: id(), at: time(), step: text(), code: text(), detail: text())
    }

    private mutating func client() -> ClientRecord {
        var record = ClientRecord(chainID: chain(), family: text(), latestHeight: height())
        record.revisionCounter = random.edgyUInt64()
        record.isFrozen = random.oneIn(2)
        record.frozenReason = text()
        record.anchorHeight = height()
        record.anchorHash = bytes(33)
        return record
    }

    private mutating func header() -> HeaderRecord {
        HeaderRecord(
            chainID: chain(), height: height(), timestamp: time(), headerHash: bytes(33),
            consensusState: bytes(120), message: bytes(9000), verifiedAt: time(),
            trustedHeight: height())
    }

    private mutating func transaction() -> TransactionRecord {
        let purposes = TransactionPurpose.allCases
        let states = TransactionState.allCases
        var record = TransactionRecord(
            hash: [UInt8](repeating: UInt8(random.next() % 12), count: 32), account: text(),
            sequence: random.edgyUInt64(), bytes: bytes(20_000),
            timeoutHeight: random.edgyUInt64(), packets: (0..<small()).map { _ in id() },
            createdAt: time(), purpose: purposes[Int(random.next() % UInt64(purposes.count))],
            counterpartyChain: chain())
        record.state = states[Int(random.next() % UInt64(states.count))]
        record.codespace = text()
        record.code = UInt32(truncatingIfNeeded: random.next())
        record.log = text()
        record.height = random.edgyUInt64()
        record.gasUsed = random.edgyUInt64()
        return record
    }

    private mutating func replay() -> ReplayWindow {
        var intervals: [ClosedRange<UInt64>] = []
        var next = random.next() % 5
        for _ in 0..<small() {
            let last = next + random.next() % 5
            intervals.append(next...last)
            next = last + 2 + random.next() % 9
        }
        if random.oneIn(4) { intervals.append(UInt64.max - 1...UInt64.max) }
        return ReplayWindow(client: pick("07-tendermint-", 3), intervals: intervals)
    }

    private mutating func evidence() -> EvidenceRecord {
        EvidenceRecord(
            chainID: chain(), height: height(), kind: text(), evidence: bytes(4000),
            reportedBy: text(), at: time())
    }
}
