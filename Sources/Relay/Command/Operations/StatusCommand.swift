// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayStore
import RelayTransport

enum StatusCommand {
    private static let all = CommandOption(
        "all", "Every route and every trouble; else the worst that fit a screen.")

    static let command = Command(
        "status", "Show on one screen how the relay stands",
        discussion:
            "Per route: open packets out and in, parked ones, age of the oldest, packets\n"
            + "ended a minute, last step forward, trust left in our client and in the one\n"
            + "that our chain hosts, the peer, its clock's skew.\n"
            + "Below: what needs you, worst first, with the next step.\n"
            + "Exit status for monitors: 0 all well, 1 critical, 4 warning, 3 cannot tell.",
        options: [all] + OperationsAccess.options
    ) { arguments, console in
        try OperationsAccess.run(arguments, &console) { access, console in
            let (status, _) = try access.read("/v1/operations/status") { reader in
                StatusReport(try access.sources(reader))
            }
            if arguments.isJSON {
                console.print(json: status)
            } else {
                for line in StatusScreen(status: status, showsAll: arguments.has(all)).lines {
                    console.print(line)
                }
            }
            switch status.level {
            case .ok: return .success
            case .warning: return .attention
            case .critical: return .negative
            }
        }
    }
}

extension OperationsAccess {
    /// A status from the store and the files alone.
    func sources(_ reader: JournalReader) throws -> StatusSources {
        let owner = try reader.owner()
        let relay = loaded?.relay
        guard let member = relay?.member ?? MemberID(owner) else {
            throw StoreAccess.NoStore(path: storePath, finding: nil)
        }
        let topology = loaded?.topology
        let own = topology?.member(member)?.chain.id.description
        let peers =
            try topology.map { topology in
                topology.peers(of: member).map {
                    StatusSources.Peer(
                        chainID: $0.chain.id.description, name: $0.name,
                        trustingPeriodNanoseconds: $0.chain.parameters.trustingPeriodNanoseconds)
                }
            }
            ?? reader.links().map {
                StatusSources.Peer(
                    chainID: $0.counterpartyChain, name: $0.counterpartyChain,
                    trustingPeriodNanoseconds: 0)
            }
        var sources = StatusSources(
            now: now, member: member, ownChainID: own ?? "", peers: peers)
        try sources.read(reader)
        sources.offlineCode = caller == nil ? "api/not-configured" : "relay/not-running"
        if let relay {
            var files = [(use: "peer", path: relay.tls.certificate)]
            if let api = relay.api, api.tls.certificate != relay.tls.certificate {
                files.append((use: "api", path: api.tls.certificate))
            }
            sources.certificates = files.compactMap {
                try? CertificateFile(use: $0.use, path: $0.path)
            }
        }
        return sources
    }
}

/// The status as lines of at most 80 columns.
struct StatusScreen {
    let status: StatusReport
    let showsAll: Bool
    /// The worst trouble by its subject.
    private let levels: [String: StatusReport.Level]

    init(status: StatusReport, showsAll: Bool = false) {
        self.status = status
        self.showsAll = showsAll
        levels = Dictionary(status.troubles.map { ($0.subject, $0.level) }, uniquingKeysWith: max)
    }

    /// Rows of one screen: with the head and the troubles some forty lines.
    private static let maxRoutes = 16
    private static let maxTroubles = 6

    var lines: [String] {
        var lines = [head]
        lines += routes
        lines.append("")
        let shown = showsAll ? status.troubles.count : StatusScreen.maxTroubles
        for trouble in status.troubles.prefix(shown) {
            let word = trouble.level == .critical ? "CRITICAL" : "WARNING "
            lines += Screen.wrap(
                "\(trouble.subject): \(trouble.code) (\(trouble.cause))", first: "\(word) ",
                rest: "         ")
            lines += Screen.wrap(trouble.sentence, first: "         ", rest: "         ")
            lines += Screen.wrap("next: \(trouble.next)", first: "         ", rest: "         ")
        }
        if status.troubles.isEmpty { lines.append("All well: nothing needs you.") }
        let more = status.troubles.count - shown
        if more > 0 {
            lines.append("and \(more) more of these: `cityrelay status --all`, or --json")
        }
        return lines
    }

