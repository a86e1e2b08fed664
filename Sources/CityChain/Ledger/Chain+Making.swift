// SPDX-License-Identifier: Apache-2.0

import LightClient

/// The next block and the votes for it. Source: building-cometbft.md sections 2.1 to 2.5.
extension Chain {
    /// Nanoseconds by which a vote's time is above its block's, at the least.
    static let voteStepNanoseconds: Int64 = 1_000_000

    func makeBlock(now: Timestamp) throws(ChainError) -> LoggedBlock {
        guard !isHalted else { throw .halted }
        let height = nextHeight
        guard latest == nil || latest?.results != nil, let validators = rotations[height],
            let next = rotations[height + 1], parameters[height] != nil
        else { throw .outOfOrder(height: height) }
        if !orderedUpdates.isEmpty {
            do throws(ValidatorUpdateError) {
                _ = try next.advanced(with: orderedUpdates)
            } catch {
                orderedUpdates = []
                throw .validatorUpdate(height: height, error)
            }
        }
        let voting = VotingRound(
            chainID: configuration.chainID, validators: validators, keys: signingKeys,
            behaviours: behaviours)
        let power = voting.power
        guard power.present > power.needed else {
            throw .noQuorum(height: height, present: power.present, needed: power.needed)
        }
        guard let round = voting.round else { throw .noProposer(height: height) }

        guard let (block, id) = proposal(round: round, validators) else {
            throw .outOfOrder(height: height)
        }
        let earliest = block.header.time.adding(nanoseconds: Self.voteStepNanoseconds)
        let commits = voting.commits(
            height: Int64(height), round: round, blockID: id, votedFrom: max(now, earliest))
        return LoggedBlock(
            block: block, seenCommit: commits.seen, completeCommit: commits.complete,
            orderedUpdates: orderedUpdates)
    }

    /// The block that the proposer of a round offers; nil while the last one is not executed.
    func proposal(round: Int32, _ validators: ProposerRotation) -> (block: Block, id: BlockID)? {
        let previous = latest
        guard previous == nil || previous?.results != nil, let next = rotations[nextHeight + 1],
            let parameters = parameters[nextHeight]
        else { return nil }
        let lastCommit = previous?.completeCommit ?? Commit()
        let transactions = mempool.reap(
            byteLimit: dataByteLimit(parameters, lastCommit), gasLimit: parameters.blockMaxGas)
        var block = Block(
            header: Header(), transactions: transactions, evidence: pendingEvidence,
            lastCommit: lastCommit)
        block.header = header(
            of: block, after: previous, validators, next, parameters,
            proposer: validators.proposerAddress(round: round))
        let id = BlockID(
            hash: block.header.hashOrEmpty, parts: PartSet.header(of: block.encoded))
        return (block, id)
    }

    private func header(
        of block: Block, after previous: StoredBlock?, _ validators: ProposerRotation,
        _ next: ProposerRotation, _ parameters: ConsensusParameters, proposer: [UInt8]
    ) -> Header {
        let median = previous.flatMap { block.lastCommit.medianTime(in: $0.validators) }
        return Header(
            version: BlockVersion(app: parameters.appVersion), chainID: configuration.chainID,
            height: Int64(nextHeight), time: median ?? configuration.genesisTime,
            lastBlockID: previous?.id ?? .zero, lastCommitHash: block.lastCommit.hash().bytes,
            dataHash: BlockHashes.data(block.transactions).bytes,
            validatorsHash: validators.validatorSet.hash().bytes,
            nextValidatorsHash: next.validatorSet.hash().bytes,
            consensusHash: parameters.hash.bytes, appHash: appHash.bytes,
            lastResultsHash: lastResultsHash.bytes,
            evidenceHash: BlockHashes.evidence(block.evidence).bytes, proposerAddress: proposer)
    }

    /// Bytes left for transactions in a block. Source: CometBFT v0.38 types/block.go MaxDataBytes.
    private func dataByteLimit(_ parameters: ConsensusParameters, _ lastCommit: Commit) -> Int {
        // A block without limit may still not exceed CometBFT's MaxBlockSizeBytes, 100 MiB.
        let whole =
            parameters.blockMaxBytes < 0 ? 100 << 20 : Int(clamping: parameters.blockMaxBytes)
        let blockOverhead = 11
        let largestHeader = 626
        let commitOverhead = 94
        let largestVote = 111
        let evidence = EvidenceList(pendingEvidence).encoded.count
        return whole - blockOverhead - largestHeader - commitOverhead
            - largestVote * max(lastCommit.signatures.count, 1) - evidence
    }
}

extension Header {
    /// Empty only for a header without validators, which this chain never makes.
    var hashOrEmpty: [UInt8] { (try? hash())?.bytes ?? [] }
}
