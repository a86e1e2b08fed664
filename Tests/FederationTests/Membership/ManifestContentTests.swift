// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

@Suite struct ManifestContentTests {
    typealias Sample = SampleFederation

    /// The faults of a founding version of four members after a change.
    static func faults(_ change: (inout Manifest) throws -> Void) throws -> [ManifestFault] {
        var manifest = try Sample.manifest(4)
        try change(&manifest)
        let findings = manifest.findings()
        for finding in findings {
            #expect(finding.fault.code.hasPrefix("member/"))
            #expect(!finding.fault.remedy.isEmpty && !finding.fault.problem.contains("member/"))
        }
        return findings.map(\.fault)
    }

    static func edit(
        _ manifest: inout Manifest, _ division: String, _ change: (inout ManifestMember) -> Void
    ) throws {
        var member = try #require(manifest.member(Sample.id(division)))
        change(&member)
        manifest.set(member)
    }

    @Test func `a good manifest has no findings`() throws {
        #expect(try Self.faults { _ in }.isEmpty)
    }

    @Test(arguments: [
        "Nan\njing", "Nan\u{1b}[2Jjing", "Nan\u{202e}gnij", "Hangzhou\u{200b}", "Nan\u{2028}jing",
        "H\u{430}ngzhou", "杭州",
    ])
    func `a short name that hides text, forges a line or looks like another is refused`(
        _ name: String
    ) throws {
        let faults = try Self.faults { manifest in
            try Self.edit(&manifest, "431300") { $0.name = name }
        }
        #expect(faults.contains(.textForm("name")), "\(faults)")
    }

