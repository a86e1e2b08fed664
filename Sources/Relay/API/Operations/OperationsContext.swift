// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
package import RelayEngine

/// What operations need of the relay around them.
package struct OperationsContext: Sendable {
    package var member: MemberID
    package var ownChainID: String
    package var peers: @Sendable () -> [StatusSources.Peer]
    package var storeFile: String
    package var software: String
    /// Certificate files whose days are watched, by use.
    package var certificates: [(use: String, path: String)]
    package var now: @Sendable () -> Timestamp
    /// Hands events to the decider; false when its mailbox is full.
    package var submit: @Sendable ([EngineEvent]) -> Bool
    /// Reads the engine between two turns; nil when there is none now.
    package var look:
        @Sendable (@escaping @Sendable (borrowing RelayEngine) -> LiveLook) -> LiveLook?
    /// Asks the relay of a chain for its part of a packet's timeline.
    package var trace:
        @Sendable (PacketTraceQuestion, @escaping @Sendable (PeerTrace) -> Void) -> Void
}

/// What one look at the engine brings.
package struct LiveLook: Hashable, Sendable {
    package var routes: [RouteStanding] = []
    package var chain: OwnChainStanding?
    package var explanations: [Explanation]?

    package init() {}

    /// Everything that a status shows.
    package static func everything(_ engine: borrowing RelayEngine) -> LiveLook {
        var look = LiveLook()
        look.routes = engine.routeChains.compactMap { engine.standing(of: $0) }
        look.chain = engine.ownChain
        return look
    }
}

/// Which packet the other side is asked about, in its own words.
package struct PacketTraceQuestion: Hashable, Sendable {
    package var chainID: String
    package var packet: PacketID
}

/// What the other side answered.
package enum PeerTrace: Sendable {
    case steps(state: String, [TraceStep])
    /// It knows no such packet.
    case unknown
    case unreachable(code: String, detail: String)
}
