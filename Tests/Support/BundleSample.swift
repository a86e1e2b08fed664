// SPDX-License-Identifier: Apache-2.0

public import Federation
import LightClient

/// Bundles of invented people, the same at every run: a source's chain whose validators change
/// three times, a manifest of three members, access logs, and answers of every kind.
public struct BundleSample: Sendable {
    /// What a part says.
    public enum Kind: String, Sendable, CaseIterable {
        case present, absent, revoked, refused, unanswered
    }

    public static let other = AccessSample.member("310100/310100000000000")
    /// Steps of the records' tree.
    public var depth = 12
    /// Headers between the anchor and the proof, with a change of validators before each.
    public var rotations = 3
    public var seed: UInt64 = 7
    /// Entries in the sources' access logs before the ones that are looked at.
    public var logSize = 0
    /// What the records' field `JZNY` holds.
    public var month = "188003"
    /// The kind that is asked for where a fund account is shown.
    public var askedKind = "fund-account"
    /// How the sources' entries lie, where they do.
    public var bend: @Sendable (inout AccessRecord) -> Void = { _ in }

    public init() {}

    public init(depth: Int, rotations: Int, seed: UInt64 = 7) {
        self.depth = depth
        self.rotations = rotations
        self.seed = seed
    }

    /// One source for each kind: the first from one city, the second from another.
    public func bundle(_ kinds: [Kind]) throws -> Bundle {
        var chains: [BundleChain] = []
        var parts: [BundlePart] = []
        for (number, kind) in kinds.enumerated() {
            let provider = number == 0 ? AccessSample.provider : Self.other
            let source = source(of: provider)
            let (part, chain) = try source.answer(kind)
            parts.append(part)
            if let chain { chains.append(chain) }
        }
        return Bundle(
            under: try manifest(), askedBy: AccessSample.requester, chains: chains, parts: parts)
    }

    public func manifest() throws -> SealedManifest {
        let members = [AccessSample.provider, AccessSample.requester, Self.other].map { id in
            let source = source(of: id)
            let key = source.evidenceKey
            return ManifestMember(
                id: id, name: "member-\(id.division)", owner: Organisation(name: "owner"),
                operator: Organisation(name: "operator"), authorityKeys: [],
                evidenceKeys: MemberKey(key.publicKey).map { [$0] } ?? [],
                relay: RelayEndpoints(endpoints: [], keyPins: []),
                chains: [
                    Chain(
                        family: .cometBFT, parameters: source.chain.parameters,
                        anchor: TrustAnchor(
                            height: 1,
                            headerHash: source.chain.trusted(1).headerHash ?? .zero),
                        blockIntervalNanoseconds: 5_000_000_000,
                        commitmentPrefix: ["ibc", ""])
                ])
        }
        return SealedManifest(
            Manifest(
                federation: "sample", version: 3, previous: AccessSample.digest("version 2"),
                issuedAt: AccessSample.time(0), softExpiry: AccessSample.time(400_000),
                hardExpiry: AccessSample.time(500_000), quorum: QuorumRule(.all),
                routes: .allPairs(maxPacketLifetimeSeconds: 86_400), members: members))
    }

    public func source(of member: MemberID) -> BundleSource {
        BundleSource(
            member: member, depth: depth, rotations: rotations, seed: seed, logSize: logSize,
            month: month, askedKind: askedKind, bend: bend)
    }
}
