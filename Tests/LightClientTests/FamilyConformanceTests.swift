// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// What every family must hold to, whatever its chains look like.
@Suite struct FamilyConformanceTests {
    static let families = FamilyID.allCases

    private func verify(
        _ messages: [[UInt8]], _ sample: FamilySample, trusting: [TrustedHeader]? = nil,
        now: Timestamp? = nil
    ) throws -> [TrustedHeader] {
        var signatures = SignatureVerifier()
        return try Families.verifyUpdates(
            messages, snapshot: sample.snapshot(trusting ?? [sample.anchor]),
            now: now ?? sample.now, signatures: &signatures)
    }

    @Test(arguments: families)
    func `a valid run is accepted, across a change of those who sign`(family: FamilyID) throws {
        let sample = FamilySample.of(family)
        #expect(try verify(sample.updates, sample) == sample.expected)
        for (message, header) in zip(sample.updates, sample.expected) {
            let summary = try Families.inspect(message, family: family)
            #expect(summary.height == header.height)
            #expect(summary.headerHash == header.headerHash)
            #expect(summary.timestamp == header.timestamp)
        }
    }

    @Test(arguments: families)
    func `each bad form is refused`(family: FamilyID) throws {
        let sample = FamilySample.of(family)
        #expect(sample.refused.count >= 6)
        for (name, message) in sample.refused {
            #expect(throws: ClientError.self, "\(name)") { try verify([message], sample) }
        }
    }

    @Test(arguments: families)
    func `no flipped byte gives another header`(family: FamilyID) throws {
        let sample = FamilySample.of(family)
        var signatures = SignatureVerifier()
        let snapshot = sample.snapshot([sample.anchor])
        var refused = 0
        for position in sample.updates[0].indices {
            var flipped = sample.updates[0]
            flipped[position] ^= 1 << UInt8(position % 8)
            guard
                let result = try? Families.verifyUpdates(
                    [flipped], snapshot: snapshot, now: sample.now, signatures: &signatures)
            else {
                refused += 1
                continue
            }
            #expect(result == [sample.expected[0]], "byte \(position)")
        }
        #expect(refused > sample.updates[0].count / 2)
    }

