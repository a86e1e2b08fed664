// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// A node's answer to `consensus_state`: the votes on the height in progress.
/// Source: CometBFT v0.38 consensus/types/round_state.go, height_vote_set.go.
package struct RPCConsensusState: Decodable, Sendable {
    package struct Round: Decodable, Sendable {
        package let round: Int32
        /// "nil-Vote" where there is none; else "Vote{place:address height/round/type …".
        package let prevotes: [String]
        package let prevotes_bit_array: String
        package let precommits: [String]
        package let precommits_bit_array: String
    }

    package struct State: Decodable, Sendable {
        package let step: String
        package let start_time: RPCTime
        package let height_vote_set: [Round]

        private enum CodingKeys: String, CodingKey {
            case step = "height/round/step"
            case start_time, height_vote_set
        }
    }

    package let round_state: State
}

/// The votes on one height, read out of a node's words.
package struct RoundVotes: Hashable, Sendable {
    package let height: UInt64
    package let round: Int32
    /// 1 between two blocks, 2 waiting for transactions, from 3 on deciding.
    package let step: Int
    package let startTime: Timestamp
    /// By place in the validator set, from the kind of vote of which more are there.
    package let isPresent: [Bool]
    package let power: Int64
    package let totalPower: Int64

    /// Validators of one set: CometBFT's own limit.
    package static let maxValidators = 10_000

    /// Nil when the words are not in CometBFT's form.
    package init?(_ state: RPCConsensusState.State) {
        let numbers = state.step.split(separator: "/").map { UInt64($0) }
        guard numbers.count == 3, let height = numbers[0], let round = numbers[1],
            let step = numbers[2], let round = Int32(exactly: round), step <= 16
        else { return nil }
        self.height = height
        self.round = round
        self.step = Int(step)
        startTime = state.start_time.value
        guard let votes = state.height_vote_set.first(where: { $0.round == round }),
            votes.prevotes.count == votes.precommits.count,
            votes.prevotes.count <= RoundVotes.maxValidators,
            let prevoted = RoundVotes.power(votes.prevotes_bit_array),
            let precommitted = RoundVotes.power(votes.precommits_bit_array)
        else { return nil }
        let isPrevote = prevoted.power >= precommitted.power
        isPresent = (isPrevote ? votes.prevotes : votes.precommits).map { $0 != "nil-Vote" }
        (power, totalPower) = isPrevote ? prevoted : precommitted
    }

    /// "BA{4:xx__} 70/100 = 0.70" → 70 of 100.
    private static func power(_ text: String) -> (power: Int64, total: Int64)? {
        let words = text.split(separator: " ")
        guard words.count >= 2 else { return nil }
        let sides = words[1].split(separator: "/").map { Int64($0) }
        guard sides.count == 2, let power = sides[0], let total = sides[1], power >= 0,
            total >= power
        else { return nil }
        return (power, total)
    }

    /// Whether validators are at work on it: a chain that makes no empty blocks waits in step 2.
    package var isDeciding: Bool { step >= 3 }
}
