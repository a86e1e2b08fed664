// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

@Suite struct ManifestChainTests {
    typealias Sample = SampleFederation
    var verifier = SignatureVerifier()

    /// A harmless change, different for each text.
    static func noted(_ sealed: SealedManifest, _ text: String = "a") throws -> SealedManifest {
        try Sample.next(sealed) { $0.note = text }
    }

    @Test mutating func `a version that a quorum signed is taken, and known from then on`() throws {
        var chain = try Sample.chain()
        let next = try Sample.sign(Self.noted(chain.latest.sealed), by: Sample.three)
        #expect(try chain.append(next, signatures: &verifier) == .advanced)
        #expect(chain.manifest.version == 2)
        #expect(try chain.append(next, signatures: &verifier) == .known)
        #expect(chain.digest(of: 1) == chain.anchor.digest)
    }

    @Test mutating func `one signature too few is refused`() throws {
        var chain = try Sample.chain()
        let next = try Sample.sign(Self.noted(chain.latest.sealed), by: ["330100", "110000"])
        #expect(throws: ManifestError.notEnoughSignatures(got: 2, needed: 3, voters: 4)) {
            try chain.append(next, signatures: &verifier)
        }
        #expect(chain.manifest.version == 1)
    }

    @Test mutating func `a key that signs twice is refused`() throws {
        var chain = try Sample.chain()
        let next = try Sample.sign(
            Self.noted(chain.latest.sealed), by: ["330100", "110000", "330100"])
        let key = try Sample.key(Sample.authority("330100"))
        #expect(throws: ManifestError.keySignedTwice(try Sample.id("330100"), key)) {
            try chain.append(next, signatures: &verifier)
        }
    }

    @Test mutating func `a member that signs with two keys has one vote`() throws {
        var manifest = try Sample.manifest(4)
        var member = try Sample.member("330100", "Hangzhou")
        member.authorityKeys.append(try Sample.key(Sample.authority("330100", 2)))
        manifest.set(member)
        let sealed = SealedManifest(manifest)
        var chain = try ManifestChain(
            anchor: ManifestAnchor(sealed), SignedManifest(sealed, signatures: []))
        let next = Sample.sign(
            try Self.noted(sealed),
            [
                try Sample.authority("330100"), try Sample.authority("330100", 2),
                try Sample.authority("110000"),
            ])
        #expect(throws: ManifestError.memberSignedTwice(try Sample.id("330100"))) {
            try chain.append(next, signatures: &verifier)
        }
    }

    @Test mutating func `a signer that nobody knows is refused`() throws {
        var chain = try Sample.chain()
        let next = try Sample.sign(
            Self.noted(chain.latest.sealed), by: Sample.three + ["440100"])
        let key = try Sample.key(Sample.authority("440100"))
        #expect(throws: ManifestError.unknownSigner(key)) {
            try chain.append(next, signatures: &verifier)
        }
    }

    @Test mutating func `an operator's relay key cannot sign a version`() throws {
        var chain = try Sample.chain()
        let next = Sample.sign(
            try Self.noted(chain.latest.sealed),
            [
                try Sample.authority("110000"), try Sample.authority("431300"),
                try Sample.relay("330100"),
            ])
        let error = #expect(throws: ManifestError.self) {
            try chain.append(next, signatures: &verifier)
        }
        #expect(error == .wrongRole(try Sample.id("330100"), .relay))
        #expect(error?.problem.contains("can restart a node, and sign nothing") == true)
    }

    @Test mutating func `an evidence key cannot sign a version`() throws {
        var chain = try Sample.chain()
        let next = Sample.sign(
            try Self.noted(chain.latest.sealed),
            [
                try Sample.authority("110000"), try Sample.authority("431300"),
                try Sample.evidence("330100"),
            ])
        #expect(throws: ManifestError.wrongRole(try Sample.id("330100"), .evidence)) {
            try chain.append(next, signatures: &verifier)
        }
    }

    @Test mutating func `a signature of another digest is refused`() throws {
        var chain = try Sample.chain()
        let next = try Self.noted(chain.latest.sealed)
        let other = try Self.noted(chain.latest.sealed, "b")
        var signatures = try Sample.sign(next, by: ["330100", "110000"]).signatures
        signatures += try Sample.sign(other, by: ["431300"]).signatures
        #expect(throws: ManifestError.badSignature(try Sample.id("431300"))) {
            try chain.append(SignedManifest(next, signatures: signatures), signatures: &verifier)
        }
    }

    @Test mutating func `a rotated authority key no longer signs, the new one does`() throws {
        var chain = try Sample.chain()
        let rotated = try Sample.next(chain.latest.sealed) { manifest in
            var member = try Sample.member("330100", "Hangzhou")
            member.authorityKeys = [try Sample.key(Sample.authority("330100", 2))]
            manifest.set(member)
        }
        #expect(
            try chain.append(Sample.sign(rotated, by: Sample.three), signatures: &verifier)
                == .advanced)
        let next = try Self.noted(rotated)
        let old = try Sample.key(Sample.authority("330100"))
        #expect(throws: ManifestError.unknownSigner(old)) {
            try chain.append(Sample.sign(next, by: Sample.three), signatures: &verifier)
        }
        let keys = [
            try Sample.authority("330100", 2), try Sample.authority("110000"),
            try Sample.authority("431300"),
        ]
        #expect(try chain.append(Sample.sign(next, keys), signatures: &verifier) == .advanced)
    }

    @Test(arguments: [MemberStatus.suspended, .revoked])
    mutating func `a suspended or revoked member's signature does not count`(
        status: MemberStatus
    ) throws {
        var chain = try Sample.chain(5)
        let out = try Sample.next(chain.latest.sealed) { manifest in
            var member = try Sample.member("330100", "Hangzhou")
            member.status = status
            member.statusReason = "lost its keys"
            manifest.set(member)
        }
        _ = try chain.append(Sample.sign(out, by: Sample.three), signatures: &verifier)
        let id = try Sample.id("330100")
        let error = #expect(throws: ManifestError.self) {
            try chain.append(
                Sample.sign(Self.noted(out), by: Sample.three), signatures: &verifier)
        }
        #expect(error == (status == .revoked ? .signerRevoked(id) : .signerSuspended(id)))
    }

    @Test mutating func `a version that skips one is refused, and so is one of another federation`()
        throws
    {
        var chain = try Sample.chain()
        let second = try Self.noted(chain.latest.sealed)
        let third = try Sample.sign(Self.noted(second), by: Sample.three)
        #expect(throws: ManifestError.gap(expected: 2, got: 3)) {
            try chain.append(third, signatures: &verifier)
        }
        let other = try Sample.next(chain.latest.sealed) { $0.federation = "other" }
        #expect(throws: ManifestError.otherFederation(got: "other", expected: "sample")) {
            try chain.append(Sample.sign(other, by: Sample.three), signatures: &verifier)
        }
    }

    @Test mutating func `an older version does not come back`() throws {
        var chain = try Sample.chain()
        let versions = try Self.run(&chain, 5, &verifier)
        #expect(try chain.append(versions[1], signatures: &verifier) == .known)
        #expect(chain.manifest.version == 6)
        let late = try ManifestChain(
            anchor: ManifestAnchor(versions[3].sealed), versions[3])
        var young = late
        #expect(throws: ManifestError.beforeAnchor(got: 2, anchor: 5)) {
            try young.append(versions[0], signatures: &verifier)
        }
    }

    @Test mutating func `a version built on another past is refused`() throws {
        var chain = try Sample.chain()
        let fork = try Self.noted(chain.latest.sealed, "another past")
        _ = try Self.run(&chain, 1, &verifier)
        let next = try Self.noted(fork)
        #expect(
            throws: ManifestError.previousMismatch(
                version: 3, got: fork.digest, expected: chain.latest.digest)
        ) {
            try chain.append(Sample.sign(next, by: Sample.three), signatures: &verifier)
        }
    }

    @Test func `a chain begins only with the version that its anchor names`() throws {
        let sealed = SealedManifest(try Sample.manifest(4))
        let other = SealedManifest(try Sample.manifest(3))
        #expect(
            throws: ManifestError.wrongAnchor(got: other.digest, expected: sealed.digest)
        ) {
            try ManifestChain(
                anchor: ManifestAnchor(sealed), SignedManifest(other, signatures: []))
        }
    }

    /// Appends versions with one change each; returns them.
    static func run(
        _ chain: inout ManifestChain, _ count: Int, _ verifier: inout SignatureVerifier
    ) throws -> [SignedManifest] {
        var versions: [SignedManifest] = []
        for index in 0..<count {
            let next = try Sample.sign(
                noted(chain.latest.sealed, "change \(index)"), by: Sample.three)
            #expect(try chain.append(next, signatures: &verifier) == .advanced)
            versions.append(next)
        }
        return versions
    }
}
