// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayCommand
import RelayLaboratory
import TestSupport
import Testing

/// A bundle outlives the manifest that it was made under. Every verdict is this program's and the
/// Python verifier's.
@Suite struct ManifestHistoryTests {
    private static let script = "\(Corpus.root)/Tests/Verifier/verify_bundle.py"

    private func next(
        _ before: SealedManifest, _ change: (inout Manifest) -> Void = { _ in }
    ) -> SealedManifest {
        var manifest = before.manifest
        manifest.version += 1
        manifest.previous = before.digest
        manifest.note = "version \(manifest.version)"
        change(&manifest)
        return SealedManifest(manifest)
    }

    /// The source gets another evidence key.
    private func rotate(_ manifest: inout Manifest) {
        guard var member = manifest.member(AccessSample.provider) else { return }
        let key = AccessSample.key("the provider's next evidence key").publicKey
        member.evidenceKeys = [MemberKey(key)].compactMap { $0 }
        manifest.set(member)
    }

    private func revoke(_ manifest: inout Manifest) {
        guard var member = manifest.member(AccessSample.provider) else { return }
        member.status = .revoked
        manifest.set(member)
    }

    /// `accept`, or the code of the refusal. Fails where the two verifiers differ.
    private func verdict(
        _ bundle: Bundle, _ versions: [SealedManifest]
    ) throws -> (word: String, output: String) {
        let folder = try ScratchFolder()
        try folder.write(try bundle.json(), to: "bundle.json")
        let text = versions.map {
            Armour.encode(.manifest, SignedManifest($0, signatures: []).encoded)
        }
        try folder.write(Array(text.joined(separator: "\n").utf8), to: "manifests.txt")
        let words = [folder.file("bundle.json"), "--roots", folder.file("manifests.txt")]
        var console = Console(now: AccessSample.time(100))
        let status = CommandTree.cityrelay.run(["verify", "--json"] + words, &console)
        let json = try JSON.parse(Array(console.output.utf8))
        if IndependentVerifierTests.hasPython {
            let python = try Spawn.run(["python3", Self.script] + words) >> 8
            #expect(python == status.rawValue, "\(console.output)")
        }
        return (json["code"]?.string ?? json["verdict"]?.string ?? "", console.output)
    }

    @Test func `a bundle verifies under a later manifest in which its members are unchanged`()
        throws
    {
        let sample = BundleSample()
        let bundle = try sample.bundle([.present, .absent])
        let later = next(next(try sample.manifest()))
        let (word, output) = try verdict(bundle, [later])
        #expect(word == "accept", "\(output)")
        #expect(output.contains("stand unchanged in the manifest that you gave"))
        let other = next(try sample.manifest()) { $0.federation = "another" }
        #expect(try verdict(bundle, [other]).word == "bundle/other-manifest")
    }

    @Test(arguments: ["rotated", "revoked"])
    func `when a member changed since, the versions between are needed, without a gap`(
        _ change: String
    ) throws {
        let sample = BundleSample()
        let bundle = try sample.bundle([.present])
        let third = try sample.manifest()
        let fourth = next(third) { change == "rotated" ? rotate(&$0) : revoke(&$0) }
        let fifth = next(fourth)
        #expect(try verdict(bundle, [fifth]).word == "bundle/other-manifest")
        #expect(try verdict(bundle, [third, fifth]).word == "bundle/other-manifest")
        let (word, output) = try verdict(bundle, [third, fourth, fifth])
        #expect(word == "accept", "\(output)")
        #expect(output.contains("those of version 3, which the manifest that you gave leads back"))
    }

    @Test func `a version that is not the one before is no way back, whatever its number`() throws {
        let sample = BundleSample()
        let bundle = try sample.bundle([.present])
        // Version 3 says that it follows another version 2: a digest that nothing leads to.
        var third = try sample.manifest().manifest
        third.note = "another third"
        let fourth = next(SealedManifest(third)) { rotate(&$0) }
        let versions = [try sample.manifest(), fourth]
        #expect(try verdict(bundle, versions).word == "bundle/other-manifest")
    }

    @Test func `an auditor's keys are those of every version`() throws {
        let third = try BundleSample().manifest()
        let roots = TrustRoots(next(third) { rotate(&$0) }, earlier: [third])
        #expect(roots.evidenceKeys[AccessSample.provider]?.count == 2)
        #expect(roots.evidenceKeys[AccessSample.requester]?.count == 1)
    }
}
