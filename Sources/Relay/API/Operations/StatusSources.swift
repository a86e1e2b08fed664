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

    /// The certificate that a peer's relay showed last.
    package struct PeerCertificate: Hashable, Sendable {
        package var chainID: String
        /// The peer's name.
        package var peer: String
        /// The certificate's `cityrelay://` URI.
        package var uri: String
        /// Its last second, in seconds since 1970.
        package var notAfter: Int64

        package init(chainID: String, peer: String, uri: String, notAfter: Int64) {
            self.chainID = chainID
            self.peer = peer
            self.uri = uri
            self.notAfter = notAfter
        }

        /// Whole days until its end, rounded down.
        package func daysLeft(at now: Timestamp) -> Int64 {
            StatusSources.daysLeft(notAfter: notAfter, at: now)
        }

        /// What must be said of it 60, 30, 14 and 7 days before its end; nil: nothing yet.
        package func explanation(at now: Timestamp) -> Explanation? {
            let code = "peer/certificate-expiring"
            guard CertificateStep(notAfter: notAfter, now: now) != nil,
                let advice = Advice(code: code)
            else { return nil }
            let days = daysLeft(at: now)
            let when = days < 0 ? "ran out \(-days) days ago" : "runs out in \(days) days"
            var explanation = Explanation(
                code: code, sentence: "The certificate of \(peer)'s relay \(when).",
                nextAction: advice.next, turn: advice.turn)
            explanation.evidence = ["certificate \(uri)"]
            return explanation
        }
    }

    package struct Live: Hashable, Sendable {
        package var routes: [RouteStanding]
        package var chain: OwnChainStanding
        /// Packets ended in the last minute, by chain.
        package var rates: [String: Int]
        package var startedAt: Timestamp
        package var software: String
        /// Nil where the members stand in a file written by hand.
        package var manifest: ManifestStanding?
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
    /// Of the peers that were connected since the relay's start, by chain.
    package var peerCertificates: [PeerCertificate] = []
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

    static func daysLeft(notAfter: Int64, at now: Timestamp) -> Int64 {
        let seconds = notAfter.subtractingReportingOverflow(now.seconds).partialValue
        return seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
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
