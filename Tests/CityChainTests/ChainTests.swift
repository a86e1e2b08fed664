// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import Testing

/// Chains of a test, and how it looks at them.
enum Laboratory {
    static let genesisTime = Timestamp(unixNanoseconds: 1_795_252_269_000_000_000)

    static func configuration(
        _ powers: [Int64] = [40, 30, 20, 10]
    ) throws -> ChainConfiguration {
        try ChainConfiguration.laboratory(
            chainID: "loudi-431300-1", code: "431300", powers: powers, genesisTime: genesisTime)
    }

    static func chain(_ powers: [Int64] = [40, 30, 20, 10]) throws -> Chain {
        try Chain(try configuration(powers), application: KeyValueApplication())
    }

    /// One second of chain time a block.
    static func now(_ height: UInt64) -> Timestamp {
        genesisTime.adding(nanoseconds: Int64(height) * 1_000_000_000)
    }

    static func run(_ chain: Chain, to height: UInt64) throws {
        while chain.latestHeight < height {
            try chain.produceBlock(now: now(chain.latestHeight + 1))
        }
    }

    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func check(_ chain: Chain, height: UInt64) throws {
        try check(chain, height...height)
    }

    /// Every rule a full node checks between two blocks: all signatures, nil votes included.
    static func check(_ chain: Chain, _ heights: ClosedRange<UInt64>) throws {
        // One verifier for all heights: it keeps tables of the keys it has seen.
        var verifier = SignatureVerifier()
        for height in heights { try check(chain, height, &verifier) }
    }

    private static func check(
        _ chain: Chain, _ height: UInt64, _ verifier: inout SignatureVerifier
    ) throws {
        let block = try #require(chain.lightBlock(at: height))
        let id = chain.configuration.chainID
        try block.validate(chainID: id)
        let stored = try #require(chain.block(at: height))
        let header = stored.block.header
        for commit in [stored.seenCommit, stored.completeCommit] {
            var power: Int64 = 0
            #expect(commit.blockID == stored.id)
            for (index, vote) in commit.signatures.enumerated() where vote.flag != .absent {
                let member = stored.validators.members[index]
                #expect(vote.validatorAddress == member.address)
                let message = try #require(commit.signBytes(at: index, chainID: id))
                let isValid = verifier.isValid(vote.signature, of: message, by: member.publicKey)
                #expect(isValid)
                if vote.flag == .commit { power += member.power }
            }
            #expect(power * 3 > stored.validators.totalPower * 2)
        }
        #expect(PartSet.header(of: stored.block.encoded) == stored.id.parts)
        #expect(stored.block.encoded.count == stored.byteCount)
        guard let before = chain.block(at: height - 1) else { return }
        #expect(header.lastBlockID == before.id)
        #expect(header.time > before.block.header.time)
        #expect(header.validatorsHash == before.block.header.nextValidatorsHash)
        #expect(header.appHash == before.results?.appHash.bytes)
        #expect(
            stored.block.lastCommit.medianTime(in: before.validators) == header.time)
        #expect(chain.commit(at: height - 1)?.commit == stored.block.lastCommit)
    }
}

@Suite struct ChainTests {
    @Test func `every block of a chain passes every rule of a full node`() throws {
        let chain = try Laboratory.chain()
        #expect(chain.latestHeight == 0)
        for height in UInt64(1)...20 {
            _ = try chain.submit(Laboratory.bytes("k\(height)=v"))
            try chain.produceBlock(now: Laboratory.now(height))
            #expect(chain.block(at: height)?.block.transactions.count == 1)
        }
        try Laboratory.check(chain, 1...20)
        #expect(chain.commit(at: 19)?.isCanonical == true)
        #expect(chain.commit(at: 20)?.isCanonical == false)
        #expect(chain.block(hash: chain.latest?.id.hash ?? [])?.height == 20)
        #expect(chain.validators(at: 21) != nil)
        #expect(chain.validators(at: 22) == nil)
    }

    @Test func `the first header is that of a real chain`() throws {
        let chain = try Laboratory.chain()
        let header = try chain.produceBlock(now: Laboratory.now(1)).block.header
        let empty = SHA256.empty.bytes
        #expect(header.height == 1)
        #expect(header.time == Laboratory.genesisTime)
        #expect(header.lastBlockID == .zero)
        #expect(header.lastCommitHash == empty)
        #expect(header.dataHash == empty)
        #expect(header.lastResultsHash == empty)
        #expect(header.appHash == empty)
        #expect(header.evidenceHash == empty)
        #expect(header.version == BlockVersion(block: 11, app: 0))
        try Laboratory.check(chain, height: 1)
    }

    @Test func `a chain may begin at a later height`() throws {
        var configuration = try Laboratory.configuration()
        configuration.initialHeight = 100
        let chain = try Chain(configuration, application: KeyValueApplication())
        for _ in 0..<3 { try chain.produceBlock(now: Laboratory.now(1)) }
        #expect(chain.earliestHeight == 100)
        #expect(chain.latestHeight == 102)
        try Laboratory.check(chain, 100...102)
        #expect(chain.query(ApplicationQuery(path: "", data: [1], height: 100)).code == 0)
    }

