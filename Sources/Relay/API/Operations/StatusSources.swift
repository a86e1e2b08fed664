// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
package import RelayEngine
package import RelayStore
package import RelayTransport

/// What a status is made of: the store's truth, and what the running relay adds. Without a running
/// relay the store alone tells.
package struct StatusSources: Sendable {
    package struct Peer: Hashable, Sendable {
        package var chainID: String
        package var name: String
        package var trustingPeriodNanoseconds: Int64

        package init(chainID: String, name: String, trustingPeriodNanoseconds: Int64) {
            self.chainID = chainID
            self.name = name
            self.trustingPeriodNanoseconds = trustingPeriodNanoseconds
        }
    }

    package struct Live: Hashable, Sendable {
        package var routes: [RouteStanding]
        package var chain: OwnChainStanding
        /// Packets ended in the last minute, by chain.
        package var rates: [String: Int]
        package var startedAt: Timestamp
        package var software: String
    }

    package var now: Timestamp
    package var member: MemberID
    package var ownChainID: String
    package var peers: [Peer]
    package var gauges: [RouteGauge] = []
    package var clients: [ClientRecord] = []
    /// Time of the newest trusted header, by chain.
    package var headerTimes: [String: Timestamp] = [:]
    package var pauses: [RoutePause] = []
    package var cursors: [String: UInt64] = [:]
    package var live: Live?
    /// Why the running relay says nothing, where `live` is nil.
    package var offlineCode = "relay/not-running"
    package var certificates: [CertificateFile] = []
    /// Nil where the relay carries no letters.
    package var lateLetters: LateLetters.Counts?
    package var disk: StatusReport.Disk?

    package init(
        now: Timestamp, member: MemberID, ownChainID: String, peers: [Peer]
    ) {
        self.now = now
        self.member = member
        self.ownChainID = ownChainID
        self.peers = peers
    }

    /// Reads the store's part.
    package mutating func read(_ reader: JournalReader) throws {
        gauges = try reader.routeGauges()
        clients = try reader.clients()
        pauses = try reader.pauses()
        cursors = try reader.cursors()
        for client in clients {
            let newest = try reader.headerTime(chainID: client.chainID)
            headerTimes[client.chainID] = newest
        }
        disk = DiskSpace.of(store: reader.path)
    }
}
