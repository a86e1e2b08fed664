// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// The whole chain in one process: all validators, one node's view, one application.
///
/// Not thread-safe: one thread owns it. Blocks are made when `produceBlock` is called, so a test
/// drives it by hand and the laboratory by a timer.
package final class Chain {
    package let configuration: ChainConfiguration
    package internal(set) var mempool = Mempool()
    /// An operator's stop: `produceBlock` refuses until it is false again.
    package var isHalted = false
    /// Called after a block is executed and indexed; never during the replay at start.
    package var onBlock: ((StoredBlock) -> Void)?
    /// Bytes cut from the block log when it was opened: what a crash left half written.
    package private(set) var tornByteCount = 0

    var application: any Application
    let signingKeys: [[UInt8]: SigningKey]
    var blocks: [UInt64: StoredBlock] = [:]
    var heightsByHash: [[UInt8]: UInt64] = [:]
    /// Set of each kept height, and of the two after the last executed one.
    var rotations: [UInt64: ProposerRotation] = [:]
    var parameters: [UInt64: ConsensusParameters] = [:]
    var index = EventIndex()
    var behaviours: [[UInt8]: ValidatorBehaviour] = [:]
    var orderedUpdates: [ValidatorUpdate] = []
    var pendingEvidence: [Evidence] = []
    /// Headers that the validators signed beside the genuine ones and that `commit` shows instead.
    var shownForks: [UInt64: SignedHeader] = [:]
    var firstKept: UInt64
    private var keptByteCount = 0
    var nextHeight: UInt64
    var appHash: Digest
    var lastResultsHash = SHA256.empty
    private var log: BlockLog?
    private var isReplaying = false

    /// Starts the chain at its genesis, or where its block log ends: logged blocks are executed
    /// again.
    package init(
        _ configuration: ChainConfiguration, application: any Application
    ) throws(ChainError) {
        self.configuration = configuration
        self.application = application
        signingKeys = Dictionary(
            configuration.validators.map { ($0.key.publicKey.address, $0.key) },
            uniquingKeysWith: { first, _ in first })
        nextHeight = configuration.initialHeight
        firstKept = configuration.initialHeight
        appHash = self.application.initialize(configuration.genesisInfo)
        do throws(ValidatorUpdateError) {
            let genesis = try ProposerRotation(
                genesis: configuration.validators.filter { $0.power > 0 }.map {
                    ValidatorUpdate(publicKey: $0.key.publicKey, power: $0.power)
                })
            rotations[nextHeight] = genesis
            rotations[nextHeight + 1] = try genesis.advanced()
        } catch {
            throw .genesis(error)
        }
        parameters[nextHeight] = configuration.parameters
        try openLog()
    }

    /// The last stored block; nil before the first.
    package var latest: StoredBlock? { blocks[nextHeight - 1] }
    package var latestHeight: UInt64 { latest?.height ?? 0 }
    /// The last height whose state can be read; 0 before the first.
    package var executedHeight: UInt64 {
        guard let latest else { return 0 }
        return latest.results == nil ? latest.height - 1 : latest.height
    }
    package var earliestHeight: UInt64 { latest == nil ? 0 : firstKept }

    /// Makes, stores and executes the next block.
    ///
    /// - Parameter now: the validators' clock. The block's own time is the median of the votes for
    /// the one before; this one's votes carry `now`.
    @discardableResult
    package func produceBlock(now: Timestamp) throws(ChainError) -> StoredBlock {
        try storeBlock(now: now)
        return try executeBlock()
    }

    /// The first half: the block is visible and on disk, its results are not there yet.
    @discardableResult
    package func storeBlock(now: Timestamp) throws(ChainError) -> StoredBlock {
        let logged = try makeBlock(now: now)
        do throws(BlockLogError) {
            try log?.append(.block(logged))
        } catch {
            throw .log(error)
        }
        orderedUpdates = []
        pendingEvidence = []
        return store(logged)
    }

    /// The second half: executes the stored block, commits its state, indexes it.
    @discardableResult
    package func executeBlock() throws(ChainError) -> StoredBlock {
        guard var stored = latest, stored.results == nil, let current = rotations[stored.height + 1]
        else { throw .outOfOrder(height: nextHeight) }
        let output = application.execute(
            ExecutionBlock(
                height: stored.height, time: stored.block.header.time,
                hash: Digest(stored.id.hash) ?? .zero,
                proposerAddress: stored.block.header.proposerAddress,
                transactions: stored.block.transactions, parameters: stored.parameters))
        let updates = stored.mergedUpdates(output.validatorUpdates)
        do throws(ValidatorUpdateError) {
            rotations[stored.height + 2] = try current.advanced(with: updates)
        } catch {
            throw .validatorUpdate(height: stored.height, error)
        }
        appHash = application.commit()
        lastResultsHash = BlockHashes.results(output.transactionResults.map(\.hashedPart))
        let next = output.parameterUpdate ?? stored.parameters
        parameters[nextHeight] = next
        stored.results = BlockResults(
            output: output, validatorUpdates: updates, nextParameters: next, appHash: appHash)
        blocks[stored.height] = stored
        index.add(stored)
        settleMempool(stored, output)
        forgetOldest()
        if !isReplaying { onBlock?(stored) }
        return stored
    }

    /// Forgets blocks, results and states below a height, as a pruning node does; the tip stays.
    /// The block log keeps them, since a restart executes from the genesis.
    package func prune(below height: UInt64) throws(ChainError) {
        do throws(BlockLogError) {
            try log?.append(.pruned(below: height))
        } catch {
            throw .log(error)
        }
        forget(below: height)
    }

    @discardableResult
    func store(_ logged: LoggedBlock) -> StoredBlock {
        guard let validators = rotations[nextHeight], let parameters = parameters[nextHeight] else {
            preconditionFailure("a block is stored only after the one before it is executed")
        }
        let stored = StoredBlock(
            block: logged.block, id: logged.seenCommit.blockID,
            byteCount: logged.block.encoded.count,
            seenCommit: logged.seenCommit, completeCommit: logged.completeCommit,
            validators: validators, parameters: parameters,
            orderedUpdates: logged.orderedUpdates)
        blocks[nextHeight] = stored
        keptByteCount += stored.byteCount
        heightsByHash[stored.id.hash] = nextHeight
        nextHeight += 1
        return stored
    }

    private func settleMempool(_ stored: StoredBlock, _ output: ExecutionOutput) {
        guard !isReplaying else { return }
        mempool.remove(
            zip(stored.block.transactions, output.transactionResults).map { bytes, result in
                (hash: SHA256.hash(bytes), succeeded: result.code == 0)
            })
        mempool.recheck { application.check($0, isRecheck: true).code == 0 }
    }

    /// Keeps within both limits of retention; the tip stays whatever its size.
    private func forgetOldest() {
        var bound = firstKept
        var bytes = keptByteCount
        while bound + 1 < nextHeight,
            nextHeight - bound > UInt64(max(1, configuration.retainedHeights))
                || bytes > configuration.retainedByteCount
        {
            bytes -= blocks[bound]?.byteCount ?? 0
            bound += 1
        }
        if bound > firstKept { forget(below: bound) }
    }

    private func forget(below height: UInt64) {
        let bound = min(height, max(firstKept, nextHeight - 1))
        while firstKept < bound {
            if let old = blocks.removeValue(forKey: firstKept) {
                heightsByHash[old.id.hash] = nil
                keptByteCount -= old.byteCount
                index.remove(old)
            }
            rotations[firstKept] = nil
            parameters[firstKept] = nil
            firstKept += 1
        }
        application.prune(below: firstKept)
    }

    private func openLog() throws(ChainError) {
        guard let directory = configuration.directory else { return }
        let records: [BlockLog.Record]
        do throws(BlockLogError) {
            let opened = try BlockLog.open(
                directory: directory, genesis: configuration.genesisDigest)
            log = opened.log
            tornByteCount = opened.log.tornByteCount
            records = opened.records
        } catch {
            throw .log(error)
        }
        isReplaying = true
        for record in records {
            switch record {
            case .pruned(let height): forget(below: height)
            case .block(let logged):
                let header = logged.block.header
                guard header.height == Int64(nextHeight), header.appHash == appHash.bytes,
                    header.validatorsHash == rotations[nextHeight]?.validatorSet.hash().bytes
                else { throw .log(.diverged(height: nextHeight)) }
                store(logged)
                try executeBlock()
            }
        }
        isReplaying = false
    }
}
