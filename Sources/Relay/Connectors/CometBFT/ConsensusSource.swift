// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Asks our chain's nodes who signs and who does not, for people who look for a cause. One answer
/// serves everybody who asks within a moment: several people and peers may.
///
/// Belongs to its loop.
final class ConsensusSource {
    /// Nanoseconds for which an answer is given again.
    static let freshNanoseconds: Int64 = 2_000_000_000
    /// Nanoseconds after which a height without a block waits for signatures: several times what
    /// chains take for one.
    static let patienceNanoseconds: Int64 = 10_000_000_000
    /// Blocks looked back for a validator that is absent.
    static let blocksBack: UInt64 = 40
    /// Members of one page of `validators`, CometBFT's limit; powers of larger sets are not told.
    private static let pageSize = 100

    private let rpc: NodeRPC
    private let now: @Sendable () -> Timestamp
    private var last: (standing: ChainStanding, at: Timestamp)?
    private var waiting: [(ChainStanding) -> Void] = []

    init(rpc: NodeRPC, now: @escaping @Sendable () -> Timestamp) {
        self.rpc = rpc
        self.now = now
    }

    func standing(then: @escaping (ChainStanding) -> Void) {
        if let last, now().nanoseconds(since: last.at) < ConsensusSource.freshNanoseconds,
            now() >= last.at
        {
            return then(last.standing)
        }
        waiting.append(then)
        if waiting.count == 1 { ask() }
    }

    // MARK: Private

    private func finish(_ standing: ChainStanding) {
        last = (standing, now())
        let all = waiting
        waiting = []
        for then in all { then(standing) }
    }

    private func ask() {
        rpc.call(RPCCall("status"), as: RPCStatus.self) { [self] answer in
            switch answer {
            case .failure(let error): finish(ChainStanding(trouble: error.code.rawValue))
            case .success(let status): askVotes(status.sync_info)
            }
        }
    }

    private func askVotes(_ sync: RPCStatus.SyncInfo) {
        let tip = UInt64(clamping: sync.latest_block_height.value)
        let made = sync.latest_block_time.value
        rpc.call(RPCCall("consensus_state"), as: RPCConsensusState.self) { [self] answer in
            guard case .success(let answer) = answer, let votes = RoundVotes(answer.round_state),
                votes.height > tip, votes.isDeciding,
                now().nanoseconds(since: votes.startTime) >= ConsensusSource.patienceNanoseconds
            else {
                // It makes blocks, waits for transactions, or tells no votes: the newest commit
                // says who is there.
                return askCommits(
                    ChainStanding(height: tip, sinceUnixNanoseconds: made.unixNanoseconds),
                    tip: tip)
            }
            let waiting = ChainStanding(
                height: votes.height, isWaiting: true,
                sinceUnixNanoseconds: votes.startTime.unixNanoseconds,
                validators: UInt32(clamping: votes.isPresent.count),
                votes: UInt32(clamping: votes.isPresent.count { $0 }),
                power: votes.power, totalPower: votes.totalPower,
                absent: ConsensusSource.absent(votes.isPresent))
            askCommits(waiting, tip: tip)
        }
    }

    private static func absent(_ isPresent: [Bool]) -> [AbsentValidator] {
        isPresent.indices.lazy.filter { !isPresent[$0] }.prefix(ChainStanding.namedAbsent)
            .map { AbsentValidator(place: UInt32(clamping: $0 + 1)) }
    }

    /// The newest commits, newest first, and the powers of the set; then everything is there.
    private func askCommits(_ standing: ChainStanding, tip: UInt64) {
        guard tip > 0 else { return finish(standing) }
        let lowest = tip > ConsensusSource.blocksBack ? tip - ConsensusSource.blocksBack + 1 : 1
        let calls = (lowest...tip).reversed().map { RPCCall("commit", [("height", "\($0)")]) }
        rpc.batch(calls, as: RPCCommitAnswer.self) { [self] answers in
            var commits: [RPCCommitAnswer.Signed] = []
            for answer in answers {
                guard case .success(let commit) = answer else { break }
                commits.append(commit.signed_header)
            }
            askPowers(ConsensusSource.read(commits, into: standing), tip: tip)
        }
    }

    /// The flag of a vote for the block, as JSON has it.
    private static let signed = Int32(VoteFlag.commit.rawValue)

    /// Counts for each absent validator the blocks in a row that lack it, while the set is the one
    /// that votes now.
    static func read(
        _ commits: [RPCCommitAnswer.Signed], into standing: ChainStanding
    ) -> ChainStanding {
        guard let newest = commits.first?.header, let signatures = commits.first?.commit?.signatures
        else { return standing }
        var standing = standing
        if !standing.isWaiting {
            let isPresent = signatures.map { $0.block_id_flag == signed }
            standing.validators = UInt32(clamping: isPresent.count)
            standing.votes = UInt32(clamping: isPresent.count { $0 })
            standing.absent = absent(isPresent)
        }
        let set = standing.isWaiting ? newest.next_validators_hash : newest.validators_hash
        for index in standing.absent.indices {
            let place = Int(standing.absent[index].place) - 1
            for block in commits {
                guard let header = block.header, header.validators_hash == set,
                    let flags = block.commit?.signatures, flags.indices.contains(place),
                    flags[place].block_id_flag != signed
                else { break }
                standing.absent[index].blocks += 1
            }
        }
        return standing
    }

    private func askPowers(_ standing: ChainStanding, tip: UInt64) {
        let height = standing.isWaiting ? standing.height : tip
        let page = RPCCall(
            "validators", [("height", "\(height)"), ("per_page", "\(ConsensusSource.pageSize)")])
        rpc.call(page, as: RPCValidators.self) { [self] answer in
            var standing = standing
            if case .success(let set) = answer, set.validators.count == Int(standing.validators) {
                let powers = set.validators.map(\.voting_power.value)
                standing.complete(powers: powers)
            }
            finish(standing)
        }
    }
}

extension ChainStanding {
    /// Fills in what the powers of the whole set tell.
    fileprivate mutating func complete(powers: [Int64]) {
        if let first = powers.first, powers.allSatisfy({ $0 == first }) {
            neededVotes = UInt32(clamping: powers.count * 2 / 3 + 1)
        }
        guard totalPower == 0, absent.count == Int(validators) - Int(votes) else { return }
        var total: Int64 = 0
        for power in powers { total = total.addingReportingOverflow(power).partialValue }
        var lacking: Int64 = 0
        for validator in absent where powers.indices.contains(Int(validator.place) - 1) {
            lacking = lacking.addingReportingOverflow(powers[Int(validator.place) - 1]).partialValue
        }
        totalPower = total
        power = total.subtractingReportingOverflow(lacking).partialValue
    }
}
