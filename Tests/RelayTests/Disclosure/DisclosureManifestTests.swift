// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayLaboratory
import TestSupport
import Testing

extension `Relays among peers` {
    /// Proofs between cities that know each other by a signed manifest.
    @Suite(.serialized) struct `Proofs under a manifest` {
        @Test func `a bundle names the signed manifest that its reader holds`() async throws {
            let rig = try DisclosureRig(withManifest: true)
            defer { rig.stop() }
            let answer = try await rig.ask(
                "fund-account", rig.people.person(1), predicates: ["{\"id\":\"SixMconFlag\"}"])
            try #require(answer.outcome == "present", "\(answer.text)")
            let digest = try #require(rig.manifest).digest.description
            #expect(answer.body["bundle"]?["manifest"]?["digest"]?.string == digest)
            #expect(try rig.words(answer) == ["present"])
        }

        /// What relays really make, not samples: present with a field, absent, refused.
        @Test(
            .enabled(
                if: IndependentVerifierTests.hasPython,
                "skipped: python3 with cryptography is not here"))
        func `a bundle of real relays is judged alike by the verifier in Python`() async throws {
            let rig = try DisclosureRig(withManifest: true)
            defer { rig.stop() }
            let folder = try ScratchFolder()
            let signed = SignedManifest(try #require(rig.manifest), signatures: [])
            try folder.write(
                Array(Armour.encode(.manifest, signed.encoded).utf8), to: "manifest")
            let answers = [
                try await rig.ask("fund-account", rig.people.person(1), fields: ["JZNY"]),
                try await rig.ask("fund-account", rig.people.person(900), fields: ["JZNY"]),
                try await rig.ask("fund-account", rig.people.person(1), fields: ["ZJHM"]),
            ]
            var texts: [[UInt8]] = []
            for answer in answers {
                let bundle = try DisclosureRig.bundle(inAnswer: answer.text)
                let text = try #require(bundle, "\(answer.text)")
                var bent = text
                bent[bent.count / 2] = bent[bent.count / 2] == 0x31 ? 0x32 : 0x31
                texts += [text, bent]
            }
            let verdicts = try IndependentVerifierTests.judge(
                texts, roots: folder.file("manifest"), folder
            ).map { $0.prefix(6) }
            #expect(verdicts == ["accept", "reject", "accept", "reject", "accept", "reject"])
        }
    }
}
