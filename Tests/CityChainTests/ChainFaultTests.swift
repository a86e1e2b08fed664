// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import Testing

/// What goes wrong on demand, and that the chain stays genuine while it does.
@Suite struct ChainFaultTests {
    static func flags(_ chain: Chain, _ height: UInt64) -> [VoteFlag?] {
        chain.commit(at: height)?.commit.signatures.map(\.flag) ?? []
    }

    /// val0 ... val3 by their place in the set, which is ordered by power.
    @Test func `an absent, a nil and a late voter show in the commits`() throws {
        let chain = try Laboratory.chain([40, 30, 20, 10, 20])
        // In the set: val0 40, val1 30, then the two with 20 by address, val3 10.
        try Laboratory.run(chain, to: 2)
        try chain.setBehaviour(.absent, of: "val3")
        try Laboratory.run(chain, to: 3)
        #expect(Self.flags(chain, 3) == [.commit, .commit, .commit, .commit, .absent])
        try chain.setBehaviour(.votesNil, of: "val3")
        try Laboratory.run(chain, to: 4)
        #expect(Self.flags(chain, 4) == [.commit, .commit, .commit, .commit, .forNil])
        try chain.setBehaviour(.votesLate, of: "val3")
        try Laboratory.run(chain, to: 5)
        #expect(Self.flags(chain, 5).last == .absent, "the tip shows what the node saw")
        try Laboratory.run(chain, to: 6)
        #expect(Self.flags(chain, 5).last == .commit, "the canonical commit has the late vote")
        #expect(chain.block(at: 5)?.seenCommit != chain.commit(at: 5)?.commit)
        try chain.setBehaviour(.votes, of: "val3")
        try Laboratory.run(chain, to: 7)
        #expect(Self.flags(chain, 7) == Array(repeating: .commit, count: 5))
        try Laboratory.check(chain, 1...7)
    }

