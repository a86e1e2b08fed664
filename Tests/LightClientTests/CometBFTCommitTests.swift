// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// Rejections 1 to 13: commits and validator sets that must carry no header. The set is that of
/// vector V1: powers 20, 20, 10, 1; more than 34 must sign, more than 17 of a trusted set.
@Suite struct CometBFTCommitTests {
    static let chain = TestChain(blocks: 2)
    static let members = TestChain.founders

    private func verify(
        _ block: TestChain.Block, _ commit: Commit? = nil, set: ValidatorSet? = nil,
        chainID: ChainID = ChainID("fed-test-1"), height: Int64? = nil
    ) throws {
        var signatures = SignatureVerifier()
        let commit = commit ?? block.commit
        try commit.validate()
        try commit.verifyLight(
            chainID: chainID, blockID: block.commit.blockID,
            height: height ?? block.header.height,
            validators: try (set ?? block.validators).checked(), signatures: &signatures)
    }

    private func trust(
        _ commit: Commit, _ set: ValidatorSet, _ threshold: TrustThreshold = .oneThird
    ) throws {
        var signatures = SignatureVerifier()
        try commit.verifyTrusting(
            chainID: ChainID("fed-test-1"), trusted: set.checked(), threshold: threshold,
            signatures: &signatures)
    }

    private func signed(
        by numbers: Set<Int>, others: VoteFlag = .absent, round: Int32 = 0
    ) -> Commit {
        var flags: [Int: VoteFlag] = [:]
        for member in CometBFTCommitTests.members where !numbers.contains(member.number) {
            flags[member.number] = others
        }
        return TestChain.commit(
            CometBFTCommitTests.chain.block(2).header, CometBFTCommitTests.members,
            round: round, flags: flags)
    }

    @Test func `a genuine commit is accepted`() throws {
        try verify(CometBFTCommitTests.chain.block(2))
    }

