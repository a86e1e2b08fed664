// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayStore
import RelayTransport

extension StatusReport {
    /// Puts a status together. Pure: the same sources, the same screen.
    package init(_ sources: StatusSources) {
        let live = sources.live
        var troubles: [Trouble] = []
        let routes = sources.peers.map { StatusReport.route($0, sources, &troubles) }
        if let trouble = live?.chain.explanation {
            troubles.append(Trouble(trouble, .critical, subject: sources.ownChainID))
        }
        let certificates = sources.certificates.map {
            StatusReport.certificate($0, sources.now, &troubles)
        }
        let theirs = sources.peerCertificates.map {
            StatusReport.certificate($0, sources.now, &troubles)
        }
        if let disk = sources.disk { StatusReport.judge(disk, &troubles) }
        if let manifest = live?.manifest {
            StatusReport.judge(manifest, sources.now, &troubles)
        }
        if let late = sources.lateLetters { StatusReport.judge(late, &troubles) }
        if live == nil, let advice = Advice(code: sources.offlineCode) {
            let isCritical = sources.offlineCode == "relay/not-running"
            troubles.append(
                Trouble(
                    sources.offlineCode, advice, isCritical ? .critical : .warning,
                    subject: "relay"))
        }
        troubles.sort { $0.level > $1.level }
        let height = live.map { $0.chain.tip.isZero ? nil : $0.chain.tip.description } ?? nil
        self.init(
            at: sources.now.utcText, member: sources.member.description,
            software: live?.software, isRunning: live != nil,
            runningSeconds: live.map { sources.seconds(since: $0.startedAt) },
            ownChain: OwnChain(
                chain: sources.ownChainID, height: height,
                blockAgeSeconds: height == nil
                    ? nil : live.map { sources.seconds(since: $0.chain.tipTime) },
                cursor: live?.chain.cursor ?? sources.cursors[sources.ownChainID],
                pendingTransactions: live?.chain.pendingTransactions),
            routes: routes, certificates: certificates, peerCertificates: theirs,
            disk: sources.disk, troubles: troubles,
            level: troubles.map(\.level).max() ?? .ok)
    }

    private static func route(
        _ peer: StatusSources.Peer, _ sources: StatusSources, _ troubles: inout [Trouble]
    ) -> Route {
        let gauges = sources.gauges.filter { $0.counterpartyChain == peer.chainID }
        let open = gauges.filter { $0.state != .parked }
        func count(_ direction: PacketDirection) -> Int {
            open.reduce(0) { $1.direction == direction ? $0 + $1.count : $0 }
        }
        let live = sources.live?.routes.first { $0.chainID == peer.chainID }
        let oldest = open.map(\.oldest).min()
        let progress = live?.progressAt ?? (live == nil ? gauges.map(\.newestChange).max() : nil)
        let left = sources.trustLeft(peer, live)
        let pauses = sources.pauses.filter { $0.chainID == peer.chainID }
        let first = sources.explanation(of: peer, live)
        let route = Route(
            chain: peer.chainID, name: peer.name, outgoing: count(.outgoing),
            incoming: count(.incoming),
            parked: gauges.reduce(0) { $1.state == .parked ? $0 + $1.count : $0 },
            oldestSeconds: oldest.map { sources.seconds(since: $0) },
            perMinute: sources.live?.rates[peer.chainID],
            lastProgressSeconds: progress.map { sources.seconds(since: $0) },
            client: sources.clientStatus(peer, left),
            trustLeftPerMille: left.map {
                Int(clamping: max(0, $0) / max(1, peer.trustingPeriodNanoseconds / 1_000))
            },
            trustLeftSeconds: left.map { $0 / EngineTiming.second },
            hostedClient: live?.hostedStatus.map { "\($0)" },
            hostedTrustLeftPerMille: live?.hostedBudget?.leftPerMille,
            hostedTrustLeftSeconds: live?.hostedBudget.map {
                $0.leftNanoseconds / EngineTiming.second
            }, peer: peerWord(live),
            clockSkewSeconds: live?.clockSkew.map { $0 / EngineTiming.second },
            paused: pauses.map { $0.scope == .peer ? "peer" : "queue" },
            code: first.code, sentence: first.sentence, next: first.nextAction)
        // What waited before the start has not been held up by us.
        let running = sources.live.map { sources.seconds(since: $0.startedAt) } ?? 0
        judge(route, live, running, &troubles)
        return route
    }

