// SPDX-License-Identifier: Apache-2.0

package import Federation
import FoundationEssentials
import LightClient

/// What the answers of one request leave behind for a third party: one bundle with a part a source,
/// the ones without an answer too. Grows as the answers come.
struct EvidenceGathering: Sendable {
    private var parts: [BundlePart?]
    private var chains: [MemberID: BundleChain] = [:]

    init(sources: Int) { parts = Array(repeating: nil, count: sources) }

    /// Takes one source's part; of a disclosure the way from the chain's anchor too.
    mutating func add(_ source: Int, _ part: BundlePart?, chain: BundleChain?) {
        parts[source] = part
        guard let chain else { return }
        guard var known = chains[chain.member] else {
            chains[chain.member] = chain
            return
        }
        // Two records of one city may stand under two headers: each height once.
        var heights = Set(known.headers.map { EvidenceGathering.height($0, known) })
        for header in chain.headers
        where heights.insert(EvidenceGathering.height(header, chain)).inserted {
            known.headers.append(header)
        }
        chains[chain.member] = known
    }

    private static func height(_ message: [UInt8], _ chain: BundleChain) -> Height? {
        try? Families.inspect(message, family: .cometBFT).height
    }

    /// The bundle in its text form, parsed; nil when a part is missing that could not be made.
    func bundle(under manifest: SealedManifest, askedBy own: MemberID) -> JSONValue? {
        let parts = parts.compactMap { $0 }
        guard parts.count == self.parts.count else { return nil }
        let bundle = Bundle(
            under: manifest, askedBy: own,
            chains: chains.keys.sorted().compactMap { chains[$0] }, parts: parts)
        guard let text = try? bundle.json() else { return nil }
        return try? JSONDecoder().decode(JSONValue.self, from: Data(text))
    }
}

extension SealedManifest {
    /// What members who share a topology file, and no manifest, agree on, in a manifest's form: the
    /// same members, keys and anchors, and so the same digest for everybody who has the file.
    package init(_ topology: Topology) {
        let members = topology.members.map { member in
            ManifestMember(
                id: member.id, name: member.name, localName: member.localName,
                owner: Organisation(name: member.name), operator: Organisation(name: member.name),
                authorityKeys: [], evidenceKeys: member.evidenceKeys, relay: member.relay,
                chains: [member.chain])
        }
        self.init(
            Manifest(
                federation: topology.name, version: topology.version, previous: .zero,
                issuedAt: .unixEpoch, softExpiry: .latest, hardExpiry: .latest,
                quorum: QuorumRule(.all), routes: .listed(topology.routes), note: "topology",
                members: members))
    }
}
