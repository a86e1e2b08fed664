// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Manifests of made-up members, with keys made of their numbers.
enum SimulatedManifest {
    private static let day: Int64 = 86_400_000_000_000

    static func id(_ place: Int) throws -> MemberID {
        let division = "\(330_100 + place * 100)"
        return MemberID(
            division: try DivisionCode(division),
            institution: try InstitutionCode("\(division)000000000"))
    }

    static func key(_ place: Int, role: String = "authority") throws -> SigningKey {
        try .ed25519(seed: SHA256.hash(Array("\(role) \(place)".utf8)).bytes)
    }

    private static func memberKey(_ place: Int, _ role: String) throws -> MemberKey {
        guard let key = MemberKey(try key(place, role: role).publicKey) else {
            throw KeyError.scalarOutOfRange
        }
        return key
    }

    private static func member(_ place: Int) throws -> ManifestMember {
        ManifestMember(
            id: try id(place), name: "City \(place)", owner: Organisation(name: "Bureau \(place)"),
            operator: Organisation(name: "Company"),
            authorityKeys: [try memberKey(place, "authority")],
            evidenceKeys: [try memberKey(place, "evidence")],
            relay: RelayEndpoints(
                endpoints: [Endpoint(host: "city-\(place).example", port: 27_100)],
                keyPins: [try memberKey(place, "relay").pin ?? .zero]),
            chains: [
                Chain(
                    family: .cometBFT,
                    parameters: ClientParameters(
                        chainID: ChainID("city-\(place)-1"),
                        trustingPeriodNanoseconds: 14 * day,
                        maxClockDriftNanoseconds: 10_000_000_000,
                        unbondingPeriodNanoseconds: 21 * day),
                    anchor: TrustAnchor(
                        height: 1, headerHash: SHA256.hash(Array("header \(place)".utf8))),
                    blockIntervalNanoseconds: 1_000_000_000, commitmentPrefix: ["ibc", ""])
            ])
    }

    static func founding(_ count: Int, needed: Int) throws -> Manifest {
        let start = Timestamp(unixNanoseconds: World.start)
        return Manifest(
            federation: "simulated", version: 1, previous: .zero, issuedAt: start,
            softExpiry: start.adding(nanoseconds: 365 * day),
            hardExpiry: start.adding(nanoseconds: 730 * day),
            quorum: QuorumRule(.atLeast(UInt32(needed))),
            routes: .allPairs(maxPacketLifetimeSeconds: 86_400),
            members: try (0..<count).map { try member($0) })
    }

    /// The version after one, unsigned.
    static func next(_ sealed: SealedManifest, note: String) throws -> SealedManifest {
        var manifest = sealed.manifest
        manifest.version += 1
        manifest.previous = sealed.digest
        manifest.issuedAt = manifest.issuedAt.adding(nanoseconds: 1_000_000_000)
        manifest.note = note
        return SealedManifest(manifest, like: sealed)
    }
}
