// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// The height in progress as a node sees it: who has voted on it so far.
package struct RoundState: Hashable, Sendable {
    /// The steps of a round that this chain can stand at.
    /// Source: CometBFT v0.38 consensus/types/round_state.go.
    package enum Step: UInt8, Hashable, Sendable {
        /// Between two blocks.
        case newHeight = 1
        case propose = 3
        /// Votes are awaited.
        case prevote = 4
    }

    package let height: UInt64
    package var round: Int32 = 0
    package var step = Step.newHeight
    /// When the height before was decided.
    package let startTime: Timestamp
    /// Zero until there is a proposal.
    package var proposal = BlockID.zero
    package let validators: ProposerRotation
    /// In the order of the set; nil: not there.
    package var prevotes: [Vote?]

    init(height: UInt64, startTime: Timestamp, validators: ProposerRotation) {
        self.height = height
        self.startTime = startTime
        self.validators = validators
        prevotes = Array(repeating: nil, count: validators.members.count)
    }

    /// Power of the votes that are there.
    package var prevotePower: Int64 {
        zip(validators.members, prevotes).reduce(0) { $1.1 == nil ? $0 : $0 + $1.0.power }
    }
}

extension Chain {
    /// Nil only before the genesis is read. A chain that makes blocks is between two of them: votes
    /// show only while they do not suffice.
    package var roundState: RoundState? {
        guard let validators = rotations[nextHeight] else { return nil }
        let votedAt = latest?.seenCommit.signatures.filter { $0.flag != .absent }
            .map(\.timestamp).max()
        var state = RoundState(
            height: nextHeight, startTime: votedAt ?? configuration.genesisTime,
            validators: validators)
        let voting = VotingRound(
            chainID: configuration.chainID, validators: validators, keys: signingKeys,
            behaviours: behaviours)
        let power = voting.power
        guard isHalted || power.present <= power.needed else { return state }
        state.step = .propose
        guard !isHalted, let round = voting.round,
            let proposal = proposal(round: round, validators)
        else { return state }
        state.step = .prevote
        state.round = round
        state.proposal = proposal.id
        state.prevotes = voting.prevotes(
            height: Int64(nextHeight), round: round, blockID: proposal.id,
            votedFrom: state.startTime.adding(nanoseconds: Chain.voteStepNanoseconds))
        return state
    }
}

extension VotingRound {
    /// What the members vote for at first; nil for those who are down.
    func prevotes(
        height: Int64, round: Int32, blockID: BlockID, votedFrom time: Timestamp
    ) -> [Vote?] {
        validators.members.enumerated().map { index, member in
            let behaviour = behaviour(of: member.address)
            guard behaviour != .absent, let key = keys[member.address] else { return nil }
            var vote = Vote()
            vote.type = Vote.prevote
            vote.height = height
            vote.round = round
            vote.blockID = behaviour == .votesNil ? .zero : blockID
            vote.timestamp = time.adding(
                nanoseconds: Int64(index) * VotingRound.clockSkewNanoseconds)
            vote.validatorAddress = member.address
            vote.validatorIndex = Int32(clamping: index)
            vote.signature = key.sign(vote.signBytes(chainID: chainID))
            return vote
        }
    }
}
