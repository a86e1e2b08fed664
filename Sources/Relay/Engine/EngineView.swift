// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// The relay's own client of one chain, as verifiers get it: an immutable value that is published
/// again whenever `record.revisionCounter` moves.
package struct ClientView: Hashable, Sendable {
    package let record: ClientRecord
    /// Ascending by height.
    package let headers: [HeaderRecord]
    /// What we tell the chain's relay: build headers for us on this.
    package let trustedHeight: Height
    /// Trust left at the engine's last turn; nil while the client trusts nothing.
    package let budget: TrustBudget?

    package init(
        record: ClientRecord, headers: [HeaderRecord], trustedHeight: Height,
        budget: TrustBudget? = nil
    ) {
        self.record = record
        self.headers = headers
        self.trustedHeight = trustedHeight
        self.budget = budget
    }
}

/// How one route stands, for operators and metrics.
package struct RouteView: Hashable, Sendable {
    package let chainID: String
    package let link: LinkRecord
    package let isConnected: Bool
    /// Why nothing is exchanged; empty: nothing against it.
    package let blockedCode: String
    package let pauseReason: String
    /// Why its member's standing forbids any exchange; nil: it does not.
    package let bar: MemberBar?
    package let hostedStatus: HostedClient.Status?
    /// Trust left to our own client, by our clock; nil while it trusts nothing.
    package let budget: TrustBudget?
    /// Trust left to the client that our chain hosts, by our chain's time; nil while it is unread.
    package let hostedBudget: TrustBudget?
    /// Empty: our client is not frozen. Else what froze it, with height and hashes.
    package let frozenReason: String
    /// Open packets by state.
    package let counts: [PacketState: Int]
}

extension RelayEngine {
    /// Nil unless the chain is on a route.
    package func client(of chainID: String) -> ClientView? {
        guard let route = routeOfChain[chainID] else { return nil }
        return ClientView(
            record: routes[route].client, headers: routes[route].headers,
            trustedHeight: routes[route].trustedHeight, budget: ownBudget(route))
    }

    /// Changes whenever the headers or the standing in `client(of:)` do; cheap to compare each
    /// turn.
    package func clientRevision(of chainID: String) -> UInt64? {
        routeOfChain[chainID].map { routes[$0].client.revisionCounter }
    }

    /// Our facts for the handshake with the relay of this chain.
    package func hello(to chainID: String, software: String, now: Timestamp) -> PeerHello? {
        guard let route = routeOfChain[chainID] else { return nil }
        return PeerHello(
            chainID: configuration.chainID, protocolVersion: EngineConfiguration.protocolVersion,
            topologyVersion: configuration.topologyVersion,
            topologyDigest: configuration.topologyDigest, clock: now,
            clientID: routes[route].link.localClient, trustedHeight: routes[route].trustedHeight,
            software: software)
    }

    /// Whether a delivery from this chain should be verified at all, or sent away with a retry.
    package func inboxHasRoom(for chainID: String) -> Bool { inboxHasRoom(chainID) }

    /// Whether a person has ended all exchange with this chain's relay for now.
    package func isPeerPaused(_ chainID: String) -> Bool {
        guard let route = routeOfChain[chainID] else { return false }
        return routes[route].isPaused
    }

    /// What the members' list has against the exchange with this chain's member; nil: nothing.
    package func bar(of chainID: String) -> MemberBar? {
        routeOfChain[chainID].flatMap { routes[$0].configuration.bar }
    }

    package func route(to chainID: String) -> RouteView? {
        guard let route = routeOfChain[chainID] else { return nil }
        let facts = routes[route]
        var counts: [PacketState: Int] = [:]
        for state in PacketState.allCases {
            let count = packets.count(state, route: route)
            if count > 0 { counts[state] = count }
        }
        return RouteView(
            chainID: chainID, link: facts.link, isConnected: facts.peer.isConnected,
            blockedCode: facts.peer.blockedCode, pauseReason: facts.pauseReason,
            bar: facts.configuration.bar, hostedStatus: facts.hosted.status,
            budget: ownBudget(route), hostedBudget: hostedBudget(route),
            frozenReason: facts.client.frozenReason,
            counts: counts)
    }

    /// The record of an open packet.
    package func record(of id: PacketID) -> PacketRecord? {
        packets.slot(of: id).map { packets[$0].record }
    }

    /// Names of all open packets, for tests and the simulator.
    package var openPackets: [PacketID] { Array(packets.ids) }

    /// Height of our chain up to which everything is decided.
    package var cursor: UInt64? { chain.cursor }
}
