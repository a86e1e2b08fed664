// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

@Suite struct EquivocationTests {
    typealias Sample = SampleFederation
    var verifier = SignatureVerifier()

    /// A chain that took one version 2, and another version 2 that a quorum signed too.
    static func forked(
        _ verifier: inout SignatureVerifier
    ) throws -> (chain: ManifestChain, other: SignedManifest) {
        var chain = try Sample.chain()
        let first = try Sample.next(chain.latest.sealed) { $0.note = "one" }
        let second = try Sample.next(chain.latest.sealed) { $0.note = "another" }
        _ = try chain.append(Sample.sign(first, by: Sample.three), signatures: &verifier)
        return (chain, try Sample.sign(second, by: ["330100", "110000", "320100"]))
    }

    @Test mutating func `two versions of one number are kept as evidence`() throws {
        var (chain, other) = try Self.forked(&verifier)
        let before = chain.latest
        let error = #expect(throws: ManifestError.self) {
            try chain.append(other, signatures: &verifier)
        }
        let evidence = try #require(chain.equivocations.first)
        #expect(error == .equivocation(evidence))
        #expect(chain.latest == before)
        #expect(throws: ManifestError.self) { try chain.append(other, signatures: &verifier) }
        #expect(chain.equivocations.count == 1)
    }

    @Test mutating func `evidence names those who signed both, to everyone`() throws {
        var (chain, other) = try Self.forked(&verifier)
        _ = try? chain.append(other, signatures: &verifier)
        let bytes = try #require(chain.equivocations.first).encoded
        var bystander = try Sample.chain()
        let told = try ManifestEquivocation(reading: bytes)
        let guilty = try bystander.take(told, signatures: &verifier)
        #expect(guilty == [try Sample.id("330100"), try Sample.id("110000")].sorted())
        #expect(bystander.equivocations == chain.equivocations)
    }

    @Test mutating func `false evidence is refused`() throws {
        let (chain, other) = try Self.forked(&verifier)
        var bystander = try Sample.chain()
        let one = chain.latest.statement
        #expect(throws: ManifestError.noEquivocation) {
            try bystander.take(ManifestEquivocation(one, one), signatures: &verifier)
        }
        var few = other.statement
        few.signatures.removeLast()
        #expect(throws: ManifestError.notEnoughSignatures(got: 2, needed: 3, voters: 4)) {
            try bystander.take(ManifestEquivocation(one, few), signatures: &verifier)
        }
        var bent = other.statement
        bent.preimage = try Sample.next(
            SealedManifest(Sample.manifest(4))
        ) { $0.note = "third" }.preimage
        #expect(throws: ManifestError.self) {
            try bystander.take(ManifestEquivocation(one, bent), signatures: &verifier)
        }
        #expect(bystander.equivocations.isEmpty)
    }

    @Test mutating func `an older version that a quorum did not sign is no evidence`() throws {
        var (chain, other) = try Self.forked(&verifier)
        let few = SignedManifest(other.sealed, signatures: Array(other.signatures.prefix(2)))
        #expect(throws: ManifestError.notEnoughSignatures(got: 2, needed: 3, voters: 4)) {
            try chain.append(few, signatures: &verifier)
        }
        #expect(chain.equivocations.isEmpty)
    }
}

@Suite struct ManifestCatchUpTests {
    typealias Sample = SampleFederation

    /// A year of a federation: members come, change keys, are suspended and leave. Each version is
    /// signed by exactly the quorum of the one before.
    static func year(seed: UInt64, versions: Int) throws -> [SignedManifest] {
        var generator = Generator(seed: seed)
        var generations: [String: Int] = [:]
        var current = SealedManifest(try Sample.manifest(5))
        var result = [SignedManifest(current, signatures: [])]
        while result.count <= versions {
            let voters = current.manifest.voters.map(\.division.text)
            let signers = voters.shuffled(using: &generator).prefix(3)
            let keys = try signers.map { try Sample.authority($0, generations[$0] ?? 1) }
            let (division, name) = Sample.cities[Int(generator.next() % 7)]
            var generation = generations[division] ?? 1
            let next = try Sample.next(current) { manifest in
                var member =
                    try manifest.member(Sample.id(division)) ?? Sample.member(division, name)
                switch generator.next() % 4 {
                case 0:
                    generation += 1
                    member.authorityKeys = [
                        try Sample.key(Sample.authority(division, generation))
                    ]
                case 1 where manifest.voters.count > 4 && member.status == .active:
                    member.status = .suspended
                    member.statusReason = "pause"
                default:
                    member.status = .active
                    member.statusReason = ""
                    member.localName = "\(result.count)"
                }
                manifest.set(member)
            }
            guard next.manifest.findings(after: current.manifest).isEmpty else { continue }
            generations[division] = generation
            result.append(Sample.sign(next, keys))
            current = next
        }
        return result
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `a relay that was away for a year catches up from its anchor`(seed: UInt64) throws {
        let versions = try Self.year(seed: seed, versions: 60)
        var verifier = SignatureVerifier()
        var chain = try ManifestChain(
            anchor: ManifestAnchor(versions[0].sealed), versions[0])
        for index in versions.indices.dropFirst() {
            let delta = ManifestDelta(from: versions[index - 1].sealed, to: versions[index])
            let sent = try ManifestDelta(reading: delta.encoded).applied(to: chain.latest.sealed)
            #expect(try chain.append(sent, signatures: &verifier) == .advanced)
        }
        #expect(chain.latest == versions.last)
        for version in versions {
            #expect(try chain.append(version, signatures: &verifier) == .known)
            #expect(chain.digest(of: version.manifest.version) == version.digest)
        }
    }

    @Test(arguments: [UInt64(4), 5])
    func `whatever is left out, swapped or bent on the way is refused`(seed: UInt64) throws {
        let versions = try Self.year(seed: seed, versions: 12)
        var generator = Generator(seed: seed)
        for _ in 0..<60 {
            var verifier = SignatureVerifier()
            var chain = try ManifestChain(
                anchor: ManifestAnchor(versions[0].sealed), versions[0])
            let place = 1 + Int(generator.next() % 11)
            for index in 1..<place {
                _ = try chain.append(versions[index], signatures: &verifier)
            }
            let good = versions[place]
            let bent: SignedManifest
            switch generator.next() % 5 {
            case 0: bent = versions[min(12, place + 1)]
            case 1:
                bent = SignedManifest(
                    good.sealed, signatures: Array(good.signatures.dropLast()))
            case 2:
                bent = SignedManifest(
                    good.sealed, signatures: good.signatures + [good.signatures[0]])
            case 3:
                var manifest = good.manifest
                manifest.note += "!"
                bent = SignedManifest(SealedManifest(manifest), signatures: good.signatures)
            default:
                var signatures = good.signatures
                signatures[0].signature[Int(generator.next() % 64)] ^= 1
                bent = SignedManifest(good.sealed, signatures: signatures)
            }
            let before = chain.latest
            #expect(throws: ManifestError.self) { try chain.append(bent, signatures: &verifier) }
            #expect(chain.latest == before && chain.equivocations.isEmpty)
            #expect(try chain.append(good, signatures: &verifier) == .advanced)
        }
    }
}
