// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// Evidence that somebody else reports: proven on our own trusted headers, or worth nothing.
@Suite struct `Reported misbehaviour` {
    private static let chain = TestChain(blocks: 12)

    /// Another block of this height, signed by the same members.
    private static func fork(_ height: Int, of chain: TestChain = chain) -> TestChain.Block {
        chain.bent(height) { $0.appHash = [UInt8](repeating: 9, count: 32) }
    }

    private func pair(
        _ height: Int = 6, on first: Int = 3, and second: Int = 3,
        change: (inout TestChain.Block) -> Void = { _ in }
    ) throws -> [UInt8] {
        var block = Self.fork(height)
        change(&block)
        return try Families.misbehaviour(
            Self.chain.update(to: height, trusting: first).encoded,
            Self.chain.update(to: block, trusting: second).encoded, family: .cometBFT)
    }

    private func verify(
        _ bytes: [UInt8], trusting heights: [Int] = [1, 3], support: [[UInt8]] = [],
        snapshot: ClientSnapshot? = nil, now: Timestamp = chain.now
    ) throws(ClientError) -> VerifiedMisbehaviour {
        var signatures = SignatureVerifier()
        return try Families.verifyMisbehaviour(
            bytes, support: support,
            snapshot: snapshot ?? Self.chain.snapshot(trusting: heights), now: now,
            signatures: &signatures)
    }

    private func refusal(
        _ bytes: [UInt8], trusting heights: [Int] = [1, 3], support: [[UInt8]] = [],
        snapshot: ClientSnapshot? = nil, now: Timestamp = chain.now
    ) -> ClientError? {
        do throws(ClientError) {
            _ = try verify(
                bytes, trusting: heights, support: support, snapshot: snapshot, now: now)
            return nil
        } catch { return error }
    }

