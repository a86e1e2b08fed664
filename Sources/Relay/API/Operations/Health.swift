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
        let stuck = status.troubles.filter { $0.level == .critical }
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
