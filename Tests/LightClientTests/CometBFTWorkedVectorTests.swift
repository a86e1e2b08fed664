// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// The worked vectors of the specification, rebuilt from their keys: V1, W7, W8.
@Suite struct CometBFTWorkedVectorTests {
    static func hash(_ text: String) -> [UInt8] { SHA256.hash(Array(text.utf8)).bytes }

    static let header = Header(
        version: BlockVersion(app: 0), chainID: ChainID("fed-test-1"), height: 7,
        time: Timestamp(seconds: 1_700_000_000, nanoseconds: 5) ?? .unixEpoch,
        lastBlockID: BlockID(
            hash: hash("prev"), parts: PartSetHeader(total: 1, hash: hash("parts"))),
        lastCommitHash: hash("lc"), dataHash: hash(""), validatorsHash: set.hash().bytes,
        nextValidatorsHash: set.hash().bytes, consensusHash: hash("cp"), appHash: hash("app"),
        lastResultsHash: hash(""), evidenceHash: hash(""),
        proposerAddress: set.validators[0].address)
    static let set = TestChain.set(TestChain.founders)

    @Test func `V1: keys, addresses and canonical order`() {
        let members = CometBFTWorkedVectorTests.set.validators
        #expect(members.map(\.votingPower) == [20, 20, 10, 1])
        #expect(
            members.map { Hex.encode($0.address) } == [
                "b3688d0fd292280ab43e0577b0d30d57496e69b7",
                "d3599df1ebdedfec20af2f3c2c3d2e830108e486",
                "80e4e710305eddc4fa1ef34aebf24fd3c0534ba9",
                "cd5743b8fd90589ab45b4967adf3d03c64c8a819",
            ])
        #expect(
            members[0].publicKey.encoded
                == [0x0a, 0x20]
                + (Hex.decode("a9029ed540e459a0e71c43141225302a58efd26c404d1805c72b62044ae79662")
                    ?? []))
    }

    @Test func `V1: set hash, header hash and thresholds`() throws {
        let set = try CometBFTWorkedVectorTests.set.checked()
        #expect(
            set.hash().description
                == "eea932532b4fc062acbe07f1d16f13afc421489edd84088044e256bdc71ef403")
        #expect(
            try CometBFTWorkedVectorTests.header.hash().description
                == "700b700aa8525464a27956e4acd734e9fdfa514dc29c8115f5425d33cf558a04")
        #expect(set.totalPower == 51)
        #expect(try TrustThreshold.twoThirds.powerToExceed(of: 51) == 34)
        #expect(try TrustThreshold.oneThird.powerToExceed(of: 51) == 17)
    }

    @Test func `V1: sign bytes and signature`() throws {
        let hash = try CometBFTWorkedVectorTests.header.hash()
        var vote = Vote()
        vote.type = Vote.precommit
        vote.height = 7
        vote.blockID = BlockID(
            hash: hash.bytes,
            parts: PartSetHeader(total: 1, hash: CometBFTWorkedVectorTests.hash("psh")))
        vote.timestamp = try #require(Timestamp(seconds: 1_700_000_001))
        let chainID = ChainID("fed-test-1")
        let bytes = vote.signBytes(chainID: chainID)
        #expect(
            Hex.encode(bytes)
                == "69080211070000000000000022480a20700b700aa8525464a27956e4acd734e9fdfa51"
                + "4dc29c8115"
                + "f5425d33cf558a04122408011220948b61bba399d1ff04613baff25fce3dc2791d4434c1a0e7beeb"
                + "07fdb2fe31192a060881e2cfaa06320a6665642d746573742d31")
        let signer = TestChain.sorted(TestChain.founders)[0].key
        #expect(
            Hex.encode(signer.sign(bytes))
                == "f6e4565483cd2d9798f3c2b9d62b8076d1279d763d68202d38a22ad8815ed49ea1894a"
                + "b60e8683dc"
                + "8dd2d7b8d2e80a6898734eddaa24080ff64a02a254cc2102")
        vote.round = 2
        vote.blockID = .zero
        vote.timestamp = try #require(Timestamp(seconds: 1_700_000_001, nanoseconds: 250))
        #expect(
            Hex.encode(vote.signBytes(chainID: chainID))
                == "2b08021107000000000000001902000000000000002a090881e2cfaa0610fa01320a66"
                + "65642d7465"
                + "73742d31")
    }

    @Test func `an absent entry is hashed as CometBFT writes it`() {
        #expect(Hex.encode(CommitSig.absent.encoded) == "08011a0b088092b8c398feffffff01")
    }

    @Test func `W7: results hash covers code, data and gas only`() throws {
        let results = [
            ExecTxResult(code: 0, data: [1, 2], gasWanted: 100, gasUsed: 90),
            ExecTxResult(code: 5, data: [], gasWanted: 7, gasUsed: 8), ExecTxResult(),
        ]
        #expect(results.map { Hex.encode($0.encoded) } == ["120201022864305a", "080528073008", ""])
        #expect(
            BlockHashes.results(results).description
                == "369badafc00f5e73f1ac3cb9952aecdad4bbffca84792c036ca476ea656d2fc4")
    }

    @Test func `W8: data hash has the transactions' own hashes as leaves`() {
        let (a, bc) = (Array("a".utf8), Array("bc".utf8))
        #expect(
            BlockHashes.data([a, bc, []]).description
                == "b9476e43a8e74f193c2caf444f0f9cd99a6833ddf94e42b1fa6007b1cd84036a")
        #expect(
            BlockHashes.data([a, bc]).description
                == "aa8f6ae0c8b8d56f7ca19b889f2332d70161331dd83d1cfab82a17000beeb840")
    }

    @Test func `consensus hash of the default parameters`() {
        #expect(
            BlockHashes.consensus(maxBytes: 22_020_096, maxGas: -1).description
                .hasPrefix("048091bc"))
    }
}
