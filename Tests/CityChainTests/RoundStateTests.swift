// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import Testing

/// What a node tells of the height in progress.
@Suite struct RoundStateTests {
    static func state(_ chain: Chain) throws -> JSONValue {
        let identity = NodeIdentity(
            nodeID: "", moniker: "", rpcAddress: "", validatorAddress: [])
        let methods = NodeMethods(chain, identity: identity, genesis: .null).all
        let method = try #require(methods["consensus_state"])
        return try method.call(try RPCArguments(query: [:], for: []))["round_state"] ?? .null
    }

    @Test func `a chain that makes blocks is between two of them`() throws {
        let chain = try Laboratory.chain([20, 20, 20, 20])
        try Laboratory.run(chain, to: 5)
        let state = try Self.state(chain)
        #expect(state["height/round/step"] == "6/0/1")
        let votes = state["height_vote_set"]?.array?.first
        #expect(votes?["prevotes"] == ["nil-Vote", "nil-Vote", "nil-Vote", "nil-Vote"])
        #expect(votes?["precommits_bit_array"] == "BA{4:____} 0/80 = 0.00")
    }

    @Test func `votes that do not suffice show, with their power`() throws {
        let chain = try Laboratory.chain([20, 20, 20, 20])
        try Laboratory.run(chain, to: 5)
        try chain.setBehaviour(.absent, of: "val1")
        try chain.setBehaviour(.absent, of: "val2")
        #expect(throws: ChainError.self) { try chain.produceBlock(now: Laboratory.now(6)) }
        let round = try #require(chain.roundState)
        #expect(round.height == 6 && round.step == .prevote)
        #expect(round.prevotes.count { $0 != nil } == 2 && round.prevotePower == 40)
        for (member, vote) in zip(round.validators.members, round.prevotes) {
            guard let vote else { continue }
            #expect(vote.validatorAddress == member.address)
            #expect(vote.blockID == round.proposal && !vote.blockID.isZero)
            #expect(throws: Never.self) { try vote.validate() }
        }
        let state = try Self.state(chain)
        let votes = try #require(state["height_vote_set"]?.array?.first)
        let texts = votes["prevotes"]?.array?.compactMap(\.string) ?? []
        #expect(texts.count { $0 == "nil-Vote" } == 2)
        #expect(texts.count { $0.contains("/1(Prevote) ") && $0.hasPrefix("Vote{") } == 2)
        #expect(votes["prevotes_bit_array"]?.string?.hasSuffix("} 40/80 = 0.50") == true)
        try chain.setBehaviour(.votes, of: "val1")
        try Laboratory.run(chain, to: 6)
        #expect(try Self.state(chain)["height/round/step"] == "7/0/1")
    }

    @Test func `a chain that was stopped waits without votes`() throws {
        let chain = try Laboratory.chain([20, 20, 20, 20])
        try Laboratory.run(chain, to: 2)
        chain.isHalted = true
        #expect(chain.roundState?.step == .propose && chain.roundState?.prevotePower == 0)
    }
}
