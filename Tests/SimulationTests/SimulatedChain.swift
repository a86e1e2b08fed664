// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayEngine

import struct RelayEngine.HostedUpdate

/// A city's chain: money, clients of other chains, packets, a mempool, blocks. It keeps its own
/// rules as ibc-go does, so what a relay gets wrong shows as a refusal or, where a rule was
/// switched off for a test, as money that appears or vanishes.
final class SimulatedChain {
    let id: String
    let world: World
    private let faults: () -> Faults
    var others: [String: SimulatedChain] = [:]

    private(set) var height: UInt64 = 1
    private(set) var headers: [UInt64: SimulatedHeader] = [:]
    /// A second history that the validators signed as well; only where a test says so.
    var forks: [UInt64: SimulatedHeader] = [:]
    private(set) var blocks: [UInt64: BlockSummary] = [:]
    var state = ChainState()
    private(set) var mempool: [SimulatedTransaction] = []
    private(set) var included: [[UInt8]: IncludedTransaction] = [:]
    private var haltedUntil: Int64 = 0
    var events: [PacketEvent] = []
    var updates: [HostedUpdate] = []
    var trustingPeriod: Int64 = 7_200 * World.second
    /// Switched off in one test: the chain forgets that it took a packet.
    var keepsReceipts = true

    init(id: String, world: World, faults: @escaping () -> Faults) {
        self.id = id
        self.world = world
        self.faults = faults
        seal(time: world.now)
    }

    var tip: Height { Height(revision: 1, height: height) }
    var time: Int64 { headers[height]?.timeNanoseconds ?? 0 }
    var seconds: UInt64 { UInt64(max(0, time / World.second)) }

    // MARK: Blocks

    /// Makes blocks for ever, about one each second and a half.
    func run() {
        world.after(world.between(1_000_000_000, 2_000_000_000)) { [unowned self] in
            let faults = faults()
            if world.now >= haltedUntil {
                if faults.isOn && world.chance(faults.halt) {
                    haltedUntil = world.now + world.between(5, 40) * World.second
                } else {
                    makeBlock()
                }
            }
            run()
        }
    }

    private func makeBlock() {
        height += 1
        let time = world.now
        var included: [IncludedTransaction] = []
        let candidates = mempool
        mempool = []
        for transaction in candidates {
            if faults().isOn && world.chance(faults().mempoolDrop) { continue }
            if let result = execute(transaction, time: time) { included.append(result) }
        }
        writeLate()
        blocks[height] = BlockSummary(
            height: tip, time: Timestamp(unixNanoseconds: time), events: events,
            transactions: included, clientUpdates: updates)
        for transaction in included { self.included[transaction.hash] = transaction }
        events = []
        updates = []
        seal(time: time)
    }

    private func seal(time: Int64) {
        let hash = SHA256.hash(Array("\(id)/\(height)/\(time)".utf8)).bytes
        headers[height] = SimulatedHeader(
            chainID: id, height: height, timeNanoseconds: time, hash: hash, trusted: 0)
        if blocks[height] == nil {
            blocks[height] = BlockSummary(height: tip, time: Timestamp(unixNanoseconds: time))
        }
    }

    /// The header of a second history at this height, signed as well as the first.
    func fork(_ height: UInt64) -> SimulatedHeader {
        if let known = forks[height] { return known }
        let time = headers[height]?.timeNanoseconds ?? 0
        let hash = SHA256.hash(Array("\(id)/\(height)/fork".utf8)).bytes
        let header = SimulatedHeader(
            chainID: id, height: height, timeNanoseconds: time, hash: hash, trusted: 0)
        forks[height] = header
        return header
    }

    /// Acknowledgements that an application writes by itself, at the end of a block.
    private func writeLate() {
        let due = state.late.filter { $0.due <= height }
        state.late.removeAll { $0.due <= height }
        for entry in due { write(SimulatedChain.success, for: entry.packet, &state) }
    }

    static let success: [UInt8] = [0x0a, 0x01, 0x01]

    func write(
        _ acknowledgement: [UInt8], for packet: SimulatedPacket, _ state: inout ChainState
    ) {
        let key = Key.acknowledgement(packet.destination, packet.sequence)
        state.set(key, SHA256.hash(acknowledgement).bytes, height: height)
        state.acknowledgements[key] = (acknowledgement, height)
        events.append(
            PacketEvent(
                kind: .writeAcknowledgement, packet: packet.summary,
                acknowledgement: acknowledgement))
    }

    /// Proof of a key's value or absence after the block before `header`.
    func prove(_ key: String, against header: UInt64) -> (value: [UInt8]?, proof: [UInt8])? {
        guard let sealed = headers[header], header > 1 else { return nil }
        let value = state.value(key, at: header - 1)
        return (value, SimulatedProof.make(headerHash: sealed.hash, key: key, value: value))
    }

    // MARK: Users