    @Test func `1: a commit for another header's hash is refused`() throws {
        var signed = CometBFTCommitTests.chain.block(2).signedHeader
        signed.header?.appHash = [1]
        #expect {
            try signed.checked(chainID: ChainID("fed-test-1"))
        } throws: {
            guard case BlockError.commitBlock? = $0 as? BlockError else { return false }
            return true
        }
    }

    @Test func `2: a commit of another height is refused`() throws {
        let block = CometBFTCommitTests.chain.block(2)
        var signed = block.signedHeader
        signed.commit?.height = 3
        #expect(throws: BlockError.commitHeight(got: 3, header: 2)) {
            try signed.checked(chainID: ChainID("fed-test-1"))
        }
        #expect(throws: VerificationError.commitHeight(got: 2, expected: 3)) {
            try verify(block, height: 3)
        }
    }

    @Test func `2: votes of another round do not count`() throws {
        var commit = CometBFTCommitTests.chain.block(2).commit
        commit.round = 1
        expectWrongSignature { try verify(CometBFTCommitTests.chain.block(2), commit) }
    }

    @Test func `2: a prevote is no precommit`() throws {
        let block = CometBFTCommitTests.chain.block(2)
        var commit = block.commit
        let prevote = VoteSignBytes(
            type: Vote.prevote, height: 2, round: 0, blockID: commit.blockID,
            chainID: ChainID("fed-test-1"))
        let signer = TestChain.sorted(CometBFTCommitTests.members)[0].key
        let entry = commit.signatures[0]
        commit.signatures[0].signature = signer.sign(prevote.bytes(at: entry.timestamp))
        expectWrongSignature { try verify(block, commit) }
    }

    @Test func `3: votes for another chain id do not count`() throws {
        let block = CometBFTCommitTests.chain.block(2)
        expectWrongSignature { try verify(block, chainID: ChainID("fed-test-2")) }
        #expect(
            throws: BlockError.chainIDMismatch(
                got: ChainID("fed-test-1"), expected: ChainID("fed-test-2"))
        ) { try block.signedHeader.checked(chainID: ChainID("fed-test-2")) }
    }

    @Test(
        arguments: [([1, 2], true), ([1, 0, 3], false), ([1, 2, 0, 3], true)] as [([Int], Bool)])
    func `4: more than two thirds must sign`(signers: [Int], isEnough: Bool) throws {
        let block = CometBFTCommitTests.chain.block(2)
        let commit = signed(by: Set(signers))
        if isEnough {
            try verify(block, commit)
        } else {
            #expect(
                throws: VerificationError.notEnoughPower(
                    VotingPowerTally(signed: 31, toExceed: 34, total: 51))
            ) { try verify(block, commit) }
        }
    }

    @Test func `4: exactly two thirds of equal powers do not suffice`() throws {
        let members = (0..<3).map { TestMember($0, power: 1) }
        let block = TestChain(members: members, blocks: 1).block(1)
        let commit = TestChain.commit(block.header, members, flags: [2: .absent])
        #expect(
            throws: VerificationError.notEnoughPower(
                VotingPowerTally(signed: 2, toExceed: 2, total: 3))
        ) { try verify(block, commit) }
    }

    @Test func `4: more than a third of a trusted set must sign, exactly a third does not do`()
        throws
    {
        let set = TestChain.set(CometBFTCommitTests.members)
        try trust(signed(by: [1]), set)
        #expect(
            throws: VerificationError.notEnoughTrust(
                VotingPowerTally(signed: 11, toExceed: 17, total: 51))
        ) { try trust(signed(by: [0, 3]), set) }
        let equal = (0..<3).map { TestMember($0, power: 1) }
        let block = TestChain(members: equal, blocks: 1).block(1)
        let one = TestChain.commit(block.header, equal, flags: [1: .absent, 2: .absent])
        #expect(
            throws: VerificationError.notEnoughTrust(
                VotingPowerTally(signed: 1, toExceed: 1, total: 3))
        ) { try trust(one, TestChain.set(equal)) }
    }

    @Test(arguments: [VoteFlag.forNil, .absent])
    func `5: nil and absent entries carry no power`(others: VoteFlag) throws {
        let block = CometBFTCommitTests.chain.block(2)
        let commit = signed(by: [1, 3], others: others)
        #expect(
            throws: VerificationError.notEnoughPower(
                VotingPowerTally(signed: 21, toExceed: 34, total: 51))
        ) { try verify(block, commit) }
    }

    @Test func `6: a nil vote that claims to be for the block is refused`() throws {
        let block = CometBFTCommitTests.chain.block(2)
        var commit = signed(by: [1, 3], others: .forNil)
        for index in commit.signatures.indices { commit.signatures[index].rawFlag = 2 }
        expectWrongSignature { try verify(block, commit) }
    }

    @Test func `6: a block vote that claims to be nil is refused where nil votes are verified`()
        throws
    {
        let block = CometBFTCommitTests.chain.block(2)
        var commit = block.commit
        commit.signatures[3].rawFlag = 3
        var signatures = SignatureVerifier()
        #expect(throws: VerificationError.self) {
            try commit.verify(
                chainID: ChainID("fed-test-1"), blockID: commit.blockID, height: 2,
                validators: try block.validators.checked(), signatures: &signatures)
        }
    }

    @Test(arguments: [0, 4, 255, -1] as [Int32])
    func `6: an unknown flag is refused and does not crash`(flag: Int32) throws {
        var commit = CometBFTCommitTests.chain.block(2).commit
        commit.signatures[1].rawFlag = flag
        #expect(
            throws: BlockError.unknownVoteFlag(UInt8(truncatingIfNeeded: flag), index: 1)
        ) { try commit.validate() }
        #expect(commit.signBytes(at: 1, chainID: ChainID("x")) == nil)
    }

    @Test func `7: a trusted validator that signs twice is refused`() throws {
        var commit = signed(by: [1])
        let first = try #require(commit.signatures.firstIndex { $0.flag == .commit })
        let other = try #require(commit.signatures.firstIndex { $0.flag == .absent })
        commit.signatures[other] = commit.signatures[first]
        #expect {
            try trust(
                commit, TestChain.set(CometBFTCommitTests.members),
                TrustThreshold(numerator: 2, denominator: 3))
        } throws: {
            guard case VerificationError.doubleVote? = $0 as? VerificationError else {
                return false
            }
            return true
        }
    }

    @Test func `8: a validator whose address is not its key's is refused`() throws {
        var set = TestChain.set(CometBFTCommitTests.members)
        set.validators[1].address = set.validators[0].address
        #expect(
            throws: BlockError.addressNotDerived(
                got: set.validators[0].address,
                expected: TestChain.sorted(CometBFTCommitTests.members)[1].key.publicKey.address)
        ) { try set.checked() }
    }

    @Test func `9: an entry that names another validator than its place is refused`() throws {
        let block = CometBFTCommitTests.chain.block(2)
        var commit = block.commit
        let address = commit.signatures[0].validatorAddress
        commit.signatures[0].validatorAddress = commit.signatures[1].validatorAddress
        commit.signatures[1].validatorAddress = address
        #expect {
            try verify(block, commit)
        } throws: {
            guard case VerificationError.addressMismatch(0, _, _)? = $0 as? VerificationError
            else { return false }
            return true
        }
    }

    @Test func `10: as many signatures as validators, and no empty set`() throws {
        let block = CometBFTCommitTests.chain.block(2)
        var commit = block.commit
        commit.signatures.removeLast()
        #expect(throws: VerificationError.signatureCount(got: 3, validators: 4)) {
            try verify(block, commit)
        }
        #expect(throws: BlockError.noValidators) {
            try ValidatorSet(validators: []).checked()
        }
        var headless = block.validators
        headless.proposer = nil
        #expect(throws: BlockError.missing("proposer")) { try headless.checked() }
        headless.proposer = TestMember(9, power: 1).validator
        #expect(
            throws: BlockError.proposerNotMember(TestMember(9, power: 1).validator.address)
        ) { try headless.checked() }
    }

    @Test func `11: powers that are negative or too large are refused before anything is counted`()
        throws
    {
        let maximum = ValidatorSet.maxTotalPower
        #expect(maximum == 1_152_921_504_606_846_975)
        _ = try TestChain.set([TestMember(0, power: maximum)]).checked()
        #expect(throws: BlockError.totalPowerTooLarge) {
            try TestChain.set([TestMember(0, power: maximum + 1)]).checked()
        }
        #expect(throws: BlockError.totalPowerTooLarge) {
            try TestChain.set([TestMember(0, power: maximum), TestMember(1, power: 1)]).checked()
        }
        for power in [-1, Int64.min] {
            #expect(throws: BlockError.negativePower(power, index: 1)) {
                try ValidatorSet(
                    validators: [TestMember(0, power: 10), TestMember(1, power: power)]
                        .map(\.validator)
                ).checked()
            }
        }
    }

    @Test func `11: a power is what its 64 bits say, in the hash and in the count`() throws {
        // 5 written with bits above 64: the decoder drops them, as Go does, and 5 is hashed and
        // counted.
        let wrapped: [UInt8] = [0x18, 0x85, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7e]
        let plain = TestMember(0, power: 5).validator
        let read = try Validator(reading: plain.encoded + wrapped)
        #expect(read == plain)
        #expect(ValidatorSet(validators: [read]).hash() == ValidatorSet(validators: [plain]).hash())
    }

    @Test
    func `11: thresholds that wrap, divide by zero or lie outside one third to one are refused`()
        throws
    {
        let commit = signed(by: [])
        let set = TestChain.set(CometBFTCommitTests.members)
        for (numerator, denominator) in [
            (1 << 63, 1), (1, 0), (1, 1 << 63), (UInt64.max, UInt64.max),
        ] as [(UInt64, UInt64)] {
            let level = TrustThreshold(numerator: numerator, denominator: denominator)
            #expect(throws: VerificationError.trustThreshold(level)) {
                try trust(commit, set, level)
            }
        }
        let overflowing = TrustThreshold(numerator: 1 << 62, denominator: 1 << 62)
        #expect(throws: VerificationError.powerOverflow(total: 51, overflowing)) {
            try trust(commit, set, overflowing)
        }
        for (numerator, denominator, passes) in [
            (1, 4, false), (4, 3, false), (0, 1, false), (1, 0, false), (1, 3, true), (1, 1, true),
            ((1 << 62) + 1, 3, false),
        ] as [(UInt64, UInt64, Bool)] {
            let level = TrustThreshold(numerator: numerator, denominator: denominator)
            #expect(level.isInRange == passes, "\(level)")
            #expect(level.passesReferenceTest == passes, "\(level)")
        }
    }

    @Test func `13: the set is hashed in the order given and never sorted in secret`() throws {
        let set = TestChain.set(CometBFTCommitTests.members)
        let turned = ValidatorSet(validators: set.validators.reversed())
        #expect(turned.hash() != set.hash())
        #expect(try turned.checked().hash() == turned.hash())
    }

    private func expectWrongSignature(_ body: () throws -> Void) {
        #expect {
            try body()
        } throws: {
            guard case VerificationError.wrongSignature? = $0 as? VerificationError else {
                return false
            }
            return true
        }
    }
}
