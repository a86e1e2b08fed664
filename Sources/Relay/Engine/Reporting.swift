// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Members tell each other which headers of third chains they hold: a relay sees another chain only
/// through that chain's relay, so a fork shows where two members compare. News only, gathered into
/// one call a peer and interval; no packet pays for it.
extension RelayEngine {
    /// What a report that is under way is about.
    enum ReportKind: Hashable, Sendable {
        /// Everything announced before this number.
        case held(through: UInt64)
        /// Evidence against the chain of this route.
        case misbehaviour(Int)
        case wanted(HeldHeader)
    }

    /// A new header of ours, to be told to the others.
    mutating func announce(_ header: HeaderRecord, route: Int) {
        guard routes.count > 1 else { return }
        announcements.add(header, route: route, limit: configuration.limits.announcedHeaders)
    }

    mutating func scheduleReports() {
        for route in routes.indices {
            if canReport(route), routes[route].reportDue <= clock { report(route) }
            if canCrossCheck(route), routes[route].crossCheckDue <= clock { crossCheck(route) }
        }
    }

    /// The next moment at which `scheduleReports` has something to do.
    var nextReport: Int64 {
        var due = Int64.max
        for route in routes.indices {
            if canReport(route) { due = min(due, routes[route].reportDue) }
            if canCrossCheck(route) { due = min(due, routes[route].crossCheckDue) }
        }
        return due
    }

    private func canReport(_ route: Int) -> Bool {
        let facts = routes[route]
        guard facts.peer.isConnected, !facts.isReporting else { return false }
        return !facts.untold.isEmpty || !facts.wanted.isEmpty
            || announcements.hasNews(since: facts.toldThrough, for: route)
    }

    /// Evidence first, then what may become evidence, then news.
    private mutating func report(_ route: Int) {
        if let accused = routes[route].untold.first, let record = routes[accused].evidence {
            send(
                .misbehaviour(accused), route,
                .misbehaviour(record, family: routes[accused].client.family))
        } else if let place = routes[route].wanted.indices.first {
            let header = routes[route].wanted[place].header
            routes[route].wanted[place].attempts += 1
            let accused = routeOfChain[header.chainID] ?? route
            guard let ours = routes[accused].header(at: header.height),
                !routes[accused].client.isFrozen,
                routes[route].wanted[place].attempts <= configuration.limits.wantedAttempts
            else {
                routes[route].wanted.remove(at: place)
                routes[route].reportDue = clock &+ spaced(configuration.timing.reportInterval)
                return
            }
            send(.wanted(header), route, .wanted(header, ours: ours))
        } else {
            let items = announcements.news(since: routes[route].toldThrough, for: route)
            let held = items.map { item in
                HeldHeader(
                    chainID: routes[item.route].chainID, height: item.height, hash: item.hash)
            }
            send(.held(through: announcements.next), route, .held(held))
        }
    }

    private mutating func send(_ kind: ReportKind, _ route: Int, _ content: PeerReport.Content) {
        routes[route].isReporting = true
        routes[route].reportDue = clock &+ spaced(configuration.timing.reportInterval)
        let job = jobs.add(.report(kind), route: route, deadline: jobDeadline)
        effects.append(
            .report(job, PeerReport(peerChain: routes[route].chainID, content: content)))
    }

    /// The more members, the rarer: what all of them cost one relay stays the same.
    private func spaced(_ interval: Int64) -> Int64 {
        interval.multipliedReportingOverflow(by: Int64(max(1, routes.count / 8))).partialValue
    }

    mutating func reportAnswered(_ id: JobID, _ answer: ReportAnswer) {
        guard let job = jobs.job(id), case .report(let kind) = job.kind, jobs.finish(id) != nil
        else { return }
        let route = job.route
        routes[route].isReporting = false
        routes[route].reportFailures = 0
        switch kind {
        case .held(let through): routes[route].toldThrough = through
        case .wanted: break
        case .misbehaviour(let accused):
            if answer.outcome == .retry {
                routes[route].reportDue =
                    clock &+ Int64(max(answer.retryAfterMilliseconds, 1_000)) * 1_000_000
                return
            }
            routes[route].untold.removeAll { $0 == accused }
            note(
                answer.outcome == .refused ? .warning : .info, "misbehaviour/told", route: route,
                "of \(routes[accused].chainID): \(answer.outcome) \(answer.code)")
        }
    }

