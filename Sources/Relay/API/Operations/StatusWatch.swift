// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayEngine
package import RelayStore
import RelayTransport

/// What of a status calls people to look again: everything but what merely runs with the clock,
/// such as ages, and our chain's height.
package struct StatusFingerprint: Hashable, Sendable {
    private struct Route: Hashable {
        let chain: String
        let counts: [Int]
        let words: [String]
    }

    private struct Trouble: Hashable {
        let level: StatusReport.Level
        let words: [String]
    }

    private let isRunning: Bool
    private let routes: [Route]
    private let troubles: [Trouble]
    private let certificates: [StatusReport.Certificate]
    /// Counts by state, and when a packet of that state changed last.
    private let queues: [RouteGauge]

    package init(_ status: StatusReport, queues: [RouteGauge]) {
        isRunning = status.isRunning
        routes = status.routes.map { route in
            Route(
                chain: route.chain, counts: [route.outgoing, route.incoming, route.parked],
                words: [route.client, route.hostedClient ?? "", route.peer, route.code]
                    + route.paused)
        }
        troubles = status.troubles.map { Trouble(level: $0.level, words: [$0.subject, $0.code]) }
        certificates = status.certificates + (status.peerCertificates ?? [])
        self.queues = queues
    }
}

/// What those who watch were told last.
package struct ToldStatus: Sendable {
    /// Milliseconds between two looks: a person reads no faster.
    static let lookMilliseconds = 1_000
    /// Looks without a change after which the status is told all the same: its ages go on, and a
    /// reader that is gone shows.
    static let heartbeatLooks = 10

    private var fingerprint: StatusFingerprint?
    private var silentLooks = 0
    /// Rises whenever there is something to look at again; readers compare it.
    package private(set) var revision: UInt64 = 0

    package init() {}

    /// Whether the status that was just found is to be told.
    package mutating func isNews(_ found: StatusFingerprint) -> Bool {
        if found != fingerprint {
            fingerprint = found
            revision += 1
            silentLooks = 0
            return true
        }
        silentLooks += 1
        guard silentLooks >= ToldStatus.heartbeatLooks else { return false }
        silentLooks = 0
        return true
    }
}

extension OperationsService {
    /// Sends the status at once, whenever it has changed, and as a heartbeat, as events named
    /// "status" whose id rises with each change.
    func watch(_ reply: APIReply) {
        guard let stream = reply.beginEvents() else { return }
        let isPosted = loop.post { [self] in
            watchers.append(stream)
            if watchers.count == 1 {
                told = ToldStatus.after(told)
                tellWatchers()
            } else if let status = try? StatusReport(sources(openReader())) {
                stream.send(status, event: "status", id: "\(told.revision)")
            }
        }
        if !isPosted { stream.end() }
    }

    private func tellWatchers() {
        watchers.removeAll { !$0.isOpen }
        guard !watchers.isEmpty else { return }
        if let reader = try? openReader(), let sources = try? sources(reader) {
            let status = StatusReport(sources)
            if told.isNews(StatusFingerprint(status, queues: sources.gauges)) {
                for watcher in watchers {
                    watcher.send(status, event: "status", id: "\(told.revision)")
                }
            }
        }
        loop.schedule(afterMilliseconds: ToldStatus.lookMilliseconds) { [weak self] in
            self?.tellWatchers()
        }
    }
}

extension ToldStatus {
    /// For the first reader after a while: everything is news, and numbers go on.
    fileprivate static func after(_ told: ToldStatus) -> ToldStatus {
        var fresh = told
        fresh.fingerprint = nil
        return fresh
    }
}
