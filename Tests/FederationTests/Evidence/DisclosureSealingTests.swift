// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// Questions and answers on the wire: they open in one place, and their lengths tell nothing.
@Suite struct DisclosureSealingTests {
    private static let secret = [UInt8](1...32)
    private static let ephemeral = [UInt8](repeating: 9, count: 32)
    private static let ticket = AccessSample.digest("ticket")

    private func key(_ secret: [UInt8] = Self.secret) throws -> [UInt8] {
        try HPKE.publicKey(secret: secret)
    }

    private func question(_ reference: String, items: Int = 1) -> DiscloseRequest {
        let request = DisclosureRequest(
            requester: "110000/110000000000000", application: "loan-desk",
            provider: "330100/330100000000000", kind: "fund-account",
            items: (0..<items).map { "ITEM\($0)" }, purpose: "housing-loan")
        return DiscloseRequest(
            request: request.encoded, signature: [UInt8](repeating: 1, count: 64),
            reference: reference, referenceSalt: [UInt8](repeating: 2, count: 16))
    }

    /// An answer of a large city: a tree of 5 x 10^7 records, a log of 2^20 entries.
    private func answer(
        leaves: Int, isPresent: Bool = true, code: String = ""
    ) -> DiscloseResponse {
        let path = [Digest](repeating: AccessSample.digest("sibling"), count: 6)
        let shown = (0..<leaves).map { number in
            ShownLeaf(
                id: "ITEM\(number)", value: [UInt8](repeating: 65, count: 3 * number),
                salt: [UInt8](repeating: 3, count: 16), leaf: UInt32(number), path: path)
        }
        guard code.isEmpty else {
            return DiscloseResponse(
                code: code, detail: "no", entry: [UInt8](repeating: 6, count: 800),
                logProof: [UInt8](repeating: 7, count: 1_400))
        }
        return DiscloseResponse(
            index: [UInt8](repeating: 4, count: 32), leafCount: 32, leaves: shown,
            state: isPresent ? [UInt8](repeating: 5, count: 90) : [],
            proof: [UInt8](repeating: 8, count: isPresent ? 1_500 : 3_100),
            proofHeight: Height(revision: 1, height: 9), grant: "fund",
            entry: [UInt8](repeating: 6, count: 800), logProof: [UInt8](repeating: 7, count: 1_400))
    }

    private func seal(_ answer: DiscloseResponse) throws -> SealedAnswer {
        try #require(
            DisclosureSealing.seal(
                answer, ticket: Self.ticket, key: try key(), ephemeral: Self.ephemeral))
    }

    @Test func `a question opens for the city that it is for, from the city that asked`() throws {
        let question = question("TEST-1880-0001")
        let (asker, provider) = (AccessSample.requester, AccessSample.provider)
        let sealed = try #require(
            DisclosureSealing.seal(
                question, from: asker, to: provider, key: try key(), ephemeral: Self.ephemeral))
        #expect(
            DisclosureSealing.open(sealed, from: asker, to: provider, secret: Self.secret)
                == question)
        #expect(
            DisclosureSealing.open(sealed, from: provider, to: asker, secret: Self.secret) == nil)
        #expect(
            DisclosureSealing.open(
                sealed, from: asker, to: provider, secret: [UInt8](2...33)) == nil)
        for place in stride(from: 0, to: sealed.count, by: 97) {
            var bent = sealed
            bent[place] ^= 1
            #expect(
                DisclosureSealing.open(bent, from: asker, to: provider, secret: Self.secret) == nil)
        }
        #expect(
            DisclosureSealing.seal(
                question, from: asker, to: provider, key: [UInt8](repeating: 0, count: 32),
                ephemeral: Self.ephemeral) == nil)
    }

    @Test func `an answer opens for its question alone, with its headers`() throws {
        var answer = answer(leaves: 3)
        answer.update = ClientUpdate(headers: [[1, 2, 3]])
        answer.lineage = ClientUpdate(headers: [[4], [5]])
        let sealed = try seal(answer)
        #expect(sealed.update == answer.update && sealed.lineage == answer.lineage)
        let read = try SealedAnswer(reading: sealed.encoded)
        #expect(
            DisclosureSealing.open(read, ticket: Self.ticket, secret: Self.secret) == answer)
        let other = AccessSample.digest("another ticket")
        #expect(DisclosureSealing.open(read, ticket: other, secret: Self.secret) == nil)
    }

    @Test func `present, absent and refused, one field or twelve: all answers have one length`()
        throws
    {
        var answers = (0...12).map { answer(leaves: $0) }
        answers.append(answer(leaves: 0, isPresent: false))
        answers.append(answer(leaves: 0, code: "policy/no-grant"))
        let lengths = Set(try answers.map { try seal($0).sealed.count })
        #expect(lengths == [16_384 + HPKE.overheadByteCount])
        let questions = [question("A"), question(String(repeating: "B", count: 64), items: 16)]
        let sealed = try questions.map {
            DisclosureSealing.seal(
                $0, from: AccessSample.requester, to: AccessSample.provider, key: try key(),
                ephemeral: Self.ephemeral)?.count
        }
        #expect(Set(sealed) == [2_048 + HPKE.overheadByteCount])
    }

    @Test func `an answer above the largest class is not sealed at all`() throws {
        var answer = answer(leaves: 1)
        answer.proof = [UInt8](repeating: 0, count: 600_000)
        #expect(
            DisclosureSealing.seal(
                answer, ticket: Self.ticket, key: try key(), ephemeral: Self.ephemeral) == nil)
    }

    @Test func `a sealing key counts for its city, until it expires, by its evidence key`() throws {
        let (provider, now) = (AccessSample.provider, AccessSample.time(10))
        let made = SealingKey(
            try key(), expires: AccessSample.time(20), of: provider,
            signedBy: AccessSample.providerKey)
        let read = try SealingKey(reading: made.encoded)
        var signatures = SignatureVerifier()
        let keys = [AccessSample.providerKey.publicKey]
        #expect(read.isValid(of: provider, keys: keys, now: now, &signatures))
        #expect(!read.isValid(of: AccessSample.requester, keys: keys, now: now, &signatures))
        #expect(!read.isValid(of: provider, keys: keys, now: AccessSample.time(20), &signatures))
        #expect(
            !read.isValid(
                of: provider, keys: [AccessSample.requesterKey.publicKey], now: now, &signatures))
        var longer = read
        longer.expiresUnixNanoseconds += 1
        #expect(!longer.isValid(of: provider, keys: keys, now: now, &signatures))
    }
}