    /// A user sends money to another city; nil when the link is not there yet.
    func send(
        to chainID: String, port: String, amount: Int, timeoutAfter seconds: UInt64
    ) -> SimulatedPacket? {
        guard
            let (clientID, client) = state.clients.filter({ $0.value.chainID == chainID })
                .min(by: { $0.key < $1.key }), !client.counterparty.isEmpty, !client.isFrozen
        else { return nil }
        let user = "user-\(world.between(0, 3))"
        guard let balance = state.balances[user], balance >= amount else { return nil }
        let sequence = state.nextSequence[clientID] ?? 1
        let packet = SimulatedPacket(
            sequence: sequence, source: clientID, destination: client.counterparty,
            timeoutSeconds: self.seconds + seconds, port: port, amount: amount,
            receiver: "user-\(world.between(0, 3))")
        // Stands in the next block, whose events are being gathered.
        let key = Key.commitment(clientID, sequence)
        state.nextSequence[clientID] = sequence + 1
        state.balances[user] = balance - amount
        state.set(key, packet.commitment, height: height + 1)
        state.sent[key] = (packet, height + 1)
        state.balances["escrow/\(user)/\(key)"] = amount
        events.append(PacketEvent(kind: .send, packet: packet.summary))
        return packet
    }

    /// The chain's governance believes its client of another chain again.
    func recoverClient(of chainID: String) {
        for id in state.clients.filter({ $0.value.chainID == chainID }).keys {
            state.clients[id]?.isFrozen = false
        }
    }

    /// Another relayer brings a header of another chain to a client here, in the next block.
    func updateByAnotherRelayer(of chainID: String, to height: UInt64) {
        guard let header = others[chainID]?.headers[height],
            let id = state.clients.filter({ $0.value.chainID == chainID }).keys.min(),
            let client = state.clients[id], !client.isFrozen, client.states[height] == nil,
            let newest = client.states[client.latest]?.time, newest + client.trustingPeriod > time
        else { return }
        state.clients[id]?.states[height] = (header.hash, header.timeNanoseconds)
        updates.append(HostedUpdate(client: id, height: Height(revision: 1, height: height)))
    }

    // MARK: Mempool

    /// CheckTx. Nil: taken.
    func broadcast(_ transaction: SimulatedTransaction) -> TransactionFailure? {
        if mempool.contains(where: { $0.hash == transaction.hash }) { return nil }
        if let done = included[transaction.hash], done.result.isSuccess { return nil }
        let expected =
            (state.sequences[transaction.account] ?? 0)
            + UInt64(mempool.count { $0.account == transaction.account })
        guard transaction.sequence == expected else {
            return TransactionFailure(
                "sdk", 32,
                "account sequence mismatch, expected \(expected), got \(transaction.sequence)")
        }
        guard transaction.timeoutHeight >= height else {
            return TransactionFailure("sdk", 30, "tx timeout height")
        }
        var trial = state
        let kept = (events, updates)
        defer { (events, updates) = kept }
        do throws(TransactionFailure) {
            var fresh = 0
            var packets = 0
            for message in transaction.messages {
                let didSomething = try perform(message, &trial, time: time)
                if case .update = message { continue }
                packets += 1
                fresh += didSomething ? 1 : 0
            }
            if packets > 0 && fresh == 0 { return TransactionFailure("channel", 22, "redundant") }
        } catch { return error }
        mempool.append(transaction)
        return nil
    }

    /// Nil: the block does not hold it (the ante refused it).
    private func execute(_ transaction: SimulatedTransaction, time: Int64) -> IncludedTransaction? {
        guard transaction.sequence == state.sequences[transaction.account] ?? 0,
            transaction.timeoutHeight >= height
        else { return nil }
        state.sequences[transaction.account] = transaction.sequence + 1
        let kept = (events, updates)
        var trial = state
        var created = ""
        do throws(TransactionFailure) {
            if transaction.wantsMoreGas { throw TransactionFailure("sdk", 11, "out of gas") }
            for (index, message) in transaction.messages.enumerated() {
                do throws(TransactionFailure) {
                    let before = Set(trial.clients.keys)
                    _ = try perform(message, &trial, time: time)
                    created = Set(trial.clients.keys).subtracting(before).first ?? created
                } catch {
                    let hasIndex = !world.chance(0.3)
                    throw TransactionFailure(
                        error.codespace, error.code,
                        hasIndex
                            ? "failed to execute message; message index: \(index): \(error.log)"
                            : error.log)
                }
            }
        } catch {
            (events, updates) = kept
            return IncludedTransaction(
                hash: transaction.hash, height: tip,
                result: TransactionResult(
                    codespace: error.codespace, code: error.code, log: error.log), gasUsed: 90_000)
        }
        state = trial
        return IncludedTransaction(
            hash: transaction.hash, height: tip, result: TransactionResult(), gasUsed: 100_000,
            createdClient: created)
    }

    /// The chain's own block or another process of the same key uses a sequence.
    func useSequence(_ account: String) {
        guard !mempool.contains(where: { $0.account == account }) else { return }
        state.sequences[account, default: 0] += 1
    }
}