    /// A report that did not arrive is no reason to spare the peer other calls.
    mutating func reportFailed(_ job: Job, _ kind: ReportKind, _ failure: JobFailure) {
        let route = job.route
        routes[route].isReporting = false
        routes[route].reportFailures += 1
        let wait = max(
            configuration.timing.backoff.delay(
                attempts: routes[route].reportFailures, random: random.next()),
            Int64(failure.retryAfterMilliseconds) * 1_000_000)
        routes[route].reportDue = clock &+ wait
        if routes[route].reportFailures == RelayEngine.reportFailuresTold {
            note(
                .warning, "report/not-taken", route: route, "\(failure.code): \(failure.detail)")
        }
    }

    /// Failures in a row before a note.
    private static let reportFailuresTold = 5

    // MARK: What others hold

    /// A peer told which headers it holds.
    mutating func headersTold(_ chainID: String, _ held: [HeldHeader]) {
        guard let reporter = routeOfChain[chainID] else { return }
        for header in held.prefix(PeerLimits.itemsPerCall) {
            guard let route = routeOfChain[header.chainID], !routes[route].client.isFrozen,
                !header.hash.isEmpty, isAccusable(route, header.height)
            else { continue }
            if routes[route].header(at: header.height) != nil {
                compare(header, route: route, reporter: reporter)
            } else if routes[route].unchecked[reporter].map({ $0.height < header.height }) ?? true,
                routes[route].unchecked.count < configuration.limits.announcedHeaders
            {
                routes[route].unchecked[reporter] = header
            }
        }
    }

    /// Two hashes for one height: the peer shall show its header.
    mutating func compare(_ header: HeldHeader, route: Int, reporter: Int) {
        guard let ours = routes[route].header(at: header.height),
            ours.headerHash != header.hash, !routes[route].client.isFrozen
        else { return }
        count("headers/disagree")
        note(
            .warning, "headers/disagree", route: route,
            "\(routes[reporter].chainID) holds \(Hex.encode(header.hash)) at \(header.height), we "
                + "hold \(Hex.encode(ours.headerHash))")
        guard !routes[reporter].wanted.contains(where: { $0.header == header }),
            routes[reporter].wanted.count < configuration.limits.wantedHeaders
        else { return }
        routes[reporter].wanted.append(WantedHeader(header: header))
        routes[reporter].reportDue = clock
    }

    private func canCrossCheck(_ route: Int) -> Bool {
        !routes[route].unchecked.isEmpty && !routes[route].isCrossChecking
            && routes[route].canCall(now: clock) && !routes[route].client.isFrozen
    }

    /// We do not hold a height that another member holds: the chain's own relay is asked for it, so
    /// that the two can be compared. One a chain and interval.
    private mutating func crossCheck(_ route: Int) {
        routes[route].crossCheckDue = clock &+ spaced(configuration.timing.crossCheckInterval)
        // In turn, so that one who tells of many heights does not keep the others waiting.
        let reporters = routes[route].unchecked.keys.sorted()
        let last = routes[route].lastCrossChecked
        guard let reporter = reporters.first(where: { $0 > last }) ?? reporters.first,
            let header = routes[route].unchecked.removeValue(forKey: reporter)
        else { return }
        routes[route].lastCrossChecked = reporter
        if routes[route].header(at: header.height) != nil {
            return compare(header, route: route, reporter: reporter)
        }
        let place = routes[route].headerPlace(header.height)
        guard place > 0, isFresh(routes[route].headers[place - 1].timestamp, route, now) else {
            return
        }
        routes[route].isCrossChecking = true
        fetch(
            .crossCheck(header, reporter: reporter), route: route,
            trusted: routes[route].headers[place - 1].height, target: header.height)
    }
}

/// A header that a peer shall show.
struct WantedHeader: Hashable, Sendable {
    let header: HeldHeader
    var attempts = 0
}

/// The newest headers that we verified, with running numbers, so that each peer is told each once.
struct Announcements: Hashable, Sendable {
    struct Item: Hashable, Sendable {
        let number: UInt64
        let route: Int
        let height: Height
        let hash: [UInt8]
    }

    private(set) var items: [Item] = []
    private(set) var next: UInt64 = 1

    mutating func add(_ header: HeaderRecord, route: Int, limit: Int) {
        // Half at a time, so that forgetting is rare.
        if items.count >= limit { items.removeFirst(max(1, limit / 2)) }
        items.append(
            Item(number: next, route: route, height: header.height, hash: header.headerHash))
        next += 1
    }

    func hasNews(since told: UInt64, for route: Int) -> Bool {
        for item in items.reversed() {
            if item.number < told { return false }
            if item.route != route { return true }
        }
        return false
    }

    func news(since told: UInt64, for route: Int) -> [Item] {
        items.filter { $0.number >= told && $0.route != route }
    }
}
