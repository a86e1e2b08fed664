// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

@Suite struct RevokedKeyTests {
    typealias Sample = SampleFederation
    var verifier = SignatureVerifier()
    let now = Sample.start.adding(nanoseconds: Sample.day)

    /// The version in which Beijing is put out, of five members.
    static func revoked() throws -> SealedManifest {
        let founding = SealedManifest(try Sample.manifest(5))
        let id = try Sample.id("110000")
        return MembershipProposal(after: founding, at: Sample.start, note: "revoke") { manifest in
            guard var entry = manifest.member(id) else { return }
            (entry.status, entry.statusReason) = (.revoked, "its safe was robbed")
            manifest.set(entry)
        }.next
    }

    /// A newcomer with keys of its own.
    static func newcomer(_ change: (inout ManifestMember) throws -> Void) throws -> ManifestMember {
        var entry = try Sample.member("320200", "Wuxi")
        try change(&entry)
        return entry
    }

    static func faults(_ current: SealedManifest, _ entry: ManifestMember) -> [ManifestFault] {
        MembershipProposal(after: current, at: Sample.start, note: "join") { $0.set(entry) }
            .next.manifest.findings(after: current.manifest).map(\.fault)
    }

    /// A request of another member with the entry and all the keys of a revoked one.
    @Test mutating func `a revoked member does not come in again under another code`() throws {
        let current = try Self.revoked()
        var request = try RegistrationTests.request(
            .join, "320200", "Wuxi", basis: current, at: now
        ) { entry in
            let old = try #require(current.manifest.member(Sample.id("110000")))
            entry.authorityKeys = old.authorityKeys
            entry.evidenceKeys = old.evidenceKeys
            entry.relay.keyPins = old.relay.keyPins
        }
        request.proofs = [
            KeyProof(.authority, try Sample.authority("110000"), of: request),
            KeyProof(.evidence, try Sample.evidence("110000"), of: request),
            KeyProof(.relay, try Sample.relay("110000"), of: request),
        ].compactMap(\.self)
        let error = #expect(throws: ManifestError.self) {
            try MembershipProposal([request], after: current)
                .verify(after: current, now: now, signatures: &verifier)
        }
        guard case .unsound(let findings) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(findings.count == 3)
        #expect(findings.allSatisfy { $0.fault.code == "member/revoked-key" })
        #expect(findings.allSatisfy { $0.description.contains("member init") })
    }

    @Test func `one revoked key is enough to be refused, in whatever role`() throws {
        let current = try Self.revoked()
        let authority = try Sample.key(Sample.authority("110000"))
        let evidence = try Sample.key(Sample.evidence("110000"))
        let pin = try #require(Sample.key(Sample.relay("110000")).pin)
        let id = try Sample.id("320200")
        let cases: [((inout ManifestMember) -> Void, ManifestFault)] = [
            ({ $0.authorityKeys.append(authority) }, .revokedKeyReturns(id, authority)),
            ({ $0.authorityKeys = [evidence] }, .revokedKeyReturns(id, evidence)),
            ({ $0.evidenceKeys = [authority] }, .revokedKeyReturns(id, authority)),
            ({ $0.relay.keyPins.append(pin) }, .revokedPinReturns(id, pin)),
            (
                { $0.relay.keyPins = [authority.pin ?? .zero] },
                .revokedPinReturns(id, authority.pin ?? .zero)
            ),
        ]
        for (change, fault) in cases {
            #expect(Self.faults(current, try Self.newcomer(change)) == [fault])
            #expect(fault.code == "member/revoked-key" && !fault.isWarning)
        }
        #expect(try Self.faults(current, Self.newcomer { _ in }) == [])
    }

    @Test func `who comes in anew brings three new keys, and the old ones stay barred`() throws {
        let current = try Self.revoked()
        let old = try #require(current.manifest.member(Sample.id("110000")))
        var entry = old
        (entry.status, entry.statusReason) = (.active, "")
        entry.authorityKeys = [try Sample.key(Sample.authority("110000", 2))]
        entry.evidenceKeys = [try Sample.key(Sample.authority("110000", 3))]
        // The relay's key alone is the old one.
        #expect(
            Self.faults(current, entry) == [.revokedPinReturns(entry.id, old.relay.keyPins[0])])
        entry.relay.keyPins = [try #require(Sample.key(Sample.authority("110000", 4)).pin)]
        #expect(Self.faults(current, entry) == [])
        let next = MembershipProposal(after: current, at: now, note: "join") { $0.set(entry) }.next
        #expect(next.manifest.spentKeys.count == 3)
        // A version later, neither its own member nor another has a use for them.
        var again = entry
        again.evidenceKeys = old.evidenceKeys
        #expect(
            Self.faults(next, again) == [.revokedKeyReturns(entry.id, old.evidenceKeys[0])])
        let other = try Self.newcomer { $0.relay.keyPins = old.relay.keyPins }
        #expect(Self.faults(next, other) == [.revokedPinReturns(other.id, old.relay.keyPins[0])])
    }

    @Test func `the keys of an entry that was dropped stay barred, and no version forgets them`()
        throws
    {
        let current = try Self.revoked()
        let id = try Sample.id("110000")
        let old = try #require(current.manifest.member(id))
        let dropped = MembershipProposal(after: current, at: now, note: "drop") {
            $0.members.removeAll { $0.id == id }
        }.next
        #expect(dropped.manifest.findings(after: current.manifest) == [])
        let back = try Self.newcomer { $0.authorityKeys = old.authorityKeys }
        #expect(
            Self.faults(dropped, back) == [.revokedKeyReturns(back.id, old.authorityKeys[0])])
        // Read back from its bytes as well.
        let read = try SealedManifest(reading: dropped.encoded)
        #expect(read.manifest == dropped.manifest && read.digest == dropped.digest)
        let later = MembershipProposal(after: dropped, at: now, note: "later") { _ in }.next
        #expect(later.manifest.spentKeys == dropped.manifest.spentKeys)
        let mark = dropped.manifest.spentKeys[1]
        let forgotten = try Sample.next(dropped) { $0.spentKeys.remove(at: 1) }.manifest
        #expect(
            forgotten.findings(after: dropped.manifest).map(\.fault) == [.revokedKeyForgotten(mark)]
        )
        let silent = try Sample.next(current) { $0.members.removeAll { $0.id == id } }.manifest
        #expect(silent.findings(after: current.manifest).count == 3)
    }

    @Test func `marks out of order, or one twice, are not read`() throws {
        let marks = [SHA256.hash([1]), SHA256.hash([2])].sorted()
        for (list, isRead) in [
            (marks, true), (marks.reversed(), false), ([marks[0], marks[0]], false),
        ] {
            var manifest = try Sample.manifest(4)
            manifest.spentKeys = list
            let bytes = SealedManifest(manifest).encoded
            #expect((try? SealedManifest(reading: bytes)) != nil ? isRead : !isRead)
        }
    }

    @Test func `a revoked key has no vote, whatever another entry says`() throws {
        let key = try Sample.key(Sample.authority("110000"))
        let (low, high) = (try Sample.id("110000"), try Sample.id("610100"))
        // Entries before and after the revoked one in the manifest's order.
        for (revoked, other) in [(low, high), (high, low)] {
            var manifest = try Sample.manifest(6, quorum: QuorumRule(.atLeast(4)))
            for id in [revoked, other] {
                var entry = try #require(manifest.member(id))
                entry.authorityKeys = [key]
                if id == revoked { (entry.status, entry.statusReason) = (.revoked, "out") }
                manifest.set(entry)
            }
            let electorate = Electorate(SealedManifest(manifest))
            #expect(throws: ManifestError.signerRevoked(revoked)) { try electorate.voter(key) }
        }
    }
}