    private static func peerWord(_ live: RouteStanding?) -> String {
        guard let live else { return "unknown" }
        if !live.isConnected { return "lost" }
        return live.blockedCode.isEmpty ? "up" : "blocked"
    }

    /// Codes that stop a route for good until somebody acts.
    private static let critical: Set<String> = [
        "client/frozen", "client/expired", "hosted-client/not-active", "peer/topology-mismatch",
        "peer/protocol-version", "link/wrong-counterparty", "link/remote-client-changed",
        "chain/stalled",
        // Beyond the limit that headers are judged by: theirs are refused, or ours.
        "peer/clock-skew",
    ]

    private static func judge(
        _ route: Route, _ live: RouteStanding?, _ runningSeconds: Int64,
        _ troubles: inout [Trouble]
    ) {
        let backlog = route.outgoing + route.incoming
        for explanation in live?.explanations ?? [] where explanation.cause != .nothing {
            // Our own chain is said once, not for each route.
            if explanation == live?.explanations.first, explanation.turn == .ourChain { continue }
            let isLost = live?.isConnected == false && backlog > 0
            troubles.append(
                Trouble(
                    explanation,
                    critical.contains(explanation.code) || isLost ? .critical : .warning,
                    subject: route.chain))
        }
        // Without the engine the store still knows this.
        if live == nil, ["frozen", "expired"].contains(route.client),
            let advice = Advice(code: "client/\(route.client)")
        {
            troubles.append(
                Trouble("client/\(route.client)", advice, .critical, subject: route.chain))
        }
        if let skew = route.clockSkewSeconds, skew.magnitude >= StatusLimits.skewSeconds,
            live?.explanations.contains(where: { $0.code == "peer/clock-skew" }) == false,
            let advice = Advice(code: "peer/clock-skew")
        {
            var trouble = Trouble("peer/clock-skew", advice, .warning, subject: route.chain)
            let words = RelayEngine.skewText(skew * EngineTiming.second)
            trouble.sentence = "Its relay's clock is \(words)."
            troubles.append(trouble)
        }
        if backlog > 0, live != nil, route.paused.isEmpty,
            let seconds = route.lastProgressSeconds
                ?? route.oldestSeconds.map({ min($0, runningSeconds) }),
            seconds >= StatusLimits.stuckSeconds
        {
            troubles.append(
                Trouble(
                    level: .critical, code: "route/no-progress", subject: route.chain,
                    cause: Cause.us.rawValue, turn: Explanation.Turn.operators.rawValue,
                    sentence: "\(backlog) packets wait and none has moved for \(seconds / 60) min.",
                    next: "Ask why: `cityrelay why route \(route.chain)`."))
        } else if let seconds = route.oldestSeconds, seconds >= StatusLimits.oldSeconds {
            troubles.append(
                Trouble(
                    level: .warning, code: "route/old-packets", subject: route.chain,
                    cause: Cause.peerChain.rawValue, turn: Explanation.Turn.us.rawValue,
                    sentence: "Its oldest packet is open for \(seconds / 60) min.",
                    next: "Look at it: `cityrelay queue list --chain \(route.chain) --open`."))
        }
        if route.parked > 0 {
            troubles.append(
                Trouble(
                    level: .warning, code: "route/parked-packets", subject: route.chain,
                    cause: Cause.message.rawValue, turn: Explanation.Turn.operators.rawValue,
                    sentence: route.parked == 1
                        ? "1 packet is parked and waits for a person."
                        : "\(route.parked) packets are parked and wait for a person.",
                    next: "Look at them: `cityrelay dead list --chain \(route.chain)`."))
        }
    }

    private static func certificate(
        _ file: CertificateFile, _ now: Timestamp, _ troubles: inout [Trouble]
    ) -> Certificate {
        let days = StatusSources.daysLeft(notAfter: file.notAfter, at: now)
        if let step = CertificateStep(notAfter: file.notAfter, now: now) {
            // A weekend and a holiday.
            let isCritical = step <= .sevenDays
            troubles.append(
                Trouble(
                    level: isCritical ? .critical : .warning, code: "certificate/expiring",
                    subject: "certificate \(file.use)", cause: Cause.certificate.rawValue,
                    turn: Explanation.Turn.operators.rawValue,
                    sentence: days < 0
                        ? "The certificate \(file.path) ran out \(-days) days ago."
                        : "The certificate \(file.path) runs out in \(days) days.",
                    next: "Have it issued again for the same key, put it in place, then "
                        + "`systemctl reload cityrelay` (SIGHUP)."))
        }
        return Certificate(use: file.use, file: file.path, name: file.name, daysLeft: days)
    }

