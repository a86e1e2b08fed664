// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Everything a simulated chain stores; a value, so that a failed transaction leaves nothing.
struct ChainState {
    struct Client {
        let chainID: String
        var states: [UInt64: (hash: [UInt8], time: Int64)]
        var isFrozen = false
        var counterparty = ""
        let trustingPeriod: Int64

        var latest: UInt64 { states.keys.max() ?? 0 }
    }

    enum Ending: Hashable {
        case acknowledged([UInt8])
        case timedOut
    }

    var balances: [String: Int] = [:]
    var sequences: [String: UInt64] = [:]
    var clients: [String: Client] = [:]
    var nextSequence: [String: UInt64] = [:]
    /// Current value and every change by height, for proofs of the past.
    private(set) var values: [String: [UInt8]] = [:]
    private var history: [String: [(height: UInt64, value: [UInt8]?)]] = [:]
    /// Every packet ever sent from here, by commitment key.
    var sent: [String: (packet: SimulatedPacket, height: UInt64)] = [:]
    var endings: [String: Ending] = [:]
    /// Acknowledgements written here, by key.
    var acknowledgements: [String: (bytes: [UInt8], height: UInt64)] = [:]
    var receiptHeights: [String: UInt64] = [:]
    /// Every packet ever received here, by receipt key.
    var received: [String: SimulatedPacket] = [:]
    var late: [(packet: SimulatedPacket, due: UInt64)] = []
    /// How often a packet moved money, by its commitment key on the source, for the invariants.
    var credits: [String: Int] = [:]
    var refunds: [String: Int] = [:]
    var letters = SimulatedLetters()

    mutating func set(_ key: String, _ value: [UInt8]?, height: UInt64) {
        values[key] = value
        history[key, default: []].append((height, value))
    }

    /// The value after the block at `height`.
    func value(_ key: String, at height: UInt64) -> [UInt8]? {
        guard let changes = history[key] else { return nil }
        for change in changes.reversed() where change.height <= height { return change.value }
        return nil
    }

    func openCommitments(_ client: String, at height: UInt64) -> [UInt64] {
        let last = nextSequence[client] ?? 1
        return (1..<max(last, 1)).filter { value(Key.commitment(client, $0), at: height) != nil }
    }
}

/// One message of a simulated transaction.
enum SimulatedMessage {
    case update(client: String, message: [UInt8])
    case receive(packet: [UInt8], proof: [UInt8], height: UInt64)
    case acknowledge(packet: [UInt8], acknowledgement: [UInt8], proof: [UInt8], height: UInt64)
    case timeout(packet: [UInt8], proof: [UInt8], height: UInt64)
    case createClient(chainID: String, height: UInt64, hash: [UInt8], time: Int64)
    case register(client: String, remote: String)
    case misbehave(client: String, first: [UInt8], second: [UInt8])
}

struct SimulatedTransaction {
    let hash: [UInt8]
    let account: String
    let sequence: UInt64
    let timeoutHeight: UInt64
    let messages: [SimulatedMessage]
    let wantsMoreGas: Bool
}

struct TransactionFailure: Error {
    let codespace: String
    let code: UInt32
    let log: String

    init(_ codespace: String, _ code: UInt32, _ log: String) {
        self.codespace = codespace
        self.code = code
        self.log = log
    }
}
