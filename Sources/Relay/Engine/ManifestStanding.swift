// SPDX-License-Identifier: Apache-2.0

import Federation
package import LightClient

/// How the list of members stands: its age, and whether a peer has held a later one for a while.
package struct ManifestStanding: Hashable, Sendable {
    package var version: UInt64
    package var softExpiry: Timestamp
    package var hardExpiry: Timestamp
    /// The peer's chain with the latest of the versions that we do not get.
    package var aheadChain: String?
    package var aheadVersion: UInt64 = 0

    package init(version: UInt64, softExpiry: Timestamp, hardExpiry: Timestamp) {
        self.version = version
        self.softExpiry = softExpiry
        self.hardExpiry = hardExpiry
    }
}

/// A later version is fetched within seconds. Where it does not come, the peer's store begins after
/// ours ends, or nobody hands out what is between: people must bring it.
extension RelayEngine {
    static let behindCode = "manifest/behind"

    /// So long may a later version be on its way, nanoseconds.
    static let behindPatience: Int64 = 60 * EngineTiming.second

    /// A peer named the version that it holds, or ours has changed.
    mutating func compareVersions(_ route: Int) {
        let isAhead = routes[route].peer.topologyVersion > configuration.topologyVersion
        guard configuration.manifest != nil, isAhead else {
            routes[route].peer.aheadSince = nil
            return
        }
        guard routes[route].peer.aheadSince == nil else { return }
        routes[route].peer.aheadSince = clock
        manifestDue = min(manifestDue, clock &+ RelayEngine.behindPatience)
    }

    /// When the next version that has not come is late.
    var behindDue: Int64 {
        routes.compactMap(\.peer.aheadSince).map { $0 &+ RelayEngine.behindPatience }
            .filter { $0 > clock }.min() ?? .max
    }

    /// The route whose peer holds the latest version of those that have not come in time.
    private var ahead: Int? {
        routes.indices.filter { route in
            routes[route].peer.isConnected
                && routes[route].peer.aheadSince.map { clock &- $0 >= RelayEngine.behindPatience }
                    ?? false
        }.max { routes[$0].peer.topologyVersion < routes[$1].peer.topologyVersion }
    }

    mutating func tellBehind() {
        guard let route = ahead else { return }
        note(
            .warning, RelayEngine.behindCode, route: route,
            "its relay holds version \(routes[route].peer.topologyVersion), ours is "
                + "\(configuration.topologyVersion), and what is between does not come: put the "
                + "versions into the file that federation.manifest names, then SIGHUP")
    }

    /// Nil where the members stand in a file written by hand.
    package var manifestStanding: ManifestStanding? {
        guard let terms = configuration.manifest else { return nil }
        var standing = ManifestStanding(
            version: configuration.topologyVersion, softExpiry: terms.softExpiry,
            hardExpiry: terms.hardExpiry)
        if let route = ahead {
            standing.aheadChain = routes[route].chainID
            standing.aheadVersion = routes[route].peer.topologyVersion
        }
        return standing
    }
}
