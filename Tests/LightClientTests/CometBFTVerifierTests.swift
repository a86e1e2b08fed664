// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// Rejections 3, 12 and 14 to 16, and how a client moves along a chain.
@Suite struct CometBFTVerifierTests {
    static let chain = TestChain(blocks: 12)
    /// From block 5 on another set, with enough of the first in it; from block 9 on strangers.
    static let changing = TestChain(
        blocks: 14,
        changes: [
            5: [TestMember(1, power: 20), TestMember(2, power: 20), TestMember(4, power: 30)],
            9: (10..<14).map { TestMember($0, power: 5) },
        ])

    @discardableResult
    private func verify(
        _ block: TestChain.Block, trusting number: Int, of chain: TestChain = chain,
        period: Int64? = nil, drift: Int64? = nil, now: Timestamp? = nil,
        trusted: TrustedState? = nil, set: ValidatorSet? = nil, base: ValidatorSet? = nil
    ) throws -> TrustedState {
        var signatures = SignatureVerifier()
        let options = TrustOptions(
            trustingPeriodNanoseconds: period ?? chain.options.trustingPeriodNanoseconds,
            clockDriftNanoseconds: drift ?? chain.options.clockDriftNanoseconds)
        return try Verifier(options).verify(
            block.signedHeader, validators: (set ?? block.validators).checked(),
            trusted: trusted ?? TrustedState(unchecked: chain.block(number).header),
            trustedValidators: (base ?? chain.block(number).nextValidators).checked(),
            now: now ?? chain.now, signatures: &signatures)
    }

    @Test func `header by header and in one step to the same state`() throws {
        var state = TrustedState(unchecked: CometBFTVerifierTests.chain.block(1).header)
        for number in 2...12 {
            state = try verify(
                CometBFTVerifierTests.chain.block(number), trusting: number - 1, trusted: state)
        }
        #expect(try verify(CometBFTVerifierTests.chain.block(12), trusting: 1) == state)
        #expect(state.headerHash == (try CometBFTVerifierTests.chain.block(12).header.hash()))
    }

