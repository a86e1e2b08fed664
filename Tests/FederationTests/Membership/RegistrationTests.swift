// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

@Suite struct RegistrationTests {
    typealias Sample = SampleFederation
    var verifier = SignatureVerifier()
    let now = Sample.start.adding(nanoseconds: Sample.day)

    static func request(
        _ purpose: RegistrationRequest.Purpose = .join, _ division: String = "440100",
        _ name: String = "Guangzhou", basis: SealedManifest?, at time: Timestamp,
        _ change: (inout ManifestMember) throws -> Void = { _ in }
    ) throws -> RegistrationRequest {
        var entry = try basis?.manifest.member(Sample.id(division)) ?? Sample.member(division, name)
        try change(&entry)
        var request = RegistrationRequest(
            purpose, federation: "sample", basis: basis?.digest ?? .zero, createdAt: time,
            entry: entry)
        var proofs: [KeyProof?] = [
            KeyProof(.authority, try Sample.authority(division), of: request)
        ]
        if purpose != .leave {
            proofs.append(KeyProof(.evidence, try Sample.evidence(division), of: request))
            proofs.append(KeyProof(.relay, try Sample.relay(division), of: request))
        }
        request.proofs = proofs.compactMap(\.self)
        return request
    }

    @Test func `the number of signatures stays a majority when members come and go`() throws {
        var founding = try Sample.manifest(3)
        founding.quorum = QuorumRule(.atLeast(2))
        let entry = try Sample.member("320100", "Nanjing")
        let four = MembershipProposal(after: SealedManifest(founding), at: now, note: "join") {
            $0.set(entry)
        }
        #expect(four.next.manifest.quorum.rule == .atLeast(3))
        let lines = four.next.manifest.changes(since: founding).flatMap(\.sentences)
        #expect(lines.contains { $0.contains("2 of the voting members and becomes 3 of the") })
        founding.quorum = QuorumRule(.atLeast(3))
        let two = MembershipProposal(after: SealedManifest(founding), at: now, note: "leave") {
            var leaver = $0.members[0]
            (leaver.status, leaver.statusReason) = (.revoked, "left")
            $0.set(leaver)
        }
        #expect(two.next.manifest.quorum.rule == .atLeast(2))
        #expect(two.next.manifest.findings(after: founding).isEmpty)
    }

