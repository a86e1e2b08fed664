// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

private typealias Sample = SampleFederation

/// What a later version overtook, made again from it.
@Suite struct RenewalTests {
    private let now = Sample.start.adding(nanoseconds: 3 * Sample.day)
    private let basis: SealedManifest

    init() throws { basis = SealedManifest(try Sample.manifest(5)) }

    /// A version that changed a member meanwhile.
    private func later(
        _ division: String, _ change: (inout ManifestMember) throws -> Void
    ) throws -> SealedManifest {
        var entry = try #require(basis.manifest.member(try Sample.id(division)))
        try change(&entry)
        return try Sample.next(basis) { $0.set(entry) }
    }

    private func suspension(_ division: String) throws -> MembershipProposal {
        var entry = try #require(basis.manifest.member(try Sample.id(division)))
        entry.status = .suspended
        entry.statusReason = "audit"
        return MembershipProposal(after: basis, at: now, note: "suspend \(entry.id): audit") {
            $0.set(entry)
        }
    }

    @Test func `a proposal is put onto the present version, and nothing else of it is undone`()
        throws
    {
        let old = try suspension("431300")
        let moved = [Endpoint(host: "moved.example", port: 27100)]
        let present = try later("431300") { $0.relay.endpoints = moved }
        let renewed = try old.renewed(from: basis, onto: present, at: now)
        var verifier = SignatureVerifier()
        try renewed.verify(after: present, now: now, signatures: &verifier)
        let entry = try #require(renewed.next.manifest.member(try Sample.id("431300")))
        #expect(entry.status == .suspended && entry.statusReason == "audit")
        #expect(entry.relay.endpoints == moved)
        #expect(renewed.next.manifest.note == old.next.manifest.note)
        #expect(renewed.next.digest != old.next.digest, "approvals of the old one cannot fit")
        // The old one itself is told as what it is.
        #expect(throws: ManifestError.overtaken(version: 2, by: 2)) {
            try old.verify(after: present, now: now, signatures: &verifier)
        }
    }

    @Test func `what was wished otherwise by two is decided by people`() throws {
        let old = try suspension("431300")
        let revoked = try later("431300") {
            $0.status = .revoked
            $0.statusReason = "left"
        }
        let id = try Sample.id("431300")
        #expect(throws: RenewalError.changedMeanwhile(id, part: "status")) {
            _ = try old.renewed(from: basis, onto: revoked, at: now)
        }
        let suspended = try later("431300") {
            $0.status = .suspended
            $0.statusReason = "another reason"
        }
        #expect(throws: RenewalError.holdsAlready(version: 2)) {
            _ = try old.renewed(from: basis, onto: suspended, at: now)
        }
        let present = try later("110000") { $0.localName = "北京" }
        #expect(throws: RenewalError.earlierVersionNeeded(basis.digest)) {
            _ = try old.renewed(from: nil, onto: present, at: now)
        }
        #expect(
            throws: RenewalError.otherEarlierVersion(
                got: present.digest, expected: basis.digest)
        ) { _ = try old.renewed(from: present, onto: present, at: now) }
        #expect(throws: RenewalError.notOvertaken(version: 1)) {
            _ = try old.renewed(from: basis, onto: basis, at: now)
        }
    }

    @Test func `a change of address undoes neither a rotated key nor a rescued anchor`() throws {
        var wished = try #require(basis.manifest.member(try Sample.id("431300")))
        wished.relay.endpoints = [Endpoint(host: "moved.example", port: 27100)]
        let request = RegistrationRequest(
            .change, federation: "sample", basis: basis.digest, createdAt: now, entry: wished)
        let next = try Sample.key(try Sample.authority("431300", 2))
        let anchor = TrustAnchor(height: 900, headerHash: SHA256.hash(Array("later".utf8)))
        let present = try later("431300") {
            $0.authorityKeys.append(next)
            $0.chains[0].anchor = anchor
        }
        let renewed = try request.renewed(from: basis, onto: present, at: now)
        #expect(renewed.basis == present.digest && renewed.proofs.isEmpty)
        #expect(renewed.entry.authorityKeys.contains(next))
        #expect(renewed.entry.chains[0].anchor == anchor)
        #expect(renewed.entry.relay == wished.relay)
        #expect(throws: RenewalError.earlierVersionNeeded(basis.digest)) {
            _ = try request.renewed(from: nil, onto: present, at: now)
        }
    }

    @Test func `a newcomer's request needs no earlier version, a farewell neither`() throws {
        let present = try later("110000") { $0.localName = "北京" }
        let entry = try Sample.member("610100", "Xian")
        let join = RegistrationRequest(
            .join, federation: "sample", basis: basis.digest, createdAt: now, entry: entry)
        #expect(try join.renewed(from: nil, onto: present, at: now).entry == entry)
        var gone = try #require(basis.manifest.member(try Sample.id("110000")))
        gone.status = .revoked
        gone.statusReason = "the pilot is over"
        let leave = RegistrationRequest(
            .leave, federation: "sample", basis: basis.digest, createdAt: now, entry: gone)
        let renewed = try leave.renewed(from: nil, onto: present, at: now)
        #expect(renewed.entry.localName == "北京" && renewed.entry.status == .revoked)
        #expect(renewed.entry.statusReason == "the pilot is over")
        // The first step stays the first, and is not asked for where it is done.
        gone.status = .suspended
        let drain = RegistrationRequest(
            .leave, federation: "sample", basis: basis.digest, createdAt: now, entry: gone)
        #expect(try drain.renewed(from: nil, onto: present, at: now).entry.status == .suspended)
        let drained = try later("110000") { $0.status = .suspended }
        #expect(throws: RenewalError.holdsAlready(version: drained.manifest.version)) {
            _ = try drain.renewed(from: nil, onto: drained, at: now)
        }
        #expect(try leave.renewed(from: nil, onto: drained, at: now).entry.status == .revoked)
    }

    @Test func `a quorum that only followed the voters is not carried over as a wish`() throws {
        let three = SealedManifest(try Sample.manifest(3))
        var entry = try #require(three.manifest.member(try Sample.id("431300")))
        entry.status = .suspended
        entry.statusReason = "audit"
        let old = MembershipProposal(after: three, at: now, note: "suspend") { $0.set(entry) }
        #expect(old.next.manifest.quorum.rule == .atLeast(2), "3 of 2 cannot be reached")
        let four = try Sample.next(three) { $0.set(try Sample.member("320100", "Nanjing")) }
        let renewed = try old.renewed(from: three, onto: four, at: now)
        #expect(renewed.next.manifest.quorum.rule == .atLeast(3))
    }

    @Test(arguments: [(2, "too few"), (3, ""), (5, ""), (6, "too many")])
    func `a quorum is chosen between a majority and all`(
        _ number: UInt32, _ what: String
    ) throws {
        func make() throws(ManifestError) -> MembershipProposal {
            try MembershipProposal(
                .atLeast(number), after: basis, at: now, note: "quorum \(number)")
        }
        switch what {
        case "too few":
            #expect(throws: ManifestError.unsound([
                ManifestFinding(
                    path: "quorum", fault: .quorumNotMajority(needed: 2, voters: 5))
            ])) { _ = try make() }
        case "too many":
            #expect(throws: ManifestError.unsound([
                ManifestFinding(
                    path: "quorum", fault: .quorumUnreachable(needed: 6, voters: 5))
            ])) { _ = try make() }
        default:
            let proposal = try make()
            #expect(proposal.next.manifest.quorum.rule == .atLeast(number))
            // The present rule decides on it, not the one that it brings.
            #expect(Electorate(basis).needed == 3)
            #expect(Electorate(proposal.next).needed == Int(number))
        }
    }
}
