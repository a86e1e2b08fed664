// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayEngine
import RelayTransport

package struct FollowerLimits: Hashable, Sendable {
    /// Milliseconds between looks at the chain while a websocket tells of new blocks.
    package var pollWithHintsMilliseconds = 5_000
    /// Milliseconds between looks without one: well below a block interval.
    package var pollMilliseconds = 500
    /// Blocks read at once while catching up.
    package var blocksPerRound: UInt64 = 20
    /// Looks, in a row, that find the next block pruned while some node does not answer at all,
    /// before it is passed over: about a minute. When every node answers, one is enough.
    package var prunedLooks = 120

    package init() {}
}

/// Reads our chain's blocks in order from a cursor. The websocket only wakes it up: what it reports
/// comes from `block_results`, which is the record (building-cometbft §6.1).
final class ChainFollower {
    private let rpc: NodeRPC
    private let reader: BlockReader
    private let chainID: ChainID
    private let revision: UInt64
    private let limits: FollowerLimits
    private let lagBlocks: UInt64
    private let emit: (EngineEvent) -> Void
    private let identify:
        (UInt64, [BlockReader.OwnTransaction], @escaping ([[UInt8]?]) -> Void) -> Void
    private var next: UInt64?
    private var isReading = false
    /// Told to follow from elsewhere while a reading was under way: what it brings is out of place.
    private var isStale = false
    private var wantsAnother = false
    private var timer: LoopTimer?
    private var isStopped = false
    /// Times of blocks that `status` has shown, so that following the tip needs no header.
    private var times: [UInt64: Timestamp] = [:]
    private var prunedLooks = 0
    /// Highest block that a node has stored, and its time.
    private(set) var tip: (height: UInt64, time: Timestamp)?
    var hasHints = false

    /// `identify` gives the hashes of our own transactions of a block, nil where it cannot tell.
    init(
        rpc: NodeRPC, reader: BlockReader, chainID: ChainID, revision: UInt64,
        limits: FollowerLimits, lagBlocks: UInt64,
        identify:
            @escaping (
                UInt64, [BlockReader.OwnTransaction], @escaping ([[UInt8]?]) -> Void
            ) -> Void,
        emit: @escaping (EngineEvent) -> Void
    ) {
        self.rpc = rpc
        self.reader = reader
        self.chainID = chainID
        self.revision = revision
        self.limits = limits
        self.lagBlocks = lagBlocks
        self.identify = identify
        self.emit = emit
    }

    /// Begins at this height; nil: with the first block that is executed from now on.
    func follow(from height: UInt64?) {
        next = height
        isStale = isReading
        look()
    }

    func stop() {
        isStopped = true
        if let timer { rpc.loop.cancel(timer) }
    }

    /// Looks now: a hint came, or time has passed.
    func look() {
        guard !isStopped else { return }
        guard !isReading else {
            wantsAnother = true
            return
        }
        isReading = true
        rpc.call(RPCCall("status"), as: RPCStatus.self) { [self] answer in
            switch answer {
            case .failure(let error): fail(error)
            case .success(let status): take(status)
            }
        }
    }

    // MARK: Private

    private func take(_ status: RPCStatus) {
        let node = rpc.currentAddress
        guard ChainID(status.node_info.network) == chainID else {
            rpc.moveOn()
            return fail(
                NodeError(
                    .wrongChain, node: node, method: "status",
                    detail: "the node is of \(status.node_info.network), not of \(chainID)"))
        }
        let height = UInt64(clamping: status.sync_info.latest_block_height.value)
        let time = status.sync_info.latest_block_time.value
        if let tip, height + lagBlocks < tip.height || status.sync_info.catching_up {
            rpc.moveOn()
            return fail(
                NodeError(
                    .behind, node: node, method: "status",
                    detail: "it stands at \(height), another node was at \(tip.height)"))
        }
        guard height > 0 else { return finish() }
        times[height] = time
        if tip.map({ $0.height < height }) ?? true { tip = (height, time) }
        // Block `height` is stored, perhaps not executed; `height - 1` is, since its app hash is
        // known.
        let executed = height - 1
        let first = next ?? max(executed, 1)
        guard first <= executed else {
            next = first
            return report([])
        }
        readBlocks(first...min(executed, first + limits.blocksPerRound - 1))
    }

