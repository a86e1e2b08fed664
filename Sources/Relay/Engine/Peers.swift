// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The other relays: who is there, who may talk, who is spared for a while.
extension RelayEngine {
    mutating func peerConnected(_ hello: PeerHello) {
        guard let route = routeOfChain[hello.chainID], !routes[route].isCut
        else { return }
        // Whoever was away may have started anew: it hears everything again.
        if !routes[route].peer.isConnected { routes[route].toldThrough = 0 }
        routes[route].peer.isConnected = true
        routes[route].peer.failures = 0
        routes[route].peer.pausedUntil = 0
        routes[route].peer.lastCode = ""
        routes[route].peer.trustedHeight = hello.trustedHeight
        routes[route].peer.topologyVersion = hello.topologyVersion
        routes[route].peer.topologyDigest = hello.topologyDigest
        compareVersions(route)
        routes[route].careDue = clock
        var blocked = ""
        if hello.protocolVersion != EngineConfiguration.protocolVersion {
            blocked = "peer/protocol-version"
        } else if let trouble = membershipTrouble(
            version: hello.topologyVersion, digest: hello.topologyDigest)
        {
            blocked = trouble
        } else if !learnRemoteClient(hello.clientID, route) {
            blocked = "link/remote-client-changed"
        }
        if blocked != routes[route].peer.blockedCode && !blocked.isEmpty {
            note(
                .alarm, blocked, route: route,
                "its protocol \(hello.protocolVersion), topology \(hello.topologyVersion); ours "
                    + "\(EngineConfiguration.protocolVersion), \(configuration.topologyVersion)")
        }
        routes[route].peer.blockedCode = blocked
        let skew = hello.clock.nanoseconds(since: now)
        routes[route].peer.skew = skew
        routes[route].peer.hasClock = true
        if skew.magnitude > configuration.timing.clockSkewAlarm.magnitude {
            note(
                .alarm, "peer/clock-skew", route: route,
                "its clock is \(RelayEngine.skewText(skew))")
        }
        note(.info, "peer/connected", route: route, hello.software)
    }

    mutating func peerLost(_ chainID: String, _ code: String) {
        guard let route = routeOfChain[chainID] else { return }
        if routes[route].peer.isConnected { note(.warning, "peer/lost", route: route, code) }
        routes[route].peer.isConnected = false
        routes[route].peer.lastCode = code
    }

    /// The peer answered a call, so it is well.
    mutating func peerAnswered(_ route: Int, _ trustedHeight: Height) {
        routes[route].peer.failures = 0
        routes[route].peer.pausedUntil = 0
        if !trustedHeight.isZero { routes[route].peer.trustedHeight = trustedHeight }
    }

    mutating func pausePeer(_ route: Int, _ failure: JobFailure) {
        routes[route].peer.failures += 1
        routes[route].peer.lastCode = failure.code
        let wait = max(
            configuration.timing.backoff.delay(
                attempts: routes[route].peer.failures, random: random.next()),
            Int64(failure.retryAfterMilliseconds) * 1_000_000)
        routes[route].peer.pausedUntil = clock &+ wait
    }

    /// False when the peer names another client than the one we know: a person must look.
    private mutating func learnRemoteClient(_ client: String, _ route: Int) -> Bool {
        guard !client.isEmpty else { return true }
        let known = routes[route].remoteClient
        if known.isEmpty {
            routes[route].link.remoteClient = client
            entries.append(.link(routes[route].link))
            return true
        }
        return known == client
    }
}
