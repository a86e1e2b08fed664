// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

/// A peer that names a later version of the manifest than ours.
@Suite struct EngineManifestBehindTests {
    private func harness() -> EngineHarness {
        EngineHarness { configuration in
            configuration.topologyVersion = 7
            configuration.manifest = ManifestTerms(
                softExpiry: Timestamp(unixNanoseconds: World.start + 1_000_000 * World.second),
                hardExpiry: Timestamp(unixNanoseconds: World.start + 2_000_000 * World.second))
        }
    }

    private func hello(_ version: UInt64, _ world: EngineHarness) -> EngineEvent {
        .peerConnected(
            PeerHello(
                chainID: "there", protocolVersion: 1, topologyVersion: version,
                topologyDigest: [UInt8(version)], clock: world.now,
                clientID: EngineHarness.remote, trustedHeight: .zero, software: "test"))
    }

    @Test func `a version that does not come within a minute is told, once it has not`() {
        var world = harness()
        #expect(!world.send(hello(9, world)).codes.contains("manifest/behind"))
        #expect(!world.wait(59).codes.contains("manifest/behind"))
        #expect(world.engine.manifestStanding?.aheadChain == nil)
        #expect(world.wait(2).codes.contains("manifest/behind"))
        #expect(world.engine.manifestStanding?.aheadChain == "there")
        #expect(world.engine.manifestStanding?.aheadVersion == 9)
        // Not at every turn.
        #expect(!world.wait(60).codes.contains("manifest/behind"))
        // The peer went back to ours, or ours has come.
        _ = world.send(hello(7, world))
        #expect(world.engine.manifestStanding?.aheadChain == nil)
    }

    @Test func `a peer with our version, or an older one, is no news`() {
        for version in [6, 7] as [UInt64] {
            var world = harness()
            _ = world.send(hello(version, world))
            #expect(!world.wait(120).codes.contains("manifest/behind"))
        }
    }
}
