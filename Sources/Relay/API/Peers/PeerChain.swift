// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// What this relay knows, from the topology, of one peer and its chain.
package struct PeerChain: Hashable, Sendable {
    package let member: MemberID
    package let name: String
    package let chain: Chain
    package let endpoints: [Endpoint]
    package let keyPins: [Digest]

    package init(_ member: Member) {
        self.member = member.id
        name = member.name
        chain = member.chain
        endpoints = member.relay.endpoints
        keyPins = member.relay.keyPins
    }

    package var chainID: String { chain.id.description }

    /// Path of a key on the peer's chain: its prefix, with the key behind the last element.
    func path(_ key: [UInt8]) -> [[UInt8]] {
        var path = chain.commitmentPrefix.map { Array($0.utf8) }
        if path.isEmpty { return [key] }
        path[path.count - 1] += key
        return path
    }
}