    @Test func `a state is provable against the next header and not against its own`() throws {
        let chain = try Laboratory.chain()
        try Laboratory.run(chain, to: 2)
        _ = try chain.submit(Laboratory.bytes("k=v"))
        try Laboratory.run(chain, to: 4)
        let answer = chain.query(
            ApplicationQuery(path: "", data: Laboratory.bytes("k"), height: 3, wantsProof: true))
        #expect(answer.value == Laboratory.bytes("v"))
        #expect(
            chain.block(at: 3)?.results?.appHash.bytes == chain.block(at: 4)?.block.header.appHash)
        #expect(
            chain.block(at: 3)?.block.header.appHash != chain.block(at: 4)?.block.header.appHash)
    }

    @Test func `a block is visible before it is executed`() throws {
        let chain = try Laboratory.chain()
        try Laboratory.run(chain, to: 3)
        let hash = try chain.submit(Laboratory.bytes("k=v")).hash
        try chain.storeBlock(now: Laboratory.now(4))
        #expect(chain.latestHeight == 4)
        #expect(chain.executedHeight == 3)
        #expect(chain.commit(at: 4) != nil)
        #expect(chain.validators(at: 5) != nil)
        #expect(chain.results(at: 4) == nil)
        #expect(chain.parameters(at: 5) == nil)
        #expect(chain.transaction(hash: hash) == nil)
        #expect(throws: ChainError.outOfOrder(height: 5)) {
            try chain.produceBlock(now: Laboratory.now(5))
        }
        try chain.executeBlock()
        #expect(chain.executedHeight == 4)
        #expect(chain.transaction(hash: hash)?.height == 4)
        #expect(chain.parameters(at: 5) != nil)
    }

    @Test func `parameters take effect one height later`() throws {
        let chain = try Laboratory.chain()
        _ = try chain.submit(Laboratory.bytes("gas:1000"))
        try Laboratory.run(chain, to: 2)
        let first = try #require(chain.block(at: 1)?.block.header)
        let second = try #require(chain.block(at: 2)?.block.header)
        #expect(first.consensusHash != second.consensusHash)
        #expect(chain.parameters(at: 1)?.blockMaxGas == 80_000_000)
        #expect(chain.parameters(at: 2)?.blockMaxGas == 1000)
    }

    @Test func `block time is the median of the votes, whatever the clock says`() throws {
        let chain = try Laboratory.chain()
        try chain.produceBlock(now: Laboratory.now(50))
        try chain.produceBlock(now: Laboratory.now(7))
        let second = try #require(chain.block(at: 2)?.block.header.time)
        #expect(second > Laboratory.now(50).adding(nanoseconds: -1))
        try chain.produceBlock(now: Laboratory.now(60))
        let third = try #require(chain.block(at: 3)?.block.header.time)
        #expect(third > second, "a clock set back moves the time on by a millisecond")
        try Laboratory.check(chain, 1...3)
    }

    @Test func `searches find transactions and blocks by their events`() throws {
        let chain = try Laboratory.chain()
        for height in UInt64(1)...6 {
            _ = try chain.submit(Laboratory.bytes("k\(height % 2)=v\(height)"))
            try chain.produceBlock(now: Laboratory.now(height))
        }
        func found(_ text: String) throws -> [UInt64] {
            chain.transactions(matching: try EventQuery(text)).map(\.height)
        }
        #expect(try found("write.key='k1'") == [1, 3, 5])
        #expect(try found("write.key='k1' AND tx.height>2") == [3, 5])
        #expect(try found("write.key EXISTS") == [1, 2, 3, 4, 5, 6])
        #expect(try found("tx.height=4") == [4])
        #expect(try found("write.value='v1'") == [], "an attribute that is not indexed")
        #expect(try found("write.key='none'") == [])
        let record = try #require(chain.transactions(matching: EventQuery("tx.height=4")).first)
        #expect(try found("tx.hash='\(record.hash.description.uppercased())'") == [4])
        #expect(chain.transaction(hash: record.hash) == record)
        #expect(chain.blocks(matching: try EventQuery("block_seen.height='3'")) == [3])
        #expect(chain.blocks(matching: try EventQuery("block.height>4")) == [5, 6])
    }

    @Test func `a set of both key types votes and changes`() throws {
        var configuration = try Laboratory.configuration([25, 25, 31, 19])
        configuration.parameters.validatorKeyTypes = ["ed25519", "secp256k1"]
        configuration.parameters.appVersion = 7
        configuration.validators[1].key = try DeterministicKeys.account(
            role: "val1", code: "431300")
        let chain = try Chain(configuration, application: KeyValueApplication())
        try Laboratory.run(chain, to: 3)
        try chain.order(power: 35, of: "val1")
        try Laboratory.run(chain, to: 7)
        let member = try #require(chain.block(at: 6)?.validators.members.first)
        #expect(member.publicKey == configuration.validators[1].key.publicKey)
        #expect(member.power == 35)
        #expect(chain.block(at: 1)?.block.header.version == BlockVersion(block: 11, app: 7))
        try Laboratory.check(chain, 1...7)

        var strict = try Laboratory.configuration([25, 25, 31, 19])
        strict.validators[1].key = configuration.validators[1].key
        strict.validators[1].power = 0
        let refusing = try Chain(strict, application: KeyValueApplication())
        #expect(
            throws: ChainError.validatorUpdate(height: 1, .keyTypeNotAllowed("secp256k1"))
        ) { try refusing.order(power: 5, of: "val1") }
    }
}
