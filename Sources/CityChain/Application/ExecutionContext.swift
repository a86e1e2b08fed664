// SPDX-License-Identifier: Apache-2.0

import Federation
package import LightClient

/// The block in whose name a transaction runs.
package struct BlockContext: Hashable, Sendable {
    package var chainID: String
    package var height: UInt64
    package var time: Timestamp
    package var maxGas: Int64

    package init(chainID: String, height: UInt64, time: Timestamp, maxGas: Int64) {
        self.chainID = chainID
        self.height = height
        self.time = time
        self.maxGas = maxGas
    }

    /// This chain's height as light clients elsewhere count it.
    package var selfHeight: Height { Height(revision: revision, height: height) }

    private var revision: UInt64 {
        guard let dash = chainID.lastIndex(of: "-"), dash != chainID.startIndex else { return 0 }
        let digits = chainID[chainID.index(after: dash)...]
        guard digits.first != "0", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return 0
        }
        return UInt64(digits) ?? 0
    }
}

/// Why a transaction is run.
package enum ExecutionMode: Hashable, Sendable {
    case deliver, check, recheck, simulate

    var isCheck: Bool { self == .check || self == .recheck }
}

/// Everything a handler works on: state under layers, gas, events, the block. One transaction has
/// one context; it is handed down by reference, so that reads can be metered wherever they happen.
package final class ExecutionContext {
    package var state: CachedStore
    package var gas: GasMeter
    package var events: [ChainEvent] = []
    package let block: BlockContext
    package let mode: ExecutionMode
    private var eventMarks: [Int] = []

    package init(
        _ state: CachedStore, block: BlockContext, mode: ExecutionMode,
        gas: GasMeter = GasMeter(limit: nil)
    ) {
        self.state = state
        self.block = block
        self.mode = mode
        self.gas = gas
    }

    package func get(_ store: String, _ key: [UInt8]) -> [UInt8]? {
        let value = state.get(store, key)
        gas.read(key: key, value: value)
        return value
    }

    package func set(_ store: String, _ key: [UInt8], _ value: [UInt8]) {
        gas.write(key: key, value: value)
        state.set(store, key, value)
    }

    package func delete(_ store: String, _ key: [UInt8]) {
        gas.consume(GasMeter.Cost.delete, "Delete")
        state.delete(store, key)
    }

    package func pairs(_ store: String, prefix: [UInt8], limit: Int = .max) -> [StorePair] {
        let pairs = state.pairs(store, prefix: prefix, limit: limit)
        for pair in pairs {
            gas.consume(GasMeter.Cost.iterateFlat, "IterNextCostFlat")
            gas.read(key: pair.key, value: pair.value)
        }
        return pairs
    }

    package func emit(_ type: String, _ attributes: (String, String)...) {
        events.append(ChainEvent(type, attributes.map { ChainEvent.Attribute($0.0, $0.1) }))
    }

    /// Opens a layer: state and events from here on are kept or dropped together.
    package func begin() {
        state.begin()
        eventMarks.append(events.count)
    }

    package func keep() {
        state.merge()
        eventMarks.removeLast()
    }

    /// Forgets the layer's state and takes back its events.
    @discardableResult
    package func drop() -> [ChainEvent] {
        state.discard()
        let mark = eventMarks.removeLast()
        let dropped = Array(events[mark...])
        events.removeSubrange(mark...)
        return dropped
    }
}

/// Names of the stores, as an SDK chain has them for `acc`, `bank` and `ibc`; an application's
/// store is named as its port.
package enum StoreName {
    package static let accounts = "acc"
    package static let bank = "bank"
    package static let ibc = "ibc"
    package static let providentFund = "providentfund"
    package static let licence = "licence"
    package static let records = RecordIndex.storeName

    /// Provident-fund letters.
    package static let transfer = "transfer"

    package static let all = [
        accounts, bank, ibc, licence, providentFund, records, transfer,
    ]
}

extension [UInt8] {
    /// Big-endian 64 bits, as sequences and heights stand in keys and values.
    init(bigEndian number: UInt64) {
        self = stride(from: UInt64(56), through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: number >> $0)
        }
    }

    /// Nil unless these are eight bytes.
    var bigEndianUInt64: UInt64? {
        guard count == 8 else { return nil }
        return reduce(0) { $0 << 8 | UInt64($1) }
    }
}