    @Test func `two signed headers of one height are proven, in either order`() throws {
        let one = Self.chain.update(to: 6, trusting: 3).encoded
        let other = Self.chain.update(to: Self.fork(6), trusting: 1).encoded
        for bytes in try [(one, other), (other, one)].map({
            try Families.misbehaviour($0.0, $0.1, family: .cometBFT)
        }) {
            let proven = try verify(bytes)
            #expect(proven.evidence.code == "misbehaviour/two-headers")
            #expect(
                Set([proven.first.headerHash, proven.second.headerHash])
                    == [
                        Self.chain.trusted(6).headerHash, try Self.fork(6).header.hash(),
                    ])
            let accused = try Families.accused(proven.message, family: .cometBFT)
            #expect(Set([accused.first, accused.second]) == [one, other])
        }
    }

    @Test func `a higher header that is not later is proven`() throws {
        let early = Self.chain.bent(9) { $0.time = TestChain.time(6) }
        let bytes = try Families.misbehaviour(
            Self.chain.update(to: early, trusting: 3).encoded,
            Self.chain.update(to: 6, trusting: 3).encoded, family: .cometBFT)
        #expect(try verify(bytes).evidence.code == "misbehaviour/time-out-of-order")
    }

    @Test func `it is judged on any of our headers that announces the same set`() throws {
        // The reporter trusts 4 and 5; we do not, but the set is one that we know.
        let proven = try verify(pair(on: 4, and: 5))
        #expect(proven.first.height == Self.chain.height(6))
        let accused = try Families.accused(proven.message, family: .cometBFT)
        for message in [accused.first, accused.second] {
            let base = try Families.inspect(message, family: .cometBFT).trustedHeight
            #expect(base == Self.chain.height(3))
        }
    }

    @Test func `headers that lead to the reporter's trusted height support it`() throws {
        let heirs = [TestMember(1, power: 20), TestMember(2, power: 20), TestMember(4, power: 30)]
        let chain = TestChain(blocks: 12, changes: [5: heirs])
        let bytes = try Families.misbehaviour(
            chain.update(to: 9, trusting: 6).encoded,
            chain.update(to: Self.fork(9, of: chain), trusting: 6).encoded, family: .cometBFT)
        let snapshot = chain.snapshot(trusting: [1])
        let error = refusal(bytes, snapshot: snapshot, now: chain.now)
        #expect(error == .noTrustedState(chain.height(6)))
        #expect(error?.isFalsehood == false)
        let support = [
            chain.update(to: 4, trusting: 1).encoded, chain.update(to: 6, trusting: 4).encoded,
        ]
        let proven = try verify(bytes, support: support, snapshot: snapshot, now: chain.now)
        #expect(proven.first.height == chain.height(9))
    }

    // MARK: Attacks

    @Test func `the same header twice accuses nobody`() throws {
        let one = Self.chain.update(to: 6, trusting: 3).encoded
        let other = Self.chain.update(to: 6, trusting: 1).encoded
        let bytes = try Families.misbehaviour(one, other, family: .cometBFT)
        let error = refusal(bytes)
        #expect(error == .misbehaviour(.noContradiction))
        #expect(error?.isFalsehood == true)
    }

    @Test func `two headers in their order accuse nobody`() throws {
        let bytes = try Families.misbehaviour(
            Self.chain.update(to: 8, trusting: 3).encoded,
            Self.chain.update(to: 6, trusting: 3).encoded, family: .cometBFT)
        #expect(refusal(bytes) == .misbehaviour(.noContradiction))
    }

    @Test func `a second header with too few signatures is a falsehood`() throws {
        let bytes = try pair { block in
            block.commit = TestChain.commit(
                block.header, block.members, flags: [1: .absent, 2: .absent])
        }
        #expect(refusal(bytes)?.isFalsehood == true)
    }

    @Test func `a second header with a forged signature is a falsehood`() throws {
        let bytes = try pair { block in
            for index in block.commit.signatures.indices {
                block.commit.signatures[index].signature[7] ^= 1
            }
        }
        #expect(refusal(bytes)?.isFalsehood == true)
    }

    @Test func `a header signed by validators of the liar's own making is a falsehood`() throws {
        let strangers = [TestMember(21, power: 50), TestMember(22, power: 50)]
        let forged = TestChain(members: strangers, blocks: 6)
        // Built on a height that we hold, with a set that this height never announced.
        let bytes = try Families.misbehaviour(
            Self.chain.update(to: 6, trusting: 3).encoded,
            forged.update(to: 6, trusting: 3).encoded, family: .cometBFT)
        let error = refusal(bytes)
        #expect(error?.code == "client/trusted-validators-mismatch")
        #expect(error?.isFalsehood == true)
        // Support of the liar's own making changes nothing.
        let support = [forged.update(to: 3, trusting: 1).encoded]
        #expect(refusal(bytes, support: support) != nil)
    }

    @Test func `a liar cannot put true validators under a header that they did not sign`() throws {
        let strangers = [TestMember(21, power: 50), TestMember(22, power: 50)]
        let forged = TestChain(members: strangers, blocks: 6)
        var message = forged.update(to: 6, trusting: 3)
        message.trustedValidators = Self.chain.block(3).nextValidators
        let bytes = try Families.misbehaviour(
            Self.chain.update(to: 6, trusting: 3).encoded, message.encoded, family: .cometBFT)
        #expect(refusal(bytes)?.isFalsehood == true)
    }

    @Test func `headers of another chain are a falsehood`() throws {
        let other = TestChain("fed-other-1", blocks: 12)
        let bytes = try Families.misbehaviour(
            other.update(to: 6, trusting: 3).encoded,
            other.update(to: Self.fork(6, of: other), trusting: 3).encoded, family: .cometBFT)
        let error = refusal(bytes)
        #expect(error?.isFalsehood == true)
    }

    @Test func `bytes that are nothing are a falsehood, whatever bit is turned`() throws {
        #expect(refusal([])?.isFalsehood == true)
        #expect(refusal([0xff, 0x01])?.isFalsehood == true)
        let bytes = try pair()
        var generator = Generator(seed: 66)
        for _ in 0..<300 {
            var bent = bytes
            let place = Int.random(in: 0..<bent.count, using: &generator)
            bent[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            // It may still be proven (an ignored byte), and is never anything but a typed refusal.
            if let proven = try? verify(bent) {
                #expect(proven.first.headerHash != proven.second.headerHash)
            }
        }
    }

    @Test func `what we cannot judge is left open, and nobody is blamed`() throws {
        let bytes = try pair(on: 4, and: 4)
        let late = Self.chain.now.adding(nanoseconds: 336 * TestChain.hour)
        #expect(refusal(bytes, now: late)?.isFalsehood == false)
        var frozen = Self.chain.snapshot(trusting: [1, 3])
        frozen.isFrozen = true
        #expect(refusal(bytes, snapshot: frozen) == .notActive(.frozen))
        #expect(refusal(bytes, trusting: [9])?.isFalsehood == false)
        let flood = [[UInt8]](repeating: bytes, count: Families.maxSupport + 1)
        #expect(refusal(bytes, support: flood)?.code == "client/too-many")
    }

    @Test func `for another client it is put on a height that this client stores`() throws {
        let bytes = try Families.rebaseMisbehaviour(
            pair(), family: .cometBFT, parameters: Self.chain.parameters,
            bases: [Self.chain.trusted(2)])
        var store = try Self.chain.hosted(trusting: 2)
        var signatures = SignatureVerifier()
        let update = try ICS07.Host.submit(
            ICS07.Misbehaviour(reading: bytes), in: &store, at: Self.chain.hostContext,
            signatures: &signatures)
        #expect(update == .frozen)
        #expect(throws: ClientError.self) {
            try Families.rebaseMisbehaviour(
                pair(), family: .cometBFT, parameters: Self.chain.parameters,
                bases: [Self.chain.trusted(7)])
        }
    }
}
