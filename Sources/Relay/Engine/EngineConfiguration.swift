// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// One other chain that packets may come from and go to.
package struct RouteConfiguration: Hashable, Sendable {
    package let chainID: String
    /// Family of its light client, for example "cometbft".
    package let family: String
    /// Trust anchor of the topology.
    package let anchorHeight: Height
    /// Headers older than this prove nothing any more, nanoseconds.
    package let trustingPeriodNanoseconds: Int64
    /// Existing client of it on our chain; empty: one is created.
    package let localClient: String
    /// Existing client of our chain on it; empty: the peer tells.
    package let remoteClient: String
    /// Hash of the anchor's header, 32 bytes; empty: the verifier alone compares it.
    package let anchorHash: [UInt8]
    /// Changes with every term on which its headers are believed: verdicts on others are void.
    package let terms: [UInt8]
    /// Why nothing is exchanged with its relay; nil: nothing against it.
    package let bar: MemberBar?

    package init(
        chainID: String, family: String, anchorHeight: Height, trustingPeriodNanoseconds: Int64,
        localClient: String = "", remoteClient: String = "", anchorHash: [UInt8] = [],
        terms: [UInt8] = [], bar: MemberBar? = nil
    ) {
        self.chainID = chainID
        self.family = family
        self.anchorHeight = anchorHeight
        self.trustingPeriodNanoseconds = trustingPeriodNanoseconds
        self.localClient = localClient
        self.remoteClient = remoteClient
        self.anchorHash = anchorHash
        self.terms = terms
        self.bar = bar
    }
}

/// What the engine must know before its first event.
package struct EngineConfiguration: Hashable, Sendable {
    /// Our own chain.
    package var chainID: String
    /// Account that signs on it; one process a key.
    package var account: String
    package var routes: [RouteConfiguration]
    package var topologyVersion: UInt64
    package var topologyDigest: [UInt8]
    /// Set where the members' list is a signed manifest; nil: a file written by hand.
    package var manifest: ManifestTerms?
    /// Members that may not exchange anything, by the chain id of their chain.
    package var bars: [String: MemberBar] = [:]
    /// Seed of the jitter, so that a run can be repeated; a shell takes it from the system.
    package var seed: UInt64
    package var limits: EngineLimits
    package var timing: EngineTiming

    package init(
        chainID: String, account: String, routes: [RouteConfiguration], topologyVersion: UInt64,
        topologyDigest: [UInt8], seed: UInt64, limits: EngineLimits = EngineLimits(),
        timing: EngineTiming = EngineTiming()
    ) {
        self.chainID = chainID
        self.account = account
        self.routes = routes
        self.topologyVersion = topologyVersion
        self.topologyDigest = topologyDigest
        self.seed = seed
        self.limits = limits
        self.timing = timing
    }

    /// Version of the peer protocol that this engine speaks.
    package static let protocolVersion: UInt32 = 1
}
