// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import Testing

/// Vectors W7, W8 and W12: equal to CometBFT v0.38.26 (building-cometbft.md section 9).
@Suite struct BlockTests {
    static func hash(_ text: String) -> [UInt8] { SHA256.hash(Array(text.utf8)).bytes }

    static func worked() throws -> Block {
        let id = BlockID(hash: hash("prev"), parts: PartSetHeader(total: 1, hash: hash("parts")))
        let lastCommit = Commit(height: 6, round: 0, blockID: id, signatures: [.absent])
        let transactions: [[UInt8]] = [Array("a".utf8), Array("bc".utf8)]
        let header = Header(
            version: BlockVersion(app: 0), chainID: ChainID("fed-test-1"), height: 7,
            time: try #require(Timestamp(seconds: 1_700_000_000, nanoseconds: 5)),
            lastBlockID: id, lastCommitHash: lastCommit.hash().bytes,
            dataHash: BlockHashes.data(transactions).bytes, validatorsHash: hash("v"),
            nextValidatorsHash: hash("nv"), consensusHash: hash("cp"), appHash: hash("app"),
            lastResultsHash: SHA256.empty.bytes, evidenceHash: SHA256.empty.bytes,
            proposerAddress: Array(hash("p").prefix(20)))
        return Block(header: header, transactions: transactions, lastCommit: lastCommit)
    }

    @Test func `a block has CometBFT's bytes, hashes and parts`() throws {
        let block = try Self.worked()
        #expect(
            Hex.encode(block.header.lastCommitHash)
                == "6fb51a82c8bfeb9e3583c87e8fbaa5b527cf46a815c9bfbb3eff934175058117")
        #expect(
            try block.header.hash().description
                == "a70e106dcee160a790c193da6832eca5e7c669a9ae78fb7071c93585c76cfdb3")
        let bytes = block.encoded
        #expect(bytes.count == 505)
        #expect(
            SHA256.hash(bytes).description
                == "be81d8f325a468d5c549189c74a0061c7bb05a4c00eaab24252845f53e7a4aac")
        let parts = PartSet.header(of: bytes)
        #expect(parts.total == 1)
        #expect(
            Hex.encode(parts.hash)
                == "d944374da86a68c265098892e18433aef011fbc160d00e8e61744d07e2dce9d5")
        let long = PartSet.header(of: Array(repeatElement(bytes, count: 300).joined()))
        #expect(long.total == 3)
        #expect(
            Hex.encode(long.hash)
                == "d0e2fe706b3bb9569e984f38834a849c08c270ef7d7724116faa884d7c858123")
    }

    @Test func `a block reads back from its bytes, evidence too`() throws {
        var block = try Self.worked()
        var duplicate = DuplicateVoteEvidence()
        duplicate.totalVotingPower = 51
        block.evidence = [Evidence(.duplicateVote(duplicate))]
        #expect(try Block(reading: block.encoded) == block)
    }

    @Test func `the last commit of the first height is an empty message in an empty id`() {
        let block = Block(header: Header(), transactions: [], lastCommit: Commit())
        #expect(
            block.encoded.suffix(10).elementsEqual([0x12, 0, 0x1a, 0, 0x22, 4, 0x1a, 2, 0x12, 0]))
        #expect(block.lastCommit.hash() == SHA256.empty)
    }

    @Test func `results and data hash as CometBFT hashes them`() {
        var first = TransactionResult()
        first.data = [1, 2]
        first.gasWanted = 100
        first.gasUsed = 90
        first.log = "x"
        var second = TransactionResult()
        second.code = 5
        second.codespace = "sdk"
        second.gasWanted = 7
        second.gasUsed = 8
        let results = [first, second, TransactionResult()].map(\.hashedPart)
        #expect(results.map { Hex.encode($0.encoded) } == ["120201022864305a", "080528073008", ""])
        #expect(
            BlockHashes.results(results).description
                == "369badafc00f5e73f1ac3cb9952aecdad4bbffca84792c036ca476ea656d2fc4")
        let transactions: [[UInt8]] = [Array("a".utf8), Array("bc".utf8), []]
        #expect(
            BlockHashes.data(transactions).description
                == "b9476e43a8e74f193c2caf444f0f9cd99a6833ddf94e42b1fa6007b1cd84036a")
        #expect(
            BlockHashes.data(transactions.dropLast()).description
                == "aa8f6ae0c8b8d56f7ca19b889f2332d70161331dd83d1cfab82a17000beeb840")
    }
}
