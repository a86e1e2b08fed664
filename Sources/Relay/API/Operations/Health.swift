// SPDX-License-Identifier: Apache-2.0

import RelayStore
import RelayTransport

/// What probes and Prometheus ask. Readiness is progress on every route, not a living process.
extension OperationsService {
    package var health: [APIRoute] {
        [
            .direct(.get, "/livez", .anyCaller) { _ in .text("alive\n") },
            store(.get, "/readyz", .anyCaller) { service, reader, _ in
                service.ready(StatusReport(try service.sources(reader)))
            },
            store(.get, "/routez") { service, reader, _ in
                service.routes(StatusReport(try service.sources(reader)))
            },
            store(.get, "/metrics") { service, reader, _ in
                .text(
                    try service.metrics(reader),
                    type: "text/plain; version=0.0.4; charset=utf-8")
            },
        ]
    }

    /// 200 while every route moves or has nothing to move; 503, with the reasons, otherwise.
    func ready(_ status: StatusReport) -> APIAnswer {
        let stuck = status.holdUps
        var lines = stuck.map { "\($0.subject): \($0.code): \($0.sentence)" }
        if lines.isEmpty { lines = ["ready"] }
        return .text(
            lines.joined(separator: "\n") + "\n", status: stuck.isEmpty ? 200 : 503)
    }

    /// One line a route.
    func routes(_ status: StatusReport) -> APIAnswer {
        var isStuck = false
        let lines = status.routes.map { route in
            let worst = status.troubles.filter { $0.subject == route.chain }.map(\.level).max()
            isStuck = isStuck || worst == .critical
            return "\(route.chain) \(worst?.rawValue ?? "ok") out=\(route.outgoing) "
                + "in=\(route.incoming) parked=\(route.parked) "
                + "oldest=\(route.oldestSeconds ?? 0)s \(route.code)"
        }
        return .text(lines.joined(separator: "\n") + "\n", status: isStuck ? 503 : 200)
    }
}

extension StatusReport {
    /// What holds packets up now. A certificate that runs out or a disk that fills calls for
    /// people, and yet everything moves: to take the relay out of service would be the only harm.
    package var holdUps: [Trouble] {
        let moving = Set(routes.map(\.chain) + [ownChain.chain, "relay"])
        return troubles.filter { $0.level == .critical && moving.contains($0.subject) }
    }
}
