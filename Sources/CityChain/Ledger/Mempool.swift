// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// Why a transaction never reached CheckTx. The texts are those of real nodes.
package enum MempoolError: Error, Hashable, Sendable, CustomStringConvertible {
    case alreadyInCache
    case tooLarge(limit: Int, got: Int)
    case full(count: Int, byteCount: Int)

    package var description: String {
        switch self {
        case .alreadyInCache: "tx already exists in cache"
        case .tooLarge(let limit, let got):
            "Tx too large. Max size is \(limit), but got \(got)"
        case .full(let count, let byteCount):
            "mempool is full: number of txs \(count) (max: \(Mempool.countLimit)), "
                + "total txs bytes \(byteCount) (max: \(Mempool.byteLimit))"
        }
    }
}

/// Transactions that wait for a block, in order of arrival, and a memory of those seen.
///
/// A transaction stays in the memory while it waits and after a block took it with success; one
/// that fails or is dropped may be offered again. Source: CometBFT v0.38 mempool/clist_mempool.go.
package struct Mempool {
    /// Transactions waiting; CometBFT's default.
    package static let countLimit = 5_000
    /// Bytes of all waiting transactions: 64 MiB, CometBFT's default.
    package static let byteLimit = 64 << 20
    /// Bytes of one; what the recorded chains allow.
    package static let transactionByteLimit = 500_000
    /// Hashes remembered; CometBFT's default.
    static let memoryLimit = 10_000

    package struct Entry: Hashable, Sendable {
        package let hash: Digest
        package let bytes: [UInt8]
        package let gasWanted: Int64
    }

    package private(set) var entries: [Entry] = []
    package private(set) var byteCount = 0
    private var known: Set<Digest> = []
    private var knownInOrder: [Digest] = []

    /// Whether CheckTx may see the transaction; then it is known from here on.
    mutating func admit(_ bytes: [UInt8]) throws(MempoolError) -> Digest {
        guard bytes.count <= Self.transactionByteLimit else {
            throw .tooLarge(limit: Self.transactionByteLimit, got: bytes.count)
        }
        guard entries.count < Self.countLimit, byteCount + bytes.count <= Self.byteLimit else {
            throw .full(count: entries.count, byteCount: byteCount)
        }
        let hash = SHA256.hash(bytes)
        guard !known.contains(hash) else { throw .alreadyInCache }
        remember(hash)
        return hash
    }

    mutating func append(_ bytes: [UInt8], hash: Digest, gasWanted: Int64) {
        entries.append(Entry(hash: hash, bytes: bytes, gasWanted: gasWanted))
        byteCount += bytes.count
    }

    mutating func forget(_ hash: Digest) { known.remove(hash) }

    /// The transactions of the next block: from the front, until one does not fit.
    func reap(byteLimit: Int, gasLimit: Int64) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var bytes = 0
        var gas: Int64 = 0
        for entry in entries {
            bytes += encodedByteCount(entry.bytes)
            let (sum, overflow) = gas.addingReportingOverflow(entry.gasWanted)
            guard bytes <= byteLimit, !overflow, gasLimit < 0 || sum <= gasLimit else { break }
            gas = sum
            result.append(entry.bytes)
        }
        return result
    }

    /// Takes out what a block carried.
    mutating func remove(_ outcomes: [(hash: Digest, succeeded: Bool)]) {
        for outcome in outcomes {
            if outcome.succeeded { remember(outcome.hash) } else { forget(outcome.hash) }
        }
        let carried = Set(outcomes.map(\.hash))
        keep { !carried.contains($0.hash) }
    }

    /// Drops every waiting transaction that no longer passes, silently as real nodes do.
    mutating func recheck(_ passes: ([UInt8]) -> Bool) {
        let dropped = entries.filter { !passes($0.bytes) }.map(\.hash)
        guard !dropped.isEmpty else { return }
        known.subtract(dropped)
        let gone = Set(dropped)
        keep { !gone.contains($0.hash) }
    }

    private mutating func keep(_ stays: (Entry) -> Bool) {
        entries = entries.filter(stays)
        byteCount = entries.reduce(0) { $0 + $1.bytes.count }
    }

    private mutating func remember(_ hash: Digest) {
        guard known.insert(hash).inserted else { return }
        knownInOrder.append(hash)
        guard knownInOrder.count > 2 * Self.memoryLimit else { return }
        for old in knownInOrder.prefix(Self.memoryLimit) { known.remove(old) }
        knownInOrder.removeFirst(Self.memoryLimit)
    }

    private func encodedByteCount(_ bytes: [UInt8]) -> Int {
        var length = bytes.count
        var count = bytes.count + 2
        while length >= 0x80 {
            length >>= 7
            count += 1
        }
        return count
    }
}