    @Test mutating func `a candidate comes in by three of four approvals`() throws {
        var chain = try Sample.chain()
        let request = try RegistrationRequest(
            reading: Self.request(basis: chain.latest.sealed, at: now).encoded)
        // Each authority makes the proposal by itself, and all make the same bytes.
        let proposals = (0..<3).map { _ in
            MembershipProposal([request], after: chain.latest.sealed)
        }
        #expect(Set(proposals.map(\.next.digest)).count == 1)
        let proposal = try MembershipProposal(
            reading: proposals[0].encoded, like: chain.latest.sealed)
        try proposal.verify(after: chain.latest.sealed, now: now, signatures: &verifier)
        var approvals: [Approval] = []
        for division in Sample.three {
            let approval = try #require(
                Approval(of: proposal.next, with: Sample.authority(division)))
            approvals.append(try Approval(reading: approval.encoded))
        }
        #expect(throws: ManifestError.notEnoughSignatures(got: 2, needed: 3, voters: 4)) {
            try proposal.assembled(
                Array(approvals.prefix(2)), by: chain.electorate, of: chain.manifest,
                signatures: &verifier)
        }
        let signed = try proposal.assembled(
            approvals, by: chain.electorate, of: chain.manifest, signatures: &verifier)
        #expect(try chain.append(signed, signatures: &verifier) == .advanced)
        #expect(chain.manifest.standing(of: request.entry.id) == .active)
        #expect(chain.electorate.voterCount == 5)
    }

    @Test mutating func `a key that did not sign, or signed wrongly, is refused`() throws {
        let current = SealedManifest(try Sample.manifest(4))
        let good = try Self.request(basis: current, at: now)
        try good.verify(against: current, now: now, signatures: &verifier)
        for index in good.proofs.indices {
            var bad = good
            let proof = bad.proofs.remove(at: index)
            #expect(throws: RequestError.missingProof(proof.role, pin: proof.pin)) {
                try bad.verify(against: current, now: now, signatures: &verifier)
            }
            bad.proofs.append(
                KeyProof(
                    role: proof.role, info: proof.info, signature: Array(proof.signature.reversed())
                ))
            #expect(throws: RequestError.badProof(proof.role, pin: proof.pin)) {
                try bad.verify(against: current, now: now, signatures: &verifier)
            }
        }
        var strange = good
        let key = try Sample.authority("610100")
        strange.proofs.append(try #require(KeyProof(.authority, key, of: good)))
        let pin = try #require(Sample.key(key).pin)
        #expect(throws: RequestError.strangeProof(.authority, pin: pin)) {
            try strange.verify(against: current, now: now, signatures: &verifier)
        }
        // Nobody can show that a key is held whose type nobody can verify.
        for type in [KeyType.sm2, KeyType(rawValue: 7)] {
            let unknown = MemberKey(type: type, bytes: [4] + [UInt8](repeating: 1, count: 64))
            var second = good
            second.entry.authorityKeys.append(unknown)
            #expect(throws: RequestError.unprovableKey(.authority, unknown)) {
                try second.verify(against: current, now: now, signatures: &verifier)
            }
            second.entry = good.entry
            second.entry.evidenceKeys = [unknown]
            #expect(throws: RequestError.unprovableKey(.evidence, unknown)) {
                try second.verify(against: nil, now: now, signatures: &verifier)
            }
        }
        // Proofs of one request are none of another.
        var moved = good
        moved.entry.relay.endpoints = [Endpoint(host: "elsewhere.example", port: 1)]
        #expect(throws: RequestError.self) {
            try moved.verify(against: current, now: now, signatures: &verifier)
        }
    }

    @Test mutating func `age, basis and federation of a request are judged`() throws {
        let current = SealedManifest(try Sample.manifest(4))
        let request = try Self.request(basis: current, at: now)
        #expect(throws: RequestError.clockAhead(seconds: 601, limit: 600)) {
            try request.verify(
                against: current, now: now.adding(nanoseconds: -601_000_000_000),
                signatures: &verifier)
        }
        let late = now.adding(nanoseconds: 91 * Sample.day)
        #expect(throws: RequestError.tooOld(seconds: 91 * 86_400, limit: 90 * 86_400)) {
            try request.verify(against: current, now: late, signatures: &verifier)
        }
        let next = try Sample.next(current) { $0.note = "x" }
        #expect(
            throws: RequestError.staleBasis(
                got: current.digest, expected: next.digest, version: next.manifest.version)
        ) {
            try request.verify(against: next, now: now, signatures: &verifier)
        }
        let other = try Sample.next(current) { $0.federation = "other" }
        #expect(throws: RequestError.otherFederation(got: "sample", expected: "other")) {
            try request.verify(against: other, now: now, signatures: &verifier)
        }
    }

    @Test mutating func `a relay key is changed with an overlap of two pins`() throws {
        let current = SealedManifest(try Sample.manifest(4))
        let id = try Sample.id("431300")
        let fresh = try SigningKey.ed25519(seed: Sample.seed("relay 431300 2"))
        let pin = try #require(Sample.key(fresh).pin)
        var request = try Self.request(.change, "431300", "Loudi", basis: current, at: now) {
            $0.relay.keyPins.append(pin)
        }
        #expect(throws: RequestError.missingProof(.relay, pin: pin)) {
            try request.verify(against: current, now: now, signatures: &verifier)
        }
        request.proofs.append(try #require(KeyProof(.relay, fresh, of: request)))
        let proposal = MembershipProposal([request], after: current)
        try proposal.verify(after: current, now: now, signatures: &verifier)
        #expect(Topology(proposal.next.manifest).member(id)?.relay.keyPins.count == 2)
        let change = try #require(proposal.next.manifest.changes(since: current.manifest).first)
        #expect(change == .keyAdded(request.entry, .relay, "sha256:\(pin)"))
    }

    @Test mutating func `whoever holds the relay's keys alone cannot change an entry`() throws {
        let current = SealedManifest(try Sample.manifest(4))
        var request = try Self.request(.change, "431300", "Loudi", basis: current, at: now) {
            $0.relay.endpoints = [Endpoint(host: "vendor.example", port: 27100)]
        }
        // An entry with keys of the vendor's own and their proofs: all but the present authority.
        let vendor = try Sample.authority("vendor")
        request.entry.authorityKeys = [try Sample.key(vendor)]
        request.proofs = [
            KeyProof(.authority, vendor, of: request),
            KeyProof(.evidence, try Sample.evidence("431300"), of: request),
            KeyProof(.relay, try Sample.relay("431300"), of: request),
        ].compactMap(\.self)
        #expect(throws: RequestError.currentAuthorityMissing(try Sample.id("431300"))) {
            try request.verify(against: current, now: now, signatures: &verifier)
        }
        // Nor can a proposal change it without a request.
        let quiet = MembershipProposal(after: current, at: now, note: "quiet") { manifest in
            manifest.set(request.entry)
        }
        #expect(throws: ManifestError.changeWithoutRequest(request.entry.id)) {
            try quiet.verify(after: current, now: now, signatures: &verifier)
        }
    }

    @Test mutating func `a member leaves by its own authority's word`() throws {
        let current = SealedManifest(try Sample.manifest(5))
        let request = try Self.request(.leave, "431300", "Loudi", basis: current, at: now) {
            $0.status = .revoked
            $0.statusReason = "left by its own wish"
        }
        let proposal = MembershipProposal([request], after: current)
        try proposal.verify(after: current, now: now, signatures: &verifier)
        #expect(proposal.next.manifest.activeMembers.count == 4)
        // In two steps: first nothing new, and the second is not the first again.
        var drain = request
        drain.entry.status = .suspended
        drain.proofs = [
            try #require(KeyProof(.authority, Sample.authority("431300"), of: drain))
        ]
        let draining = MembershipProposal([drain], after: current)
        try draining.verify(after: current, now: now, signatures: &verifier)
        var twice = drain
        twice.basis = draining.next.digest
        #expect(throws: RequestError.changesNothing(drain.entry.id)) {
            try twice.verify(against: draining.next, now: now, signatures: &verifier)
        }
        var more = request
        more.entry.name = "Other"
        #expect(throws: RequestError.leaveChangesEntry(request.entry.id)) {
            try more.verify(against: current, now: now, signatures: &verifier)
        }
    }

    @Test mutating func `a district comes in by its city's word only`() throws {
        let current = SealedManifest(try Sample.manifest(4))
        let city = try Sample.id("110000")
        var request = try Self.request(
            .join, "110105", "Chaoyang", basis: current, at: now
        ) { $0.parent = city }
        #expect(throws: RequestError.voucherMissing(request.entry.id, parent: city)) {
            try request.verify(against: current, now: now, signatures: &verifier)
        }
        request.proofs.append(
            try #require(KeyProof(.authority, Sample.authority("110000"), of: request)))
        try request.verify(against: current, now: now, signatures: &verifier)
    }

    @Test mutating func `a lost chain gets a new anchor by quorum without its member's request`()
        throws
    {
        let current = SealedManifest(try Sample.manifest(4))
        let id = try Sample.id("431300")
        let anchor = TrustAnchor(height: 900, headerHash: SHA256.hash([9]))
        let proposal = MembershipProposal(after: current, at: now, note: "rescue") { manifest in
            guard var member = manifest.member(id) else { return }
            member.chains[0].anchor = anchor
            manifest.set(member)
        }
        try proposal.verify(after: current, now: now, signatures: &verifier)
        let words = proposal.next.manifest.changes(since: current.manifest).flatMap(\.sentences)
        #expect(words.first?.contains("trust begins anew at height 900") == true)
    }

    @Test mutating func `two cities found a federation from two files, and a third needs both`()
        throws
    {
        let requests = [
            try Self.request(.join, "330100", "Hangzhou", basis: nil, at: now),
            try Self.request(.join, "431300", "Loudi", basis: nil, at: now),
        ]
        let here = MembershipProposal(founding: "sample", requests, quorum: QuorumRule(.all))
        let there = MembershipProposal(
            founding: "sample", requests.reversed(), quorum: QuorumRule(.all))
        #expect(here.next.digest == there.next.digest)
        try here.verify(after: nil, now: now, signatures: &verifier)
        let chain = try ManifestChain(
            anchor: ManifestAnchor(here.next), SignedManifest(here.next, signatures: []))
        let third = try Self.request(basis: here.next, at: now)
        let proposal = MembershipProposal([third], after: here.next)
        let one = try #require(Approval(of: proposal.next, with: Sample.authority("330100")))
        #expect(throws: ManifestError.notEnoughSignatures(got: 1, needed: 2, voters: 2)) {
            try proposal.assembled(
                [one], by: chain.electorate, of: chain.manifest, signatures: &verifier)
        }
        let two = try #require(Approval(of: proposal.next, with: Sample.authority("431300")))
        _ = try proposal.assembled(
            [one, two], by: chain.electorate, of: chain.manifest, signatures: &verifier)
    }

    @Test mutating func `a rejection carries its reason under an authority's signature`() throws {
        let chain = try Sample.chain()
        let rejection = try #require(
            Rejection(
                of: SHA256.hash([1]), reason: "三个验证者太少", at: now,
                with: Sample.authority("330100")))
        var back = try Rejection(reading: rejection.encoded)
        #expect(
            try back.verify(electorate: chain.electorate, signatures: &verifier)
                == Sample.id("330100"))
        back.reason = "other"
        #expect(throws: ManifestError.badSignature(try Sample.id("330100"))) {
            try back.verify(electorate: chain.electorate, signatures: &verifier)
        }
    }
}
