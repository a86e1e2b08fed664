// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayTransport
import Synchronization

/// Who the other members are at this moment: one value that loops, verifiers and the decider read,
/// and that a change of the members replaces.
final class PeerDirectory: Sendable {
    private struct Holder: Hashable {
        let division: String
        let institution: String
    }

    private struct Members {
        var byChain: [String: PeerChain] = [:]
        var chains: [Holder: String] = [:]
    }

    private let members: Mutex<Members>

    init(_ peers: [String: PeerChain]) { members = Mutex(PeerDirectory.sorted(peers)) }

    /// From now on these and no others.
    func replace(_ peers: [String: PeerChain]) {
        let fresh = PeerDirectory.sorted(peers)
        members.withLock { $0 = fresh }
    }

    var all: [String: PeerChain] { members.withLock { $0.byChain } }

    func peer(chainID: String) -> PeerChain? { members.withLock { $0.byChain[chainID] } }

    /// The member behind a certificate; nil without one (the laboratory listener) or when it is
    /// nobody's.
    func peer(of identity: PeerIdentity?) -> PeerChain? {
        guard let identity, identity.role == .member else { return nil }
        let holder = Holder(
            division: identity.divisionCode, institution: identity.institutionCode)
        return members.withLock { members in
            members.chains[holder].flatMap { members.byChain[$0] }
        }
    }

    /// What the listener says to a certificate that our authority signed.
    func verdict(on identity: PeerIdentity) -> PeerVerdict {
        guard let peer = peer(of: identity) else { return .unknown }
        let isPinned =
            peer.keyPins.isEmpty
            || peer.keyPins.contains { $0.bytes == identity.spkiSHA256.bytes }
        return isPinned ? .accept : .wrongKey
    }

    private static func sorted(_ peers: [String: PeerChain]) -> Members {
        var result = Members(byChain: peers)
        for (chainID, peer) in peers {
            let holder = Holder(
                division: peer.member.division.description,
                institution: peer.member.institution.description)
            result.chains[holder] = chainID
        }
        return result
    }
}
