// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
package import RelayEngine

/// What operations need of the relay around them.
package struct OperationsContext: Sendable {
    package typealias Look =
        @Sendable (@escaping @Sendable (borrowing RelayEngine) -> LiveLook) -> LiveLook?
    package typealias Trace =
        @Sendable (PacketTraceQuestion, @escaping @Sendable (PeerTrace) -> Void) -> Void
    package typealias Standing =
        @Sendable (String, @escaping @Sendable (ChainWord) -> Void) -> Void

    let member: MemberID
    let ownChainID: String
    let peers: @Sendable () -> [StatusSources.Peer]
    let storeFile: String
    let software: String
    /// Certificate files whose days are watched, by use.
    let certificates: [(use: String, path: String)]
    let now: @Sendable () -> Timestamp
    /// Hands events to the decider; false when its mailbox is full.
    let submit: @Sendable ([EngineEvent]) -> Bool
    /// Reads the engine between two turns; nil when there is none now.
    let look: Look
    /// Certificates that peers' relays showed last.
    package var peerCertificates: @Sendable () -> [StatusSources.PeerCertificate] = { [] }
    /// Letters that are late; nil where the relay carries none.
    package var lateLetters: LateLetters?
    /// Asks the relay of a chain for its part of a packet's timeline.
    let trace: Trace
    /// Asks how a chain stands: our own by its nodes, another by its relay.
    let standing: Standing

    package init(
        member: MemberID, ownChainID: String,
        peers: @escaping @Sendable () -> [StatusSources.Peer], storeFile: String,
        software: String, certificates: [(use: String, path: String)],
        now: @escaping @Sendable () -> Timestamp,
        submit: @escaping @Sendable ([EngineEvent]) -> Bool, look: @escaping Look,
        trace: @escaping Trace, standing: @escaping Standing
    ) {
        self.member = member
        self.ownChainID = ownChainID
        self.peers = peers
        self.storeFile = storeFile
        self.software = software
        self.certificates = certificates
        self.now = now
        self.submit = submit
        self.look = look
        self.trace = trace
        self.standing = standing
    }
}

/// What one look at the engine brings.
package struct LiveLook: Hashable, Sendable {
    package var routes: [RouteStanding] = []
    package var chain: OwnChainStanding?
    package var manifest: ManifestStanding?
    package var explanations: [Explanation]?

    package init() {}

    /// Everything that a status shows.
    package static func everything(_ engine: borrowing RelayEngine) -> LiveLook {
        var look = LiveLook()
        look.routes = engine.routeChains.compactMap { engine.standing(of: $0) }
        look.chain = engine.ownChain
        look.manifest = engine.manifestStanding
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

/// What was said when it was asked how a chain stands.
package enum ChainWord: Hashable, Sendable {
    case told(ChainStanding)
    /// Why nothing was said.
    case untold(String)
}