    private static func certificate(
        _ theirs: StatusSources.PeerCertificate, _ now: Timestamp, _ troubles: inout [Trouble]
    ) -> Certificate {
        if let explanation = theirs.explanation(at: now) {
            let isCritical = CertificateStep(notAfter: theirs.notAfter, now: now)
                .map { $0 <= .sevenDays }
            troubles.append(
                Trouble(
                    explanation, isCritical == true ? .critical : .warning,
                    subject: theirs.chainID))
        }
        return Certificate(
            use: theirs.peer, file: "", name: theirs.uri, daysLeft: theirs.daysLeft(at: now))
    }

    /// A letter that waits for nobody is the citizen's trouble first.
    private static func judge(_ late: LateLetters.Counts, _ troubles: inout [Trouble]) {
        if !late.missingCalendars.isEmpty {
            let years = late.missingCalendars.map { "\($0)" }.joined(separator: " and ")
            troubles.append(
                Trouble(
                    level: .warning, code: "letters/calendar-missing", subject: "letters",
                    cause: Cause.people.rawValue, turn: Explanation.Turn.operators.rawValue,
                    sentence: "No signed working calendar covers \(years): letters' clocks count "
                        + "plain weekends there.",
                    next: "Get that year's file, look at it with `cityrelay calendar check`, name "
                        + "it under letters.calendars and restart."))
        }
        guard late.ours + late.theirs > 0 else { return }
        troubles.append(
            Trouble(
                level: .warning, code: "letters/overdue", subject: "letters",
                cause: Cause.people.rawValue, turn: Explanation.Turn.operators.rawValue,
                sentence: "\(late.ours) letters are late at this centre, \(late.theirs) at others.",
                next: "List them with GET /v1/letters?overdue=true; call the centre whose turn "
                    + "it is."))
    }

    private static func judge(_ disk: Disk, _ troubles: inout [Trouble]) {
        let isCritical =
            disk.freePercent < StatusLimits.criticalDiskPercent
            || disk.freeBytes < StatusLimits.criticalDiskBytes
        guard isCritical || disk.freePercent < StatusLimits.diskPercent else { return }
        troubles.append(
            Trouble(
                level: isCritical ? .critical : .warning, code: "disk/low", subject: "disk",
                cause: Cause.us.rawValue, turn: Explanation.Turn.operators.rawValue,
                sentence: "The store's disk (\(disk.folder)) has \(disk.freeBytes >> 20) MiB free, "
                    + "\(disk.freePercent) %.",
                next: "Make room: when it is full the relay stops, and loses nothing."))
    }
}

extension StatusReport.Trouble {
    init(_ explanation: Explanation, _ level: StatusReport.Level, subject: String) {
        self.init(
            level: level, code: explanation.code, subject: subject,
            cause: explanation.cause.rawValue, turn: explanation.turn.rawValue,
            sentence: explanation.sentence, next: explanation.nextAction)
    }

    init(_ code: String, _ advice: Advice, _ level: StatusReport.Level, subject: String) {
        self.init(
            level: level, code: code, subject: subject, cause: advice.cause.rawValue,
            turn: advice.turn.rawValue, sentence: advice.sentence, next: advice.next)
    }
}

extension StatusSources {
    func seconds(since moment: Timestamp) -> Int64 {
        max(0, now.nanoseconds(since: moment) / EngineTiming.second)
    }

    /// Nanoseconds of trust left in our client; nil: there is none yet.
    func trustLeft(_ peer: Peer, _ live: RouteStanding?) -> Int64? {
        if let live { return live.trustLeft }
        return headerTimes[peer.chainID].map {
            $0.adding(nanoseconds: peer.trustingPeriodNanoseconds).nanoseconds(since: now)
        }
    }

    func clientStatus(_ peer: Peer, _ left: Int64?) -> String {
        if clients.first(where: { $0.chainID == peer.chainID })?.isFrozen == true {
            return ClientStatus.frozen.rawValue
        }
        guard let left else { return "none" }
        return (left > 0 ? ClientStatus.active : .expired).rawValue
    }

    func explanation(of peer: Peer, _ live: RouteStanding?) -> Explanation {
        if let first = live?.explanations.first { return first }
        let advice = Advice(code: offlineCode)
        return Explanation(
            code: offlineCode, sentence: advice?.sentence ?? "", nextAction: advice?.next ?? "",
            turn: .operators)
    }
}
