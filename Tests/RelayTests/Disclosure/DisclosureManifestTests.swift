// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
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
    }
}
