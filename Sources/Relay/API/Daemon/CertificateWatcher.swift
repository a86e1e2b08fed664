// SPDX-License-Identifier: Apache-2.0

import Federation
package import LightClient
package import RelayEngine
package import RelayTransport
import Synchronization

/// Announces the end of our own certificate and of those that peers show, each step once. Looks
/// when a connection comes about and once in a while; no call pays for it.
package final class CertificateWatcher: Sendable {
    /// One certificate as last seen, for the people who look at the relay.
    package struct Fact: Hashable, Sendable {
        /// "own", or the member as its certificate names it.
        package let holder: String
        /// Its last second, in seconds since 1970.
        package let notAfter: Int64
    }

    /// Holder of our own certificate.
    package static let own = "own"

    private let watch = Mutex(CertificateWatch())
    private let now: @Sendable () -> Timestamp
    private let log: @Sendable (EngineNote) -> Void

    package init(
        now: @escaping @Sendable () -> Timestamp, log: @escaping @Sendable (EngineNote) -> Void
    ) {
        self.now = now
        self.log = log
    }

    /// Sorted by holder.
    package var facts: [Fact] {
        watch.withLock { watch in
            watch.holders.map { Fact(holder: $0.key, notAfter: $0.value.notAfter) }
        }.sorted { $0.holder < $1.holder }
    }

    /// The certificates of peers, as their relays showed them last; by chain.
    func facts(of peers: some Collection<PeerChain>) -> [StatusSources.PeerCertificate] {
        let seen = watch.withLock { $0.holders }
        return peers.compactMap { peer in
            let uri =
                "cityrelay://member/\(peer.member.division)/\(peer.member.institution)"
            return seen[uri].map {
                StatusSources.PeerCertificate(
                    chainID: peer.chainID, peer: peer.name, uri: uri, notAfter: $0.notAfter)
            }
        }.sorted { $0.chainID < $1.chainID }
    }

    /// A connection came about: its certificate is good now, and ends some day.
    func see(_ event: TransportEvent) {
        guard case .connected(let identity) = event, let identity else { return }
        see(identity, holder: identity.uri)
    }

    package func see(_ identity: PeerIdentity, holder: String) {
        let now = now()
        let notice = watch.withLock {
            $0.observe(holder: holder, notAfter: identity.notAfter, now: now)
        }
        if let notice { tell(notice) }
    }

    /// Looks at all certificates seen so far.
    package func look() {
        let now = now()
        for notice in watch.withLock({ $0.observeAll(now: now) }) { tell(notice) }
    }

    private func tell(_ notice: CertificateNotice) {
        let isOwn = notice.holder == CertificateWatcher.own
        let whose = isOwn ? "our own certificate" : "the certificate of \(notice.holder)"
        let when =
            notice.step == .expired
            ? "has expired: no connection comes about with it"
            : "ends in \(notice.daysLeft) days"
        let next =
            isOwn
            ? "ask the authority for a new one, put it in place and send SIGHUP"
            : "its operators must renew it; tell them"
        log(
            EngineNote(
                level: notice.step <= .sevenDays ? .alarm : .warning, code: notice.code,
                detail: "\(whose) \(when) (last second \(notice.notAfter), Unix seconds): \(next)"))
    }
}
