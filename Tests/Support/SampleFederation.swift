// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// A federation of made-up members whose keys all come from their names.
package enum SampleFederation {
    /// 2026-01-01T00:00:00Z.
    package static let start = Timestamp(unixNanoseconds: 1_767_225_600_000_000_000)
    package static let day: Int64 = 86_400_000_000_000

    package static let cities = [
        ("330100", "Hangzhou"), ("110000", "Beijing"), ("431300", "Loudi"), ("320100", "Nanjing"),
        ("440100", "Guangzhou"), ("610100", "Xian"), ("510100", "Chengdu"),
    ]

    /// The id of a city by its place in the list.
    package static func id(at place: Int) throws -> MemberID { try id(cities[place].0) }

    package static func id(_ division: String) throws -> MemberID {
        MemberID(
            division: try DivisionCode(division),
            institution: try InstitutionCode("\(division)000000000"))
    }

    package static func seed(_ text: String) -> [UInt8] { SHA256.hash(Array(text.utf8)).bytes }

    package static func authority(_ division: String, _ generation: Int = 1) throws -> SigningKey {
        try .ed25519(seed: seed("authority \(division) \(generation)"))
    }

    package static func authority(at place: Int) throws -> SigningKey {
        try authority(cities[place].0)
    }

    package static func evidence(at place: Int) throws -> SigningKey {
        try evidence(cities[place].0)
    }

    package static func evidence(_ division: String) throws -> SigningKey {
        try .ed25519(seed: seed("evidence \(division)"))
    }

    package static func relay(_ division: String) throws -> SigningKey {
        try .ed25519(seed: seed("relay \(division)"))
    }

    package static func key(_ key: SigningKey) throws -> MemberKey {
        guard let key = MemberKey(key.publicKey) else { throw KeyError.scalarOutOfRange }
        return key
    }

    package static func chain(_ name: String) -> Chain {
        Chain(
            family: .cometBFT,
            parameters: ClientParameters(
                chainID: ChainID("\(name.lowercased())-1"), trustingPeriodNanoseconds: 14 * day,
                maxClockDriftNanoseconds: 10_000_000_000, unbondingPeriodNanoseconds: 21 * day),
            anchor: TrustAnchor(height: 1, headerHash: SHA256.hash(Array(name.utf8))),
            blockIntervalNanoseconds: 1_000_000_000, commitmentPrefix: ["ibc", ""])
    }

    package static func member(_ division: String, _ name: String) throws -> ManifestMember {
        ManifestMember(
            id: try id(division), name: name, localName: "",
            owner: Organisation(name: "\(name) Data Bureau", code: "TEXT00017"),
            operator: Organisation(name: "Chain Company"),
            authorityKeys: [try key(authority(division))],
            evidenceKeys: [try key(evidence(division))],
            relay: RelayEndpoints(
                endpoints: [Endpoint(host: "\(name.lowercased()).example", port: 27100)],
                keyPins: [try key(relay(division)).pin ?? .zero]),
            chains: [chain(name)])
    }

    package static func manifest(
        _ count: Int, quorum: QuorumRule = QuorumRule(.atLeast(3)),
        from start: Timestamp = SampleFederation.start
    ) throws -> Manifest {
        Manifest(
            federation: "sample", version: 1, previous: .zero, issuedAt: start,
            softExpiry: start.adding(nanoseconds: 365 * day),
            hardExpiry: start.adding(nanoseconds: 730 * day), quorum: quorum,
            routes: .allPairs(maxPacketLifetimeSeconds: 86_400), note: "founding",
            members: try cities.prefix(count).map { try member($0.0, $0.1) })
    }

    /// The next version with a change, unsigned.
    package static func next(
        _ sealed: SealedManifest, _ change: (inout Manifest) throws -> Void
    ) throws -> SealedManifest {
        var manifest = sealed.manifest
        manifest.version += 1
        manifest.previous = sealed.digest
        manifest.issuedAt = manifest.issuedAt.adding(nanoseconds: day)
        manifest.softExpiry = manifest.softExpiry.adding(nanoseconds: day)
        manifest.hardExpiry = manifest.hardExpiry.adding(nanoseconds: day)
        try change(&manifest)
        return SealedManifest(manifest, like: sealed)
    }

    package static func sign(_ sealed: SealedManifest, _ keys: [SigningKey]) -> SignedManifest {
        SignedManifest(
            sealed,
            signatures: keys.compactMap { ManifestSignature(signing: sealed.digest, with: $0) })
    }

    package static func sign(_ sealed: SealedManifest, by divisions: [String]) throws
        -> SignedManifest
    {
        sign(sealed, try divisions.map { try authority($0) })
    }

    /// A chain that begins with the founding version of this many members, and its three signers.
    package static func chain(
        _ count: Int = 4, quorum: QuorumRule = QuorumRule(.atLeast(3))
    ) throws -> ManifestChain {
        let sealed = SealedManifest(try manifest(count, quorum: quorum))
        return try ManifestChain(
            anchor: ManifestAnchor(sealed), SignedManifest(sealed, signatures: []))
    }

    package static let three = ["330100", "110000", "431300"]
}
