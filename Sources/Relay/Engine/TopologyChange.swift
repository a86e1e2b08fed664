// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// What the members' list has against the exchange with a member's relay. Its open packets stay.
package struct MemberBar: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        /// Nothing new is begun; what was sent before finishes.
        case suspended
        /// Nothing at all is exchanged.
        case revoked
        /// It is in the list of members no more.
        case left
    }

    package let kind: Kind
    /// The version of the members' list that said so first.
    package let version: UInt64
    /// When that version was taken here. A packet that its chain had committed by then may finish.
    package let since: Timestamp
    /// It is our own member that is barred; the other is in good standing.
    package let isOwn: Bool

    package init(
        _ kind: Kind, version: UInt64, since: Timestamp = .unixEpoch, isOwn: Bool = false
    ) {
        self.kind = kind
        self.version = version
        self.since = since
        self.isOwn = isOwn
    }

    /// Whether connections are dropped: everything but a suspension.
    package var isCut: Bool { kind != .suspended }

    /// Whether a later version only repeats it.
    package func isSame(as other: MemberBar?) -> Bool {
        kind == other?.kind && isOwn == other?.isOwn
    }

    /// Stable code: "member/suspended", "member/revoked", "member/left".
    package var code: String { "member/\(kind.rawValue)" }

    package var detail: String {
        switch kind {
        case .suspended: "suspended by version \(version) of the members' list"
        case .revoked: "revoked by version \(version) of the members' list"
        case .left: "not in version \(version) of the members' list"
        }
    }
}

/// How long a signed manifest is good for.
package struct ManifestTerms: Hashable, Sendable {
    /// From here on it warns.
    package let softExpiry: Timestamp
    /// From here on nothing new is begun; what is open finishes.
    package let hardExpiry: Timestamp

    package init(softExpiry: Timestamp, hardExpiry: Timestamp) {
        self.softExpiry = softExpiry
        self.hardExpiry = hardExpiry
    }
}

/// The members, as one relay sees them from now on.
package struct TopologyChange: Hashable, Sendable {
    package let version: UInt64
    /// What handshakes compare, 32 bytes.
    package let digest: [UInt8]
    /// Every route of ours; barred ones too. A route that is missing belongs to a member that left.
    package let routes: [RouteConfiguration]
    /// Members without a route here because of their standing, by the chain id of their chain.
    package let bars: [String: MemberBar]
    /// Nil: a file written by hand.
    package let manifest: ManifestTerms?
    /// Addresses and keys, for the shell; the engine does not look at them.
    package let topology: Topology?

    package init(
        version: UInt64, digest: [UInt8], routes: [RouteConfiguration],
        bars: [String: MemberBar] = [:], manifest: ManifestTerms? = nil, topology: Topology? = nil
    ) {
        self.version = version
        self.digest = digest
        self.routes = routes
        self.bars = bars
        self.manifest = manifest
        self.topology = topology
    }
}

extension TopologyChange {
    /// What a topology means for one of its members.
    ///
    /// - Parameters:
    ///   - bars: members that may not exchange anything now, by the chain id of their chain; their
    ///     routes are left out.
    package init(
        _ topology: Topology, of own: MemberID, digest: [UInt8]? = nil,
        manifest: ManifestTerms? = nil, bars: [String: MemberBar] = [:]
    ) {
        let routes = topology.routes.compactMap { route -> RouteConfiguration? in
            guard let ends = route.ends(from: own), let peer = topology.member(ends.other.member)
            else { return nil }
            let revision = (try? peer.chain.id.revision()) ?? 0
            return RouteConfiguration(
                chainID: peer.chain.id.description, family: peer.chain.family.rawValue,
                anchorHeight: Height(revision: revision, height: peer.chain.anchor?.height ?? 0),
                trustingPeriodNanoseconds: peer.chain.parameters.trustingPeriodNanoseconds,
                localClient: ends.own.client, remoteClient: ends.other.client,
                anchorHash: peer.chain.anchor?.headerHash.bytes ?? [],
                terms: peer.chain.terms, bar: bars[peer.chain.id.description])
        }
        self.init(
            version: topology.version, digest: digest ?? topology.digest.bytes, routes: routes,
            bars: bars, manifest: manifest, topology: topology)
    }
}

extension Chain {
    /// One encoding of the terms on which its headers and proofs are believed.
    fileprivate var terms: [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, family.rawValue)
        writer.uint64(2, parameters.trustThreshold.numerator)
        writer.uint64(3, parameters.trustThreshold.denominator)
        writer.int64(4, parameters.trustingPeriodNanoseconds)
        writer.int64(5, parameters.maxClockDriftNanoseconds)
        writer.int64(6, parameters.unbondingPeriodNanoseconds)
        for part in commitmentPrefix { writer.alwaysBytes(7, Array(part.utf8)) }
        return writer.bytes
    }
}

/// A version of the manifest that the version before it has signed, as a verifier found.
package struct VerifiedManifest: Hashable, Sendable {
    package let record: ManifestRecord
    /// The version that it follows, 32 bytes.
    package let previousDigest: [UInt8]
    package let change: TopologyChange

    package init(record: ManifestRecord, previousDigest: [UInt8], change: TopologyChange) {
        self.record = record
        self.previousDigest = previousDigest
        self.change = change
    }
}

/// An offered manifest that was not taken.
package struct ManifestRefusal: Hashable, Sendable {
    /// Stable code: "manifest/equivocation", "manifest/bad-signature" and so on.
    package let code: String
    package let detail: String
    /// Who offered it: chain id of the peer, or "file".
    package let source: String
    /// Two signed versions of one number, where that is what was found.
    package let evidence: EvidenceRecord?

    package init(code: String, detail: String, source: String, evidence: EvidenceRecord? = nil) {
        self.code = code
        self.detail = detail
        self.source = source
        self.evidence = evidence
    }
}