    private func readBlocks(_ heights: ClosedRange<UInt64>) {
        let calls = heights.map { RPCCall("block_results", [("height", "\($0)")]) }
        rpc.batch(calls, as: RPCBlockResults.self) { [self] answers in
            var results: [RPCBlockResults] = []
            for answer in answers {
                guard case .success(let result) = answer else {
                    if results.isEmpty, case .failure(let error) = answer {
                        return error.code == .pruned ? passOverPruned(heights, error) : fail(error)
                    }
                    break
                }
                let height = heights.lowerBound + UInt64(results.count)
                guard UInt64(clamping: result.height.value) == height else {
                    return fail(
                        NodeError(
                            .wrongAnswer, node: rpc.currentAddress, method: "block_results",
                            detail: "asked for \(height), answered \(result.height.value)"))
                }
                results.append(result)
            }
            readTimes(results.map { UInt64(clamping: $0.height.value) }) { [self] in
                summarise(results, [])
            }
        }
    }

    /// No node that answers keeps the next block. Waiting brings it back only where a node is
    /// silent; otherwise the follower goes on with the lowest block that is kept, and says what is
    /// missing.
    private func passOverPruned(_ heights: ClosedRange<UInt64>, _ error: NodeError) {
        rpc.statuses { [self] statuses in
            guard !isStale else { return again() }
            prunedLooks += 1
            let kept = statuses.filter { ChainID($0.node_info.network) == chainID }
                .map { UInt64(clamping: $0.sync_info.earliest_block_height.value) }.min()
            let isCertain =
                statuses.count == rpc.addresses.count || prunedLooks >= limits.prunedLooks
            guard isCertain, let kept, kept > heights.lowerBound else { return fail(error) }
            prunedLooks = 0
            next = kept
            wantsAnother = true
            emit(.blocksLost(through: kept - 1, detail: error.description))
            finish()
        }
    }

    /// Headers of those blocks whose time `status` has not shown.
    private func readTimes(_ heights: [UInt64], then: @escaping () -> Void) {
        let missing = heights.filter { times[$0] == nil }
        let calls = missing.map { RPCCall("header", [("height", "\($0)")]) }
        rpc.batch(calls, as: RPCHeaderAnswer.self) { [self] answers in
            for (height, answer) in zip(missing, answers) {
                switch answer {
                case .success(let header): times[height] = header.header.time.value
                case .failure(let error): return fail(error)
                }
            }
            then()
        }
    }

    /// Turns results into summaries one by one: those with transactions of ours need their hashes.
    private func summarise(_ results: [RPCBlockResults], _ done: [BlockSummary]) {
        guard let result = results.first else { return report(done) }
        let reading = reader.read(result)
        let height = UInt64(clamping: result.height.value)
        let finish = { [self] (transactions: [IncludedTransaction]) in
            let summary = BlockSummary(
                height: Height(revision: revision, height: height),
                time: times[height] ?? .unixEpoch, events: reading.events,
                transactions: transactions, clientUpdates: reading.clientUpdates)
            summarise(Array(results.dropFirst()), done + [summary])
        }
        guard !reading.transactions.isEmpty else { return finish([]) }
        identify(height, reading.transactions) { [self] hashes in
            finish(
                zip(reading.transactions, hashes).compactMap { own, hash in
                    guard let hash else { return nil }
                    return IncludedTransaction(
                        hash: hash, height: Height(revision: revision, height: height),
                        result: own.result, gasUsed: own.gasUsed, createdClient: own.createdClient)
                })
        }
    }

    private func report(_ blocks: [BlockSummary]) {
        guard let tip, !isStale else { return again() }
        prunedLooks = 0
        if let last = blocks.last {
            next = last.height.height + 1
            times = times.filter { $0.key >= last.height.height }
        }
        emit(
            .chainAdvanced(
                ChainAdvance(
                    blocks: blocks, tip: Height(revision: revision, height: tip.height),
                    tipTime: tip.time)))
        if let next, next < tip.height { wantsAnother = true }
        finish()
    }

    private func fail(_ error: NodeError) {
        // A block that is stored but not executed is no trouble: it is asked for again.
        if error.code != .notExecutedYet {
            emit(.chainUnreachable(code: error.code.rawValue, detail: error.description))
        }
        wantsAnother = false
        finish()
    }

    private func again() {
        wantsAnother = isStale
        finish()
    }

    private func finish() {
        isReading = false
        isStale = false
        guard !isStopped else { return }
        if wantsAnother {
            wantsAnother = false
            return look()
        }
        if let timer { rpc.loop.cancel(timer) }
        let pause = hasHints ? limits.pollWithHintsMilliseconds : limits.pollMilliseconds
        timer = rpc.loop.schedule(afterMilliseconds: pause) { [weak self] in self?.look() }
    }
}
