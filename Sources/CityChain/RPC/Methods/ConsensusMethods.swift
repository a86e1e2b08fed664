// SPDX-License-Identifier: Apache-2.0

import LightClient

extension NodeMethods {
    /// What a node tells of the height in progress.
    var consensusMethods: [String: RPCMethod] {
        [
            "consensus_state": RPCMethod { _ throws(RPCError) in
                guard let state = chain.roundState else {
                    throw .internal("there is no height in progress")
                }
                return ["round_state": RoundShape.state(state)]
            }
        ]
    }
}

/// How CometBFT writes the votes of a height. Source: CometBFT v0.38 consensus/types/round_state.go
/// (RoundStateSimple), height_vote_set.go, types/vote.go and vote_set.go (String).
enum RoundShape {
    static func state(_ state: RoundState) -> JSONValue {
        let proposer = state.validators.proposerAddress(round: state.round)
        let place = state.validators.members.firstIndex { $0.address == proposer } ?? 0
        let none = state.prevotes.map { _ in Vote?.none }
        return [
            "height/round/step": .string("\(state.height)/\(state.round)/\(state.step.rawValue)"),
            "start_time": .time(state.startTime),
            "proposal_block_hash": .hex(state.proposal.hash),
            "locked_block_hash": "", "valid_block_hash": "",
            "height_vote_set": [
                [
                    "round": .int(state.round),
                    "prevotes": votes(state.prevotes),
                    "prevotes_bit_array": bits(state.prevotes, state),
                    "precommits": votes(none), "precommits_bit_array": bits(none, state),
                ]
            ],
            "proposer": ["address": .hex(proposer), "index": .int(place)],
        ]
    }

    private static func votes(_ votes: [Vote?]) -> JSONValue {
        .array(votes.map { .string($0.map(text) ?? "nil-Vote") })
    }

    private static func text(_ vote: Vote) -> String {
        let round = vote.round < 10 ? "0\(vote.round)" : "\(vote.round)"
        let type = vote.type == Vote.prevote ? "Prevote" : "Precommit"
        return "Vote{\(vote.validatorIndex):\(fingerprint(vote.validatorAddress)) "
            + "\(vote.height)/\(round)/\(vote.type)(\(type)) \(fingerprint(vote.blockID.hash)) "
            + "\(fingerprint(vote.signature)) \(fingerprint([])) @ \(vote.timestamp.rfc3339)}"
    }

    /// Six bytes, zeros behind a shorter value. Source: CometBFT v0.38 libs/bytes Fingerprint.
    private static func fingerprint(_ bytes: [UInt8]) -> String {
        let six = (bytes + Array(repeating: 0, count: 6)).prefix(6)
        return Hex.encode(Array(six)).uppercased()
    }

    private static func bits(_ votes: [Vote?], _ state: RoundState) -> JSONValue {
        var power: Int64 = 0
        for (member, vote) in zip(state.validators.members, votes) where vote != nil {
            power += member.power
        }
        let total = max(1, state.validators.totalPower)
        let hundredths = Int64((Double(power) / Double(total) * 100).rounded())
        let share =
            "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
        let marks = String(votes.map { $0 == nil ? "_" : "x" })
        return .string("BA{\(votes.count):\(marks)} \(power)/\(total) = \(share)")
    }
}
