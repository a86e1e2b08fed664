// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// How a validator votes: what the faults on demand are made of.
package enum ValidatorBehaviour: Hashable, Sendable {
    case votes
    /// Down: neither proposes nor votes.
    case absent
    /// Votes for no block, as a validator does whose timeouts are too short.
    case votesNil
    /// Its vote comes after the commit at the tip was shown, and in time for the next block: the
    /// two commits of one height then differ.
    case votesLate
}

/// One height's votes.
struct VotingRound {
    /// Rounds tried before a height is given up; with one honest proposer in the set the rotation
    /// reaches it far earlier.
    static let roundLimit: Int32 = 1_000

    /// Nanoseconds by which the clocks of two neighbours in the set differ.
    static let clockSkewNanoseconds: Int64 = 173_000

    let chainID: ChainID
    let validators: ProposerRotation
    /// By address; a member without key cannot vote.
    let keys: [[UInt8]: SigningKey]
    let behaviours: [[UInt8]: ValidatorBehaviour]

    /// The first round whose proposer is up; nil when there is none.
    var round: Int32? {
        var rotation = validators
        for round in 0..<Self.roundLimit {
            if behaviour(of: rotation.proposerAddress) != .absent { return round }
            rotation.increment()
        }
        return nil
    }

    /// Power that votes for the block in time, and the power that must be exceeded.
    var power: (present: Int64, needed: Int64) {
        let present = validators.members.reduce(Int64(0)) { sum, member in
            behaviour(of: member.address) == .votes ? sum + member.power : sum
        }
        return (present, validators.totalPower * 2 / 3)
    }

    /// The commit that the tip shows, and the one with the late votes, for the next block.
    func commits(
        height: Int64, round: Int32, blockID: BlockID, votedFrom time: Timestamp
    ) -> (seen: Commit, complete: Commit) {
        var complete = Commit(height: height, round: round, blockID: blockID, signatures: [])
        var seen = complete
        for (index, member) in validators.members.enumerated() {
            let behaviour = behaviour(of: member.address)
            let moment = time.adding(nanoseconds: Int64(index) * Self.clockSkewNanoseconds)
            let vote = vote(of: member, behaviour, in: complete, at: moment)
            complete.signatures.append(vote)
            seen.signatures.append(behaviour == .votesLate ? .absent : vote)
        }
        return (seen, complete)
    }

    private func vote(
        of member: ProposerRotation.Member, _ behaviour: ValidatorBehaviour, in commit: Commit,
        at time: Timestamp
    ) -> CommitSig {
        guard behaviour != .absent, let key = keys[member.address] else { return .absent }
        let flag: VoteFlag = behaviour == .votesNil ? .forNil : .commit
        let message = VoteSignBytes(
            type: Vote.precommit, height: commit.height, round: commit.round,
            blockID: flag == .forNil ? .zero : commit.blockID, chainID: chainID)
        return CommitSig(
            flag: flag, validatorAddress: member.address, timestamp: time,
            signature: key.sign(message.bytes(at: time)))
    }

    func behaviour(of address: [UInt8]) -> ValidatorBehaviour {
        guard keys[address] != nil else { return .absent }
        return behaviours[address] ?? .votes
    }
}

extension Commit {
    /// The median time of the votes, each weighted with its power in the set that voted. Nil votes
    /// count too.
    package func medianTime(in validators: ProposerRotation) -> Timestamp? {
        var powers: [[UInt8]: Int64] = [:]
        for member in validators.members { powers[member.address] = member.power }
        return MedianTime.of(
            signatures.compactMap { entry in
                guard entry.flag != .absent, let power = powers[entry.validatorAddress]
                else { return nil }
                return (time: entry.timestamp, power: power)
            })
    }
}
