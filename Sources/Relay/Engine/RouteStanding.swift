// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// The figures of one route at one moment, for screens and metrics.
package struct RouteStanding: Hashable, Sendable {
    package let chainID: String
    package let isConnected: Bool
    /// Why nothing is exchanged although it is connected; empty: nothing against it.
    package let blockedCode: String
    /// Why it was lost or failed last.
    package let lastCode: String
    package let isPeerPaused: Bool
    package let isQueuePaused: Bool
    /// Nanoseconds that the peer's clock is ahead of ours; nil: not connected since the start.
    package let clockSkew: Int64?
    package let localClient: String
    package let remoteClient: String
    package let isFrozen: Bool
    package let latestHeight: Height
    /// Nanoseconds of trust left in our client, negative when it has expired; nil: no header yet.
    package let trustLeft: Int64?
    package let trustingPeriod: Int64
    /// Of the client of it that our chain hosts; nil: not read yet.
    package let hostedStatus: HostedClient.Status?
    /// Its trust left, by our chain's time; nil: it has no state, or was not read.
    package let hostedBudget: TrustBudget?
    /// Open packets by state.
    package let counts: [PacketState: Int]
    package let pendingTransactions: Int
    /// Moment of the last step forward since the start; nil: none.
    package let progressAt: Timestamp?
    /// Steps forward and ended packets since the start.
    package let steps: UInt64
    package let ended: UInt64
    /// Worst first; never empty.
    package let explanations: [Explanation]
}

/// Our own chain as the engine sees it.
package struct OwnChainStanding: Hashable, Sendable {
    package let chainID: String
    package let tip: Height
    package let tipTime: Timestamp
    package let cursor: UInt64?
    /// Empty: a node answers.
    package let unreachableCode: String
    package let pendingTransactions: Int
    /// Where it holds everything up.
    package let explanation: Explanation?
}

extension RelayEngine {
    package var routeChains: [String] { routes.map(\.chainID) }

    /// Nil unless the chain is on a route.
    package func standing(of chainID: String) -> RouteStanding? {
        guard let route = routeOfChain[chainID] else { return nil }
        let facts = routes[route]
        var counts: [PacketState: Int] = [:]
        for state in PacketState.allCases {
            let count = packets.count(state, route: route)
            if count > 0 { counts[state] = count }
        }
        return RouteStanding(
            chainID: chainID, isConnected: facts.peer.isConnected,
            blockedCode: facts.peer.blockedCode, lastCode: facts.peer.lastCode,
            isPeerPaused: facts.isPaused, isQueuePaused: !facts.queuePauseReason.isEmpty,
            clockSkew: facts.peer.hasClock ? facts.peer.skew : nil,
            localClient: facts.link.localClient, remoteClient: facts.remoteClient,
            isFrozen: facts.client.isFrozen, latestHeight: facts.client.latestHeight,
            trustLeft: trustLeft(route),
            trustingPeriod: facts.configuration.trustingPeriodNanoseconds,
            hostedStatus: facts.hosted.status, hostedBudget: hostedBudget(route), counts: counts,
            pendingTransactions: facts.pendingTransactions,
            progressAt: facts.progressAt > 0
                ? Timestamp(unixNanoseconds: facts.progressAt) : nil,
            steps: facts.steps, ended: facts.ended,
            explanations: explainRoute(chainID) ?? [])
    }

    package var ownChain: OwnChainStanding {
        OwnChainStanding(
            chainID: configuration.chainID, tip: chain.tip, tipTime: chain.tipTime,
            cursor: chain.cursor, unreachableCode: chain.unreachableCode,
            pendingTransactions: submitter.pending.count, explanation: explainOwnChain())
    }
}
