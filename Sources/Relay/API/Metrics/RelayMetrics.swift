// SPDX-License-Identifier: Apache-2.0

import Federation
import RelayEngine
package import RelayStore

/// The relay's metrics. Gauges are computed from the store when they are asked for: what a monitor
/// sees is what a restart would find. Labels are chains, states and codes: no packet, no person.
package enum RelayMetrics {
    package static func text(
        _ sources: StatusSources, reasons: [JournalReader.ReasonCount], commits: Int64
    ) -> String {
        let status = StatusReport(sources)
        var out = PrometheusText()
        packets(sources, reasons, &out)
        routes(status, sources, &out)
        clients(status, &out)
        relay(status, commits, &out)
        if let late = sources.lateLetters {
            out.family(
                "cityrelay_letters_overdue", .gauge,
                "Letters whose step is late in working days, by whose turn it is.")
            out.sample("cityrelay_letters_overdue", [("turn", "ours")], Int64(late.ours))
            out.sample("cityrelay_letters_overdue", [("turn", "theirs")], Int64(late.theirs))
        }
        return out.text
    }

    private static func packets(
        _ sources: StatusSources, _ reasons: [JournalReader.ReasonCount],
        _ out: inout PrometheusText
    ) {
        out.family("cityrelay_open_packets", .gauge, "Packets that are not finished.")
        for gauge in sources.gauges {
            out.sample(
                "cityrelay_open_packets",
                [
                    ("chain", gauge.counterpartyChain),
                    ("direction", gauge.direction == .outgoing ? "out" : "in"),
                    ("state", gauge.state.name),
                ], Int64(gauge.count))
        }
        out.family(
            "cityrelay_oldest_packet_age_seconds", .gauge,
            "Age of the oldest packet that is not finished, in seconds.")
        for gauge in sources.gauges {
            out.sample(
                "cityrelay_oldest_packet_age_seconds",
                [
                    ("chain", gauge.counterpartyChain),
                    ("direction", gauge.direction == .outgoing ? "out" : "in"),
                    ("state", gauge.state.name),
                ], sources.seconds(since: gauge.oldest))
        }
        out.family("cityrelay_parked_packets", .gauge, "Parked packets by stable reason code.")
        for reason in reasons {
            out.sample(
                "cityrelay_parked_packets",
                [("chain", reason.counterpartyChain), ("reason", reason.reasonCode)],
                Int64(reason.count))
        }
    }

    private static func routes(
        _ status: StatusReport, _ sources: StatusSources, _ out: inout PrometheusText
    ) {
        func gauge(
            _ name: StaticString, _ help: StaticString,
            _ value: (StatusReport.Route) -> Int64?
        ) {
            out.family(name, .gauge, help)
            for route in status.routes {
                if let value = value(route) { out.sample(name, [("chain", route.chain)], value) }
            }
        }
        gauge("cityrelay_route_ready", "1 while the route moves or has nothing to move.") { route in
            status.troubles.contains { $0.subject == route.chain && $0.level == .critical } ? 0 : 1
        }
        gauge(
            "cityrelay_route_last_progress_seconds",
            "Seconds since any packet of the route last made a step forward."
        ) { $0.lastProgressSeconds }
        gauge("cityrelay_peer_connected", "1 while the other city's relay is connected.") { route in
            route.peer == "unknown" ? nil : route.peer == "lost" ? 0 : 1
        }
        gauge(
            "cityrelay_peer_clock_skew_seconds",
            "Seconds that the other relay's clock is ahead of ours."
        ) { $0.clockSkewSeconds }
        gauge("cityrelay_route_paused", "1 while an operator holds up the queue or the peer.") {
            $0.paused.isEmpty ? 0 : 1
        }
        if let live = sources.live {
            out.family(
                "cityrelay_packets_ended_total", .counter,
                "Packets that have ended since the relay was started.")
            for route in live.routes {
                out.sample(
                    "cityrelay_packets_ended_total", [("chain", route.chainID)],
                    Int64(clamping: route.ended))
            }
            out.family(
                "cityrelay_steps_total", .counter,
                "Steps forward of all packets since the relay was started.")
            for route in live.routes {
                out.sample(
                    "cityrelay_steps_total", [("chain", route.chainID)],
                    Int64(clamping: route.steps))
            }
        }
    }

    private static func clients(_ status: StatusReport, _ out: inout PrometheusText) {
        out.family(
            "cityrelay_client_trust_left_seconds", .gauge,
            "Seconds until our light client of the chain expires unless it is refreshed.")
        for route in status.routes {
            if let left = route.trustLeftSeconds {
                out.sample(
                    "cityrelay_client_trust_left_seconds", [("chain", route.chain)], left)
            }
        }
        out.family(
            "cityrelay_hosted_client_trust_left_seconds", .gauge,
            "Seconds until the client of the chain that our own chain hosts expires.")
        for route in status.routes {
            if let left = route.hostedTrustLeftSeconds {
                out.sample(
                    "cityrelay_hosted_client_trust_left_seconds", [("chain", route.chain)], left)
            }
        }
        out.family(
            "cityrelay_hosted_client_active", .gauge,
            "1 while the client of the chain that our own chain hosts is active.")
        for route in status.routes {
            guard let hosted = route.hostedClient else { continue }
            out.sample(
                "cityrelay_hosted_client_active", [("chain", route.chain)],
                hosted == "active" ? 1 : 0)
        }
        out.family("cityrelay_client_active", .gauge, "1 while our light client is active.")
        for route in status.routes {
            out.sample(
                "cityrelay_client_active", [("chain", route.chain)],
                route.client == "active" ? 1 : 0)
        }
    }

    private static func relay(
        _ status: StatusReport, _ commits: Int64, _ out: inout PrometheusText
    ) {
        out.family("cityrelay_store_commits_total", .counter, "Durable commits of the store.")
        out.sample("cityrelay_store_commits_total", [], commits)
        if let disk = status.disk {
            out.family("cityrelay_disk_free_bytes", .gauge, "Bytes free on the store's disk.")
            out.sample("cityrelay_disk_free_bytes", [], disk.freeBytes)
            out.family("cityrelay_store_bytes", .gauge, "Bytes of the store's files.")
            out.sample("cityrelay_store_bytes", [], disk.storeBytes)
        }
        out.family(
            "cityrelay_certificate_days_left", .gauge, "Days until a certificate of ours runs out.")
        for certificate in status.certificates {
            out.sample(
                "cityrelay_certificate_days_left", [("use", certificate.use)],
                certificate.daysLeft)
        }
        out.family(
            "cityrelay_peer_certificate_days_left", .gauge,
            "Days until the certificate runs out that a peer's relay showed last.")
        for certificate in status.peerCertificates ?? [] {
            out.sample(
                "cityrelay_peer_certificate_days_left", [("peer", certificate.use)],
                certificate.daysLeft)
        }
        if let age = status.ownChain.blockAgeSeconds {
            out.family(
                "cityrelay_own_chain_block_age_seconds", .gauge,
                "Seconds since our own chain's newest block.")
            out.sample("cityrelay_own_chain_block_age_seconds", [], age)
        }
        out.family("cityrelay_troubles", .gauge, "Things that are wrong, by level.")
        for level in [StatusReport.Level.warning, .critical] {
            out.sample(
                "cityrelay_troubles", [("level", level.rawValue)],
                Int64(status.troubles.count { $0.level == level }))
        }
    }
}

extension OperationsService {
    func metrics(_ reader: JournalReader) throws -> String {
        RelayMetrics.text(
            try sources(reader), reasons: try reader.parkedReasons(),
            commits: try reader.commits())
    }
}
