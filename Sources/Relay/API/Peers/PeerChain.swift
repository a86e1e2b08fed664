// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
import RelayEngine

/// What this relay knows, from the topology, of one peer and its chain.
package struct PeerChain: Hashable, Sendable {
    package let member: MemberID
    package let name: String
    package let chain: Chain
    package let endpoints: [Endpoint]
    package let keyPins: [Digest]
    /// The organisation's own name; empty where none is given.
    package let localName: String
    /// Verify the member's requests for proofs, its releases and its access log.
    package let evidenceKeys: [PublicKey]

    package init(_ member: Member) {
        self.member = member.id
        name = member.name
        chain = member.chain
        endpoints = member.relay.endpoints
        keyPins = member.relay.keyPins
        localName = member.localName
        evidenceKeys = member.evidenceKeys.compactMap(\.publicKey)
    }

    /// The members that routes lead to, but for those that are cut off; by chain id.
    static func all(
        in topology: Topology, of routes: [RouteConfiguration]
    ) -> [String: PeerChain] {
        var peers: [String: PeerChain] = [:]
        let members = Dictionary(
            topology.members.map { ($0.chain.id.description, $0) },
            uniquingKeysWith: { one, _ in one }
        )
        for route in routes where route.bar?.isCut != true {
            peers[route.chainID] = members[route.chainID].map { PeerChain($0) }
        }
        return peers
    }

    package var chainID: String { chain.id.description }

    /// Where trust in the chain begins; zero where the members' list names no such height.
    var anchor: Height {
        guard let anchor = chain.anchor else { return .zero }
        return Height(revision: (try? chain.id.revision()) ?? 0, height: anchor.height)
    }

    /// Path of a key on the peer's chain: its prefix, with the key behind the last element.
    func path(_ key: [UInt8]) -> [[UInt8]] {
        var path = chain.commitmentPrefix.map { Array($0.utf8) }
        if path.isEmpty { return [key] }
        path[path.count - 1] += key
        return path
    }
}