    @Test func `an absent proposer costs a round`() throws {
        let chain = try Laboratory.chain([20, 20, 20, 20])
        let absent = chain.configuration.validators[0].key.publicKey.address
        try chain.setBehaviour(.absent, of: "val0")
        try Laboratory.run(chain, to: 8)
        var rounds: [Int32] = []
        for height in UInt64(1)...8 {
            let stored = try #require(chain.block(at: height))
            rounds.append(stored.seenCommit.round)
            #expect(stored.block.header.proposerAddress != absent)
            #expect(
                stored.validators.proposerAddress(round: stored.seenCommit.round)
                    == stored.block.header.proposerAddress)
            try Laboratory.check(chain, height: height)
        }
        #expect(rounds.sorted() == [0, 0, 0, 0, 0, 0, 1, 1])
    }

    @Test func `without two thirds there is no block, and none is forced`() throws {
        let chain = try Laboratory.chain([40, 30, 20, 10])
        try Laboratory.run(chain, to: 3)
        try chain.setBehaviour(.absent, of: "val1")
        try chain.setBehaviour(.votesNil, of: "val3")
        #expect(throws: ChainError.noQuorum(height: 4, present: 60, needed: 66)) {
            try chain.produceBlock(now: Laboratory.now(4))
        }
        #expect(chain.latestHeight == 3)
        try chain.setBehaviour(.votes, of: "val3")
        try chain.produceBlock(now: Laboratory.now(9))
        #expect(chain.latestHeight == 4)
        chain.isHalted = true
        #expect(throws: ChainError.halted) { try chain.produceBlock(now: Laboratory.now(10)) }
        chain.isHalted = false
        try chain.produceBlock(now: Laboratory.now(10))
        try Laboratory.check(chain, height: 5)
    }

    @Test func `an ordered set change shows at h+1 and votes at h+2`() throws {
        let chain = try Laboratory.chain([40, 30, 20, 10, 0])
        try Laboratory.run(chain, to: 4)
        try chain.order(power: 60, of: "val4")
        try chain.order(power: 0, of: "val3")
        try Laboratory.run(chain, to: 12)
        let headers = (UInt64(1)...12).compactMap { chain.block(at: $0)?.block.header }
        #expect(headers[4].nextValidatorsHash == headers[3].nextValidatorsHash)
        #expect(headers[5].nextValidatorsHash != headers[4].nextValidatorsHash)
        #expect(headers[5].validatorsHash == headers[4].validatorsHash)
        #expect(headers[6].validatorsHash == headers[5].nextValidatorsHash)
        #expect(chain.results(at: 5)?.validatorUpdates.count == 2)
        #expect(chain.block(at: 6)?.validators.members.map(\.power) == [40, 30, 20, 10])
        #expect(chain.block(at: 7)?.validators.members.map(\.power) == [60, 40, 30, 20])
        try Laboratory.check(chain, 1...12)
    }

    @Test func `an application's set change takes the same way`() throws {
        let configuration = try Laboratory.configuration([40, 30, 20, 10, 0])
        var application = KeyValueApplication()
        application.joining = configuration.validators[4].key.publicKey
        let chain = try Chain(configuration, application: application)
        _ = try chain.submit(Laboratory.bytes("power:25"))
        try Laboratory.run(chain, to: 5)
        #expect(chain.block(at: 2)?.validators.members.count == 4)
        #expect(chain.block(at: 3)?.validators.members.count == 5)
        try Laboratory.check(chain, height: 3)
    }

    @Test func `an impossible order is refused at once`() throws {
        let chain = try Laboratory.chain()
        #expect(throws: ChainError.unknownValidator("val9")) {
            try chain.order(power: 1, of: "val9")
        }
        for name in ["val0", "val1", "val2"] { try chain.order(power: 0, of: name) }
        #expect(throws: ChainError.validatorUpdate(height: 1, .emptySet)) {
            try chain.order(power: 0, of: "val3")
        }
        try Laboratory.run(chain, to: 4)
        #expect(chain.block(at: 3)?.validators.members.map(\.power) == [10])
        try Laboratory.check(chain, height: 4)
    }

    @Test func `a forged header is signed by the right validators and is not the chain's`() throws {
        let chain = try Laboratory.chain()
        try Laboratory.run(chain, to: 6)
        let genuine = try #require(chain.lightBlock(at: 4))
        let forged = try chain.forge(at: 4) { $0.appHash = SHA256.hash([1]).bytes }
        try forged.validate(chainID: chain.configuration.chainID)
        #expect(forged.validators == genuine.validators)
        #expect(forged.signedHeader?.header != genuine.signedHeader?.header)
        let commit = try #require(forged.signedHeader?.commit)
        var verifier = SignatureVerifier()
        for (index, vote) in commit.signatures.enumerated() {
            let message = try #require(
                commit.signBytes(at: index, chainID: chain.configuration.chainID))
            let key = try #require(chain.block(at: 4)).validators.members[index].publicKey
            let isValid = verifier.isValid(vote.signature, of: message, by: key)
            #expect(isValid)
        }
        let some = try chain.forge(at: 4, round: 2, signers: ["val0"]) { $0.height = 5 }
        #expect(
            some.signedHeader?.commit?.signatures.map(\.flag)
                == [.commit, .absent, .absent, .absent])
        #expect(throws: ChainError.noSuchHeight(7)) { try chain.forge(at: 7) { _ in } }
    }

    @Test func `evidence stands in the next block and in its header`() throws {
        let chain = try Laboratory.chain()
        try Laboratory.run(chain, to: 3)
        let evidence = try chain.duplicateVote(by: "val2", at: 2)
        try chain.include(evidence)
        try Laboratory.run(chain, to: 5)
        #expect(chain.block(at: 4)?.block.evidence == [evidence])
        #expect(chain.block(at: 4)?.block.header.evidenceHash != SHA256.empty.bytes)
        #expect(chain.block(at: 5)?.block.evidence == [])
        try Laboratory.check(chain, 4...5)
        #expect(throws: ChainError.self) { try chain.include(Evidence(nil)) }
    }

    @Test func `pruned heights are gone, the tip stays`() throws {
        let chain = try Laboratory.chain()
        let hash = try chain.submit(Laboratory.bytes("k=v")).hash
        try Laboratory.run(chain, to: 10)
        try chain.prune(below: 6)
        #expect(chain.earliestHeight == 6)
        #expect(chain.block(at: 5) == nil)
        #expect(chain.commit(at: 5) == nil)
        #expect(chain.validators(at: 5) == nil)
        #expect(chain.transaction(hash: hash) == nil)
        #expect(chain.transactions(matching: try EventQuery("write.key='k'")).isEmpty)
        #expect(chain.query(ApplicationQuery(path: "", data: [1], height: 5)).code == 7)
        #expect(chain.query(ApplicationQuery(path: "", data: [1], height: 6)).code == 0)
        try chain.prune(below: 99)
        #expect(chain.earliestHeight == 10)
        try chain.produceBlock(now: Laboratory.now(11))
        try Laboratory.check(chain, height: 11)
    }

    @Test func `a chain that keeps three heights forgets the fourth by itself`() throws {
        var configuration = try Laboratory.configuration()
        configuration.retainedHeights = 3
        let chain = try Chain(configuration, application: KeyValueApplication())
        try Laboratory.run(chain, to: 9)
        #expect(chain.earliestHeight == 7)
        #expect(chain.block(at: 6) == nil)
        #expect(chain.block(at: 7) != nil)
    }

    @Test func `a chain that keeps so many bytes forgets the oldest heights by itself`() throws {
        var configuration = try Laboratory.configuration()
        configuration.retainedByteCount = 4_000
        let chain = try Chain(configuration, application: KeyValueApplication())
        try Laboratory.run(chain, to: 9)
        let kept = (chain.earliestHeight...9).compactMap { chain.block(at: $0)?.byteCount }
        #expect(kept.count > 1 && kept.count < 9)
        #expect(kept.reduce(0, +) <= 4_000)
        _ = try chain.submit(Laboratory.bytes("k=" + String(repeating: "x", count: 9_000)))
        try Laboratory.run(chain, to: 10)
        #expect(chain.earliestHeight == 10, "the tip stays whatever its size")
        try Laboratory.run(chain, to: 11)
        try Laboratory.check(chain, height: 11)
    }
}