    @Test func `12: a set that the header does not name is refused`() throws {
        let other = TestChain.set([TestMember(0, power: 10)])
        let block = CometBFTVerifierTests.chain.block(5)
        #expect(
            throws: VerificationError.validatorsMismatch(
                got: other.hash(), header: block.header.validatorsHash)
        ) { try verify(block, trusting: 1, set: other) }
    }

    @Test func `12: a trusted set that the trusted state does not name is refused`() throws {
        let other = TestChain.set([TestMember(0, power: 10)])
        #expect(throws: VerificationError.trustedValidatorsMismatch(got: other.hash())) {
            try verify(CometBFTVerifierTests.chain.block(5), trusting: 1, base: other)
        }
    }

    @Test
    func `14: a neighbour made by another set than announced is refused, whatever the overlap`()
        throws
    {
        let members = [TestMember(0, power: 11)] + TestChain.founders.dropFirst()
        let block = TestChain(members: members, blocks: 2).block(2)
        #expect {
            try verify(block, trusting: 1)
        } throws: {
            guard case VerificationError.nextValidatorsMismatch? = $0 as? VerificationError
            else { return false }
            return true
        }
    }

    @Test func `15: equality with the end of the trusting period expires`() throws {
        let block = CometBFTVerifierTests.chain.block(3)
        let time = TestChain.time(1)
        let period: Int64 = 3_600_000_000_000
        try verify(
            block, trusting: 1, period: period, now: time.adding(nanoseconds: period - 1))
        let now = time.adding(nanoseconds: period)
        #expect(
            throws: VerificationError.expired(
                trusted: time, periodNanoseconds: period, now: now)
        ) { try verify(block, trusting: 1, period: period, now: now) }
    }

    @Test func `15: a header at its base's time is refused`() throws {
        let time = TestChain.time(1)
        let bent = CometBFTVerifierTests.chain.bent(3) { $0.time = time }
        #expect(throws: VerificationError.nonIncreasingTime(got: time, trusted: time)) {
            try verify(bent, trusting: 1)
        }
    }

    @Test func `15: a header at now plus drift is from the future, one nanosecond less is not`()
        throws
    {
        let block = CometBFTVerifierTests.chain.block(3)
        let drift: Int64 = 10_000_000_000
        let now = block.header.time.adding(nanoseconds: -drift)
        #expect(
            throws: VerificationError.fromTheFuture(
                got: block.header.time, now: now, driftNanoseconds: drift)
        ) { try verify(block, trusting: 1, drift: drift, now: now) }
        try verify(block, trusting: 1, drift: drift, now: now.adding(nanoseconds: 1))
    }

    @Test func `16: a header not above its base is refused`() throws {
        #expect(throws: VerificationError.nonIncreasingHeight(got: 3, trusted: 5)) {
            try verify(CometBFTVerifierTests.chain.block(3), trusting: 5)
        }
    }

    @Test func `strangers need an intermediate header, and bisection finds it`() throws {
        let chain = CometBFTVerifierTests.changing
        #expect {
            try verify(chain.block(12), trusting: 1, of: chain)
        } throws: {
            guard case VerificationError.notEnoughTrust? = $0 as? VerificationError else {
                return false
            }
            return true
        }
        let (trace, asked) = try bisect(chain, from: 1, to: 12)
        #expect(trace.last?.height == 12)
        #expect(Set(asked).count == asked.count, "no height twice")
        #expect(trace.map(\.height) == trace.map(\.height).sorted())
        var state = TrustedState(unchecked: chain.block(1).header)
        for number in 2...12 {
            state = try verify(
                chain.block(number), trusting: number - 1, of: chain, trusted: state)
        }
        #expect(trace.last == state)
    }

    @Test func `bisection asks for nine sixteenths of the way`() {
        #expect(bisectionPivots(1, 100) == 56)
        #expect(bisectionPivots(1, 56) == 31)
        #expect(bisectionPivots(1, 31) == 17)
        #expect(bisectionPivots(1, 3) == 2)
    }

    @Test func `bisection refuses another height than it asked for, and a forged one between`()
        throws
    {
        let chain = CometBFTVerifierTests.changing
        var signatures = SignatureVerifier()
        var bisection = try start(chain, from: 1, to: 12)
        #expect(throws: VerificationError.unexpectedHeight(got: 11, asked: 12)) {
            try bisection.next(fetched(chain.block(11)), now: chain.now, signatures: &signatures)
        }
        var second = try start(chain, from: 1, to: 12)
        #expect(
            try second.next(
                fetched(chain.block(12)), now: chain.now, signatures: &signatures) == .fetch(7))
        var forged = chain.block(7)
        forged.commit.signatures[0].signature[5] ^= 1
        forged.commit.signatures[1].signature[5] ^= 1
        #expect(throws: VerificationError.self) {
            try second.next(fetched(forged), now: chain.now, signatures: &signatures)
        }
        #expect(throws: VerificationError.unreachable(target: 1, trusted: 5)) {
            try start(chain, from: 5, to: 1)
        }
    }

    @Test func `backwards the hashes link, and nothing else will do`() throws {
        let chain = CometBFTVerifierTests.chain
        for number in (1..<12).reversed() {
            let hash = try Verifier.verifyBackwards(
                chain.block(number).header, trusted: chain.block(number + 1).header)
            #expect(hash.bytes == chain.block(number).commit.blockID.hash)
        }
        #expect(throws: VerificationError.self) {
            try Verifier.verifyBackwards(chain.block(3).header, trusted: chain.block(5).header)
        }
        var other = chain.block(3).header
        other.chainID = ChainID("fed-test-2")
        #expect(throws: VerificationError.self) {
            try Verifier.verifyBackwards(other, trusted: chain.block(4).header)
        }
    }

    @Test func `two headers without hash are not linked by having none`() throws {
        var older = CometBFTVerifierTests.chain.block(1).header
        var newer = CometBFTVerifierTests.chain.block(2).header
        older.validatorsHash = []
        newer.lastBlockID = .zero
        #expect(throws: VerificationError.block(.noHeaderHash)) {
            try Verifier.verifyBackwards(older, trusted: newer)
        }
    }

    @Test func `a trust level outside one third to one is refused even between neighbours`() throws
    {
        var signatures = SignatureVerifier()
        let chain = CometBFTVerifierTests.chain
        let level = TrustThreshold(numerator: 1, denominator: 4)
        let options = TrustOptions(
            trustThreshold: level,
            trustingPeriodNanoseconds: chain.options.trustingPeriodNanoseconds,
            clockDriftNanoseconds: chain.options.clockDriftNanoseconds)
        #expect(throws: VerificationError.trustThreshold(level)) {
            try Verifier(options).verifyAdjacent(
                chain.block(2).signedHeader, validators: chain.block(2).validators.checked(),
                trusted: TrustedState(unchecked: chain.block(1).header), now: chain.now,
                signatures: &signatures)
        }
    }

    private func fetched(_ block: TestChain.Block) -> FetchedBlock {
        FetchedBlock(
            block: LightBlock(signedHeader: block.signedHeader, validators: block.validators),
            nextValidators: block.nextValidators)
    }

    private func start(_ chain: TestChain, from: Int, to target: Int64) throws -> Bisection {
        try Bisection(
            from: TrustedState(unchecked: chain.block(from).header),
            validators: chain.block(from).nextValidators, to: target, options: chain.options)
    }

    private func bisect(
        _ chain: TestChain, from: Int, to target: Int64
    ) throws -> ([TrustedState], [Int64]) {
        var signatures = SignatureVerifier()
        var bisection = try start(chain, from: from, to: target)
        var asked: [Int64] = []
        var block: FetchedBlock?
        while true {
            switch try bisection.next(block, now: chain.now, signatures: &signatures) {
            case .done(let trace): return (trace, asked)
            case .fetch(let height):
                asked.append(height)
                block = fetched(chain.block(Int(height)))
            }
        }
    }

    private func bisectionPivots(_ low: Int64, _ high: Int64) -> Int64 {
        Bisection.pivot(from: low, to: high)
    }
}