    @Test func `no text of a manifest may hold what moves other text`() throws {
        let bad = "娄底\u{202e}市"
        let changes: [(String, (inout ManifestMember) -> Void)] = [
            ("local_name", { $0.localName = bad }), ("owner.name", { $0.owner.name = bad }),
            ("operator.name", { $0.operator.name = bad }),
            (
                "status_reason",
                {
                    $0.status = .suspended
                    $0.statusReason = bad
                }
            ),
            (
                "chain id",
                { $0.chains[0].parameters.chainID = ChainID("loudi\n-1") }
            ),
        ]
        for (name, change) in changes {
            let faults = try Self.faults { try Self.edit(&$0, "431300", change) }
            #expect(faults.contains(.textForm(name)), "\(name): \(faults)")
        }
        #expect(try Self.faults { $0.note = bad } == [.textForm("note")])
        #expect(
            try Self.faults { try Self.edit(&$0, "431300") { $0.localName = "娄底市·湘" } } == [])
    }

    @Test func `the difference shows hidden characters for what they are`() throws {
        let old = try Sample.manifest(4)
        var new = old
        try Self.edit(&new, "431300") { $0.localName = "x\n  nothing else\u{1b}[8m" }
        let lines = new.changes(since: old).flatMap(\.sentences)
        #expect(lines.count == 1)
        #expect(lines.first?.contains("x\\u{a}  nothing else\\u{1b}[8m") == true, "\(lines)")
    }

    @Test func `a chain id that is taken is refused`() throws {
        let (one, other) = (try Sample.id("330100"), try Sample.id("431300"))
        let faults = try Self.faults { manifest in
            try Self.edit(&manifest, "431300") { $0.chains = [Sample.chain("Hangzhou")] }
        }
        #expect(faults == [.duplicateChain(ChainID("hangzhou-1"), one, other)])
        #expect(faults.first?.code == "member/chain-id-taken")
    }

    @Test func `a relay key, an address or an authority key of two members is refused`() throws {
        let (one, other) = (try Sample.id("330100"), try Sample.id("431300"))
        let first = try Sample.member("330100", "Hangzhou")
        var faults = try Self.faults { manifest in
            try Self.edit(&manifest, "431300") { $0.relay.keyPins = first.relay.keyPins }
        }
        #expect(faults == [.duplicateKeyPin(first.relay.keyPins[0], one, other)])
        faults = try Self.faults { manifest in
            try Self.edit(&manifest, "431300") { $0.relay.endpoints = first.relay.endpoints }
        }
        #expect(faults == [.duplicateEndpoint(first.relay.endpoints[0], one, other)])
        faults = try Self.faults { manifest in
            try Self.edit(&manifest, "431300") { $0.authorityKeys = first.authorityKeys }
        }
        #expect(faults == [.duplicateKey(first.authorityKeys[0], one, other)])
    }

    @Test func `a missing anchor, address, pin or key is refused`() throws {
        let id = try Sample.id("431300")
        let cases: [((inout ManifestMember) -> Void, ManifestFault)] = [
            ({ $0.chains[0].anchor = nil }, .topology(id, .anchorMissing)),
            ({ $0.relay.endpoints = [] }, .topology(id, .noEndpoint)),
            ({ $0.relay.keyPins = [] }, .topology(id, .noKeyPin)),
            ({ $0.evidenceKeys = [] }, .noEvidenceKey(id)),
            ({ $0.authorityKeys = [] }, .noAuthorityKey(id)),
            ({ $0.chains = [] }, .noChain(id)),
            ({ $0.owner.name = "" }, .noOwner(id)),
            ({ $0.operator.name = "" }, .noOperator(id)),
            ({ $0.status = .suspended }, .reasonMissing(id)),
            (
                { $0.chains[0].parameters.trustingPeriodNanoseconds = 0 },
                .topology(id, .notPositive("trusting_period"))
            ),
        ]
        for (change, fault) in cases {
            let faults = try Self.faults { try Self.edit(&$0, "431300", change) }
            #expect(faults.contains(fault), "\(fault)")
            #expect(!fault.isWarning)
        }
    }

    @Test func `a member that only supervises votes, and no relay needs to know of it`() throws {
        let id = try Sample.id("431300")
        func strip(_ member: inout ManifestMember) {
            member.chains = []
            member.evidenceKeys = []
            member.relay = RelayEndpoints(endpoints: [], keyPins: [])
        }
        #expect(try Self.faults { try Self.edit(&$0, "431300", strip) } == [])
        var manifest = try Sample.manifest(4)
        try Self.edit(&manifest, "431300", strip)
        #expect(manifest.member(id)?.isSupervising == true)
        #expect(manifest.voters.contains(id))
        #expect(!Topology(manifest).members.contains { $0.id == id })
        #expect(Topology(manifest).routes.count == 3)
        let bytes = try #require(manifest.member(id)).encoded
        #expect(try ManifestMember(reading: bytes) == manifest.member(id))
    }

    @Test func `a member with a part of what a chain needs has no chain`() throws {
        let id = try Sample.id("431300")
        let whole = try Sample.member("431300", "Loudi")
        let parts: [(inout ManifestMember) -> Void] = [
            { $0.evidenceKeys = whole.evidenceKeys },
            { $0.relay.endpoints = whole.relay.endpoints },
            { $0.relay.keyPins = whole.relay.keyPins },
        ]
        for part in parts {
            let faults = try Self.faults { manifest in
                try Self.edit(&manifest, "431300") { member in
                    member.chains = []
                    member.evidenceKeys = []
                    member.relay = RelayEndpoints(endpoints: [], keyPins: [])
                    part(&member)
                }
            }
            #expect(faults.contains(.noChain(id)))
        }
    }

    @Test func `a relay's key that is an authority's too is refused`() throws {
        let id = try Sample.id("431300")
        let key = try Sample.key(Sample.authority("431300"))
        let faults = try Self.faults { manifest in
            try Self.edit(&manifest, "431300") { $0.relay.keyPins.append(key.pin ?? .zero) }
        }
        #expect(faults == [.keyInTwoRoles(id, .relay, .authority)])
    }

    @Test func `an owner's code with a wrong check character is refused`() throws {
        let faults = try Self.faults { manifest in
            try Self.edit(&manifest, "431300") { $0.owner.code = "TEXT00018" }
        }
        #expect(
            faults == [
                .organisationCode(
                    try Sample.id("431300"), .check(got: "8", expected: "7", position: 9))
            ])
    }

    @Test func `a quorum of half or of more than all is refused`() throws {
        #expect(
            try Self.faults { $0.quorum = QuorumRule(.atLeast(2)) }
                == [.quorumNotMajority(needed: 2, voters: 4)])
        #expect(
            try Self.faults { $0.quorum = QuorumRule(.atLeast(5)) }
                == [.quorumUnreachable(needed: 5, voters: 4)])
        #expect(try Self.faults { $0.quorum = QuorumRule(.all) }.isEmpty)
        let council = [try Sample.id("330100")]
        #expect(try Self.faults { $0.quorum = QuorumRule(.all, council: council) }.isEmpty)
        #expect(
            try Self.faults { $0.quorum = QuorumRule(.all, council: council + council) }
                == [.councilTwice(council[0])])
    }

    @Test func `times out of order and a life of more than four years are refused`() throws {
        #expect(try Self.faults { $0.hardExpiry = $0.softExpiry } == [.expiryOrder])
        let faults = try Self.faults {
            $0.hardExpiry = $0.issuedAt.adding(nanoseconds: 1_500 * Sample.day)
        }
        #expect(faults == [.lifetime(seconds: 129_600_000, limit: ManifestLimits.lifetimeSeconds)])
    }

    @Test func `a city vouches for districts in its own division only`() throws {
        let city = try Sample.id("110000")
        func district(_ division: String) throws -> ManifestMember {
            var member = try Sample.member(division, "D\(division)")
            member.parent = city
            return member
        }
        #expect(try Self.faults { $0.set(try district("110105")) }.isEmpty)
        let stranger = try Sample.id("330106")
        #expect(
            try Self.faults { $0.set(try district("330106")) }
                == [.parentNotAbove(stranger, parent: city)])
        #expect(
            try Self.faults { manifest in
                try Self.edit(&manifest, "110000") { $0.parent = $0.id }
            }.contains(.parentIsItself(city)))
        let nobody = try Sample.id("440000")
        #expect(
            try Self.faults { manifest in
                try Self.edit(&manifest, "110000") { $0.parent = nobody }
            } == [.parentUnknown(city, parent: nobody)])
    }

    @Test func `suspending a city suspends its sixteen districts in the same version`() throws {
        var manifest = try Sample.manifest(4)
        let city = try Sample.id("110000")
        var districts: [MemberID] = []
        for number in 101...116 {
            var member = try Sample.member("110\(number)", "District\(number)")
            member.parent = city
            manifest.set(member)
            districts.append(member.id)
        }
        #expect(manifest.findings().isEmpty)
        #expect(manifest.activeMembers.count == 20)
        // Districts do not vote: their city does.
        #expect(manifest.voters.count == 4)
        try Self.edit(&manifest, "110000") {
            $0.status = .suspended
            $0.statusReason = "audit"
        }
        for id in districts {
            #expect(manifest.standing(of: id) == .suspended(by: city, reason: "audit"))
        }
        #expect(manifest.activeMembers.count == 3)
        try Self.edit(&manifest, "110000") { $0.status = .revoked }
        #expect(manifest.standing(of: districts[0]) == .revoked(by: city, reason: "audit"))
        #expect(Topology(manifest).members.count == 3)
    }

    @Test func `nobody vanishes without being revoked, and no revoked key returns`() throws {
        let old = try Sample.manifest(4)
        let id = try Sample.id("431300")
        var new = try Sample.next(SealedManifest(old)) { manifest in
            manifest.members.removeAll { $0.id == id }
        }.manifest
        #expect(new.findings(after: old).map(\.fault).contains(.vanished(id)))
        var revoked = old
        try Self.edit(&revoked, "431300") {
            $0.status = .revoked
            $0.statusReason = "left"
        }
        new = try Sample.next(SealedManifest(revoked)) { manifest in
            try Self.edit(&manifest, "431300") {
                $0.status = .active
                $0.statusReason = ""
            }
        }.manifest
        let key = try Sample.key(Sample.authority("431300"))
        #expect(new.findings(after: revoked).map(\.fault).contains(.revokedKeyReturns(id, key)))
    }

    @Test func `a soft expiry warns and a hard one stops new work`() throws {
        let manifest = try Sample.manifest(4)
        let (soft, hard) = (manifest.softExpiry, manifest.hardExpiry)
        let id = try Sample.id("330100")
        #expect(manifest.freshness(at: soft.adding(nanoseconds: -1)) == .fresh)
        #expect(manifest.freshness(at: soft) == .softExpired(since: soft))
        #expect(manifest.allowsNewWork(with: id, at: hard.adding(nanoseconds: -1)))
        #expect(manifest.freshness(at: hard) == .hardExpired(since: hard))
        #expect(!manifest.allowsNewWork(with: id, at: hard))
    }

    @Test func `a manifest's topology has its active members and their routes`() throws {
        let manifest = try Sample.manifest(7, quorum: QuorumRule(.atLeast(4)))
        let all = Topology(manifest)
        #expect(all.findings().isEmpty)
        #expect(all.routes.count == 21)
        let own = try Sample.id("431300")
        let seen = Topology(manifest, seenFrom: own)
        #expect(seen.routes.count == 6)
        #expect(Set(seen.peers(of: own).map(\.id)) == Set(all.peers(of: own).map(\.id)))
    }
}