    private var head: String {
        var lines = ["\(status.member)  \(status.ownChain.chain)  \(status.at.prefix(19))Z"]
        let relay =
            status.isRunning
            ? "running for \(Screen.span(status.runningSeconds)), \(status.software ?? "")"
            : "not reached; this is what the store tells"
        lines.append("relay      \(relay)")
        if let height = status.ownChain.height {
            lines.append(
                "own chain  height \(height), \(Screen.span(status.ownChain.blockAgeSeconds)) ago; "
                    + "\(status.ownChain.pendingTransactions ?? 0) transactions pending")
        } else {
            lines.append("own chain  decided up to \(status.ownChain.cursor ?? 0)")
        }
        if let disk = status.disk {
            lines.append(
                "disk       \(Screen.bytes(disk.freeBytes)) of \(Screen.bytes(disk.totalBytes)) "
                    + "free (\(disk.freePercent) %); store \(Screen.bytes(disk.storeBytes))")
        }
        if !status.certificates.isEmpty {
            let days = status.certificates.map { "\($0.use) \($0.daysLeft) days" }
            lines.append("certs      \(days.joined(separator: ", "))")
        }
        return lines.map { String($0.prefix(Screen.width)) }.joined(separator: "\n")
    }

    private var routes: [String] {
        var lines = [
            "",
            "ROUTE                   OUT    IN PARK OLDEST  /MIN MOVED CLIENTS  PEER     SKEW",
        ]
        let worst = worstFirst
        let shown = showsAll ? worst[...] : worst.prefix(StatusScreen.maxRoutes)
        for route in shown {
            let peer = route.paused.isEmpty ? route.peer : "paused"
            lines.append(
                Screen.left(route.chain, 20)
                    + Screen.right(String(route.outgoing), 7)
                    + Screen.right(String(route.incoming), 6)
                    + Screen.right(String(route.parked), 5)
                    + Screen.right(Screen.span(route.oldestSeconds), 7)
                    + Screen.right(route.perMinute.map { String($0) } ?? "-", 6)
                    + Screen.right(Screen.span(route.lastProgressSeconds), 6)
                    + " " + Screen.left(clients(route), 9) + Screen.left(peer, 7)
                    + Screen.right(route.clockSkewSeconds.map { "\($0)s" } ?? "-", 6))
        }
        let rest = worst.dropFirst(shown.count)
        if !rest.isEmpty {
            let well = rest.count { level(of: $0) == .ok }
            lines.append(
                "and \(rest.count) other routes, \(well) of them well: `cityrelay status --all`")
        }
        return lines
    }

    /// By the worst that is known of a route, then by what waits; as configured where all fit.
    private var worstFirst: [StatusReport.Route] {
        guard status.routes.count > StatusScreen.maxRoutes else { return status.routes }
        return status.routes.sorted { left, right in
            let (first, second) = (level(of: left), level(of: right))
            if first != second { return first > second }
            return left.outgoing + left.incoming > right.outgoing + right.incoming
        }
    }

    private func level(of route: StatusReport.Route) -> StatusReport.Level {
        levels[route.chain] ?? .ok
    }

    /// Trust left in our client and, behind the stroke, in the one that our chain hosts; a word
    /// where one is not active.
    private func clients(_ route: StatusReport.Route) -> String {
        func share(_ perMille: Int?) -> String { perMille.map { "\($0 / 10)" } ?? "-" }
        guard route.client == "active" else { return route.client }
        if let hosted = route.hostedClient, hosted != "active" { return hosted }
        return "\(share(route.trustLeftPerMille))/\(share(route.hostedTrustLeftPerMille))%"
    }
}