    @Test(arguments: families)
    func `no cut or lengthened message gives another header`(family: FamilyID) throws {
        let sample = FamilySample.of(family)
        let message = sample.updates[0]
        for count in 0..<message.count {
            #expect(throws: ClientError.self, "\(count) bytes") {
                try verify([Array(message.prefix(count))], sample)
            }
        }
        for tail in [[0x00], [0xff], [0x0a], [0x08, 0x01], [0x0a, 0x00]] as [[UInt8]] {
            let result = try? verify([message + tail], sample)
            #expect(result == nil || result == [sample.expected[0]])
        }
    }

    @Test(arguments: families)
    func `updates out of order have no base`(family: FamilyID) throws {
        let sample = FamilySample.of(family)
        #expect(throws: ClientError.noTrustedState(sample.expected[0].height)) {
            try verify([sample.updates[1], sample.updates[0]], sample)
        }
    }

    @Test(arguments: families)
    func `an expired client takes nothing`(family: FamilyID) throws {
        let sample = FamilySample.of(family)
        let end = sample.anchor.timestamp.adding(
            nanoseconds: sample.parameters.trustingPeriodNanoseconds)
        #expect(throws: ClientError.notActive(.expired)) {
            try verify(sample.updates, sample, now: end)
        }
        let snapshot = sample.snapshot([sample.anchor])
        #expect(Families.status(of: snapshot, now: end) == .expired)
        #expect(
            Families.judge(sample.expected[0], against: snapshot, now: end)
                == .inactive(.expired))
    }

    @Test(arguments: families)
    func `a frozen client takes nothing`(family: FamilyID) throws {
        let sample = FamilySample.of(family)
        var snapshot = sample.snapshot([sample.anchor])
        snapshot.isFrozen = true
        var signatures = SignatureVerifier()
        #expect(throws: ClientError.notActive(.frozen)) {
            try Families.verifyUpdates(
                sample.updates, snapshot: snapshot, now: sample.now, signatures: &signatures)
        }
        #expect(
            Families.judge(sample.expected[0], against: snapshot, now: sample.now)
                == .inactive(.frozen))
    }

    @Test(arguments: families)
    func `a replay is known already, a contradiction is misbehaviour with its evidence`(
        family: FamilyID
    ) throws {
        let sample = FamilySample.of(family)
        let known = sample.snapshot([sample.anchor] + sample.expected)
        for header in sample.expected {
            #expect(Families.judge(header, against: known, now: sample.now) == .alreadyKnown)
        }
        let conflicting = try verify([sample.conflicting], sample)[0]
        #expect(
            Families.judge(conflicting, against: known, now: sample.now)
                == .misbehaviour(
                    .twoHeaders(stored: sample.expected[0], received: conflicting)))
        let early = try verify([sample.early], sample)[0]
        let lower = sample.snapshot([sample.anchor, sample.expected[1]])
        #expect(
            Families.judge(early, against: lower, now: sample.now)
                == .misbehaviour(.timeOutOfOrder(lower: sample.expected[1], higher: early)))
        let higher = sample.snapshot([sample.anchor, early])
        #expect(
            Families.judge(sample.expected[1], against: higher, now: sample.now)
                == .misbehaviour(.timeOutOfOrder(lower: sample.expected[1], higher: early)))
    }

    @Test(arguments: families)
    func `an anchor is the header with the written hash and no other`(family: FamilyID) throws {
        let sample = FamilySample.of(family)
        var signatures = SignatureVerifier()
        #expect(
            try Families.verifyAnchor(
                sample.anchorMessage, family: family, parameters: sample.parameters,
                hash: sample.anchorHash, signatures: &signatures) == sample.anchor)
        #expect(throws: ClientError.self) {
            try Families.verifyAnchor(
                sample.anchorMessage, family: family, parameters: sample.parameters,
                hash: .zero, signatures: &signatures)
        }
        var others = sample.parameters
        others.chainID = ChainID("other-1")
        #expect(throws: ClientError.self) {
            try Families.verifyAnchor(
                sample.anchorMessage, family: family, parameters: others,
                hash: sample.anchorHash, signatures: &signatures)
        }
    }

    @Test(arguments: families)
    func `a proof holds for its value, path and header only`(family: FamilyID) throws {
        let sample = FamilySample.of(family)
        let header = try #require(sample.expected.last)
        var cache = ProofCache()
        for _ in 0..<2 {
            try Families.verifyMembership(
                family: family, proof: sample.proof, path: sample.path, value: sample.value,
                at: header, cache: &cache)
        }
        #expect(throws: ClientError.self) {
            try Families.verifyMembership(
                family: family, proof: sample.proof, path: sample.path,
                value: sample.value + [0], at: header, cache: &cache)
        }
        #expect(throws: ClientError.self) {
            try Families.verifyMembership(
                family: family, proof: sample.proof, path: sample.path.reversed(),
                value: sample.value, at: header, cache: &cache)
        }
        #expect(throws: ClientError.self) {
            try Families.verifyMembership(
                family: family, proof: sample.proof, path: sample.path, value: sample.value,
                at: sample.expected[0], cache: &cache)
        }
        #expect(throws: ClientError.self) {
            try Families.verifyNonMembership(
                family: family, proof: sample.proof, path: sample.path, at: header,
                cache: &cache)
        }
        for position in sample.proof.indices {
            var flipped = sample.proof
            flipped[position] ^= 1 << UInt8(position % 8)
            let holds: ()? = try? Families.verifyMembership(
                family: family, proof: flipped, path: sample.path, value: sample.value,
                at: header)
            #expect(holds == nil, "byte \(position)")
        }
    }

    @Test(arguments: families)
    func `one job takes a bounded number of updates`(family: FamilyID) throws {
        let sample = FamilySample.of(family)
        let count = Families.maxUpdatesPerJob + 1
        #expect(throws: ClientError.tooMany(got: count, limit: Families.maxUpdatesPerJob)) {
            try verify(Array(repeating: sample.updates[0], count: count), sample)
        }
    }

    @Test(arguments: FamilyID.allCases)
    func `misbehaviour that others report is proven or refused`(family: FamilyID) throws {
        let sample = FamilySample.of(family)
        var signatures = SignatureVerifier()
        let bytes = try Families.misbehaviour(
            sample.updates[0], sample.conflicting, family: family)
        let proven = try Families.verifyMisbehaviour(
            bytes, support: [], snapshot: sample.snapshot([sample.anchor]), now: sample.now,
            signatures: &signatures)
        #expect(proven.first.height == sample.expected[0].height)
        #expect(proven.evidence.code == "misbehaviour/two-headers")
        let twice = try Families.misbehaviour(sample.updates[0], sample.updates[0], family: family)
        #expect(throws: ClientError.self) {
            try Families.verifyMisbehaviour(
                twice, support: [], snapshot: sample.snapshot([sample.anchor]), now: sample.now,
                signatures: &signatures)
        }
    }
}
