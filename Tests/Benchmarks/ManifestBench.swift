// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Catching up after a long time away: 100 manifest versions of 491 members, each of which changes
/// one member and is signed by a quorum, from bytes to the verified last one.
func manifestBench() {
    guard let bench = try? ManifestBench(members: 491, versions: 100) else { return }
    for council in [4, 0] { bench.run(council: council) }
}

private struct ManifestBench {
    let members: [ManifestMember]
    let keys: [MemberID: SigningKey]
    let versions: Int

    init(members count: Int, versions: Int) throws {
        var members: [ManifestMember] = []
        var keys: [MemberID: SigningKey] = [:]
        for index in 0..<count {
            let city = index / 10 * 100 + 110_100 + index % 10 + 1
            let id = MemberID(
                division: try DivisionCode(String(city)),
                institution: try InstitutionCode("\(city)000000000"))
            let key = try ManifestBench.key("authority \(index)")
            keys[id] = key
            members.append(try ManifestBench.member(id, index, key))
        }
        self.members = members
        self.keys = keys
        self.versions = versions
    }

    private static func key(_ text: String) throws -> SigningKey {
        try .ed25519(seed: SHA256.hash(Array(text.utf8)).bytes)
    }

    private static func member(
        _ id: MemberID, _ index: Int, _ key: SigningKey
    ) throws -> ManifestMember {
        let day: Int64 = 86_400_000_000_000
        return ManifestMember(
            id: id, name: "City\(index)", localName: "第\(index)住房公积金管理中心",
            owner: Organisation(name: "City \(index) Fund Centre", code: id.institution.text),
            operator: Organisation(name: "Chain Company \(index % 7)"),
            authorityKeys: [MemberKey(key.publicKey)].compactMap(\.self),
            evidenceKeys: [MemberKey(try ManifestBench.key("evidence \(index)").publicKey)]
                .compactMap(\.self),
            relay: RelayEndpoints(
                endpoints: [Endpoint(host: "relay\(index).example", port: 27_100)],
                keyPins: [SHA256.hash(Array("relay \(index)".utf8))]),
            chains: [
                Chain(
                    family: .cometBFT,
                    parameters: ClientParameters(
                        chainID: ChainID("city-\(index)-1"), trustingPeriodNanoseconds: 14 * day,
                        maxClockDriftNanoseconds: 10_000_000_000,
                        unbondingPeriodNanoseconds: 21 * day),
                    anchor: TrustAnchor(
                        height: 1, headerHash: SHA256.hash(Array("chain \(index)".utf8))),
                    blockIntervalNanoseconds: 5_300_000_000, commitmentPrefix: ["ibc", ""])
            ])
    }

    /// The versions, signed by a council of this many members; 0: by more than two thirds of all.
    private func history(council: Int) -> [SignedManifest] {
        let start = Timestamp(unixNanoseconds: 1_767_225_600_000_000_000)
        let needed = council == 0 ? members.count * 2 / 3 + 1 : council - 1
        let voters = council == 0 ? [] : members.prefix(council).map(\.id)
        var current = SealedManifest(
            Manifest(
                federation: "bench", version: 1, previous: .zero, issuedAt: start,
                softExpiry: start.adding(nanoseconds: MembershipProposal.softLife),
                hardExpiry: start.adding(nanoseconds: MembershipProposal.hardLife),
                quorum: QuorumRule(.atLeast(UInt32(needed)), council: voters),
                routes: .allPairs(maxPacketLifetimeSeconds: 86_400), members: members))
        var result = [SignedManifest(current, signatures: [])]
        for index in 1...versions {
            let next = MembershipProposal(after: current, at: start, note: "\(index)") { manifest in
                manifest.members[index % manifest.members.count].localName = "\(index)"
            }.next
            let signatures = current.manifest.voters.prefix(needed).compactMap { id in
                keys[id].flatMap { ManifestSignature(signing: next.digest, with: $0) }
            }
            result.append(SignedManifest(next, signatures: signatures))
            current = next
        }
        return result
    }

    func run(council: Int) {
        let versions = history(council: council)
        let whole = versions.map(\.encoded)
        let deltas = zip(versions, versions.dropFirst()).map {
            ManifestDelta(from: $0.sealed, to: $1).encoded
        }
        let label =
            council == 0
            ? "\(versions[1].signatures.count) signatures each"
            : "\(versions[1].signatures.count) of a council of \(council)"
        for (name, run) in [
            ("whole versions", { wholeRun(whole) }),
            ("as differences", { deltaRun(whole[0], deltas) }),
        ] as [(String, () -> Digest?)] {
            var times: [Double] = []
            for _ in 0..<3 {
                let start = threadNanoseconds()
                let digest = run()
                times.append(Double(threadNanoseconds() - start) / 1_000_000)
                precondition(digest == versions.last?.digest)
            }
            let bytes =
                name == "whole versions"
                ? whole.reduce(0) { $0 + $1.count } : deltas.reduce(0) { $0 + $1.count }
            print(
                "100 manifest versions of 491 members, \(label), \(name): "
                    + "\(hundredths(median(times))) ms, \(bytes / 1024) KiB")
        }
    }

    private func wholeRun(_ versions: [[UInt8]]) -> Digest? {
        var verifier = SignatureVerifier()
        guard let first = try? SignedManifest(reading: versions[0]),
            var chain = try? ManifestChain(anchor: ManifestAnchor(first.sealed), first)
        else { return nil }
        for bytes in versions.dropFirst() {
            guard let next = try? SignedManifest(reading: bytes, like: chain.latest.sealed),
                (try? chain.append(next, signatures: &verifier)) == .advanced
            else { return nil }
        }
        return chain.latest.digest
    }

    private func deltaRun(_ first: [UInt8], _ deltas: [[UInt8]]) -> Digest? {
        var verifier = SignatureVerifier()
        guard let first = try? SignedManifest(reading: first),
            var chain = try? ManifestChain(anchor: ManifestAnchor(first.sealed), first)
        else { return nil }
        for bytes in deltas {
            guard let delta = try? ManifestDelta(reading: bytes),
                let next = try? delta.applied(to: chain.latest.sealed),
                (try? chain.append(next, signatures: &verifier)) == .advanced
            else { return nil }
        }
        return chain.latest.digest
    }
}
