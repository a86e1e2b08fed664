// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// How much trust is left, and what keeps it from running low: our client of the other chain and
/// the one that our chain hosts, on idle routes as on busy ones.
extension RelayEngine {
    /// Of our own client, by our clock; nil while it trusts nothing.
    func ownBudget(_ route: Int) -> TrustBudget? {
        guard let latest = routes[route].latestHeader else { return nil }
        return TrustBudget(
            trustingPeriodNanoseconds: routes[route].configuration.trustingPeriodNanoseconds,
            newestTrusted: latest.timestamp, now: now)
    }

    /// Of the hosted client, by our chain's time; nil while it is not there or was not read.
    func hostedBudget(_ route: Int) -> TrustBudget? {
        guard routes[route].hosted.status != nil, let newest = routes[route].hosted.states.last
        else { return nil }
        return TrustBudget(
            trustingPeriodNanoseconds: hostedPeriod(route), newestTrusted: newest.timestamp,
            now: chain.tipTime)
    }

    /// Refreshes what runs low. Returns whether our own client is fresh enough to build on.
    mutating func careForTrust(_ route: Int) -> Bool {
        guard let own = ownBudget(route) else { return false }
        let hosted = routes[route].hosted.status == .active ? hostedBudget(route) : nil
        tellTrust(route, own, hosted)
        if own.needsRefresh || hosted?.needsRefresh == true {
            refresh(route, isHostedDue: hosted?.needsRefresh == true)
        }
        return !own.needsRefresh
    }

    /// An alarm when a refresh has not come about in time, once; when trust is gone, again and
    /// again.
    private mutating func tellTrust(_ route: Int, _ own: TrustBudget, _ hosted: TrustBudget?) {
        if own.verdict == .expired && routes[route].alarmDue <= clock {
            routes[route].alarmDue = clock &+ configuration.timing.reconcileInterval
            let newest = routes[route].latestHeader?.height ?? .zero
            note(
                .alarm, "client/expired", route: route,
                "our client of it trusts nothing newer than \(newest): give it a new anchor")
        }
        let isLate = (own.verdict == .late, hosted?.verdict == .late)
        if isLate.0 && !routes[route].isLateTold.own {
            note(.alarm, "client/refresh-late", route: route, forecast(own, route))
        }
        if isLate.1 && !routes[route].isLateTold.hosted, let hosted {
            note(
                .alarm, "hosted-client/refresh-late", route: route,
                "\(routes[route].link.localClient) on our chain: \(forecast(hosted, route))")
        }
        routes[route].isLateTold = LateTold(own: isLate.0, hosted: isLate.1)
    }

    private func forecast(_ budget: TrustBudget, _ route: Int) -> String {
        let hours = budget.leftNanoseconds / (3_600 * EngineTiming.second)
        let peer = routes[route].peer
        let why =
            peer.isConnected
            ? (peer.blockedCode.isEmpty ? "its relay answers" : peer.blockedCode)
            : "its relay is away: \(peer.lastCode)"
        return "\(budget.leftPerMille / 10) % of its trust are left; it expires in \(hours) h; "
            + why
    }

    private mutating func refresh(_ route: Int, isHostedDue: Bool) {
        guard routes[route].canCall(now: clock), routes[route].chore == nil else { return }
        if isHostedDue, let newest = routes[route].latestHeader,
            let hosted = routes[route].hosted.states.last, newest.height > hosted.height,
            ownBudget(route)?.needsRefresh == false
        {
            switch updatesNeeded(newest.height, route: route, planned: []) {
            case .updates:
                routes[route].chore = .updateClient(newest.height)
                return
            case .missing:
                // What our client knows cannot be told to the hosted one in this form.
                if let request = hostedRequest(newest.height, route: route) {
                    fetch(request, route: route)
                    return
                }
            case .unreachable: break
            }
        }
        // A base that both clients know serves both; but it must still be good by our clock.
        let shared = routes[route].header(at: routes[route].trustedHeight)
        let isGood = shared.map { isFresh($0.timestamp, route, now) } ?? false
        let base = isGood ? shared : routes[route].latestHeader
        fetch(.refresh, route: route, trusted: base?.height ?? .zero, target: .zero)
    }

    /// The hosted client gets the header that was fetched to keep it alive.
    mutating func refreshed(_ route: Int) {
        routes[route].careDue = clock
        guard routes[route].hosted.status == .active, routes[route].chore == nil,
            let newest = routes[route].latestHeader, hostedBudget(route)?.needsRefresh == true
        else { return }
        routes[route].chore = .updateClient(newest.height)
    }

    /// One call for headers.
    struct HeaderFetch: Hashable {
        let purpose: HeaderPurpose
        let trusted: Height
        let target: Height
    }

    mutating func fetch(_ request: HeaderFetch, route: Int) {
        fetch(request.purpose, route: route, trusted: request.trusted, target: request.target)
    }

    /// How the header at a height is got in a form that the hosted client can take; nil when that
    /// client has no usable state below it.
    ///
    /// Another relayer may have moved the hosted client to heights that our client does not hold. A
    /// height that both hold is the best base; without one, the hosted client's base is fetched
    /// for our client first. Where that base is below everything that our client trusts, the header
    /// is fetched on it all the same: our client knows it by its hash.
    func hostedRequest(_ height: Height, route: Int) -> HeaderFetch? {
        let facts = routes[route]
        let states = facts.hosted.states.reversed().lazy
            .filter { $0.height < height }
            .prefix { isHostedFresh($0.timestamp, route) }
        guard let newest = states.first?.height else { return nil }
        let shared = states.first { facts.header(at: $0.height) != nil }
        if let shared {
            return HeaderFetch(purpose: .hosted(height), trusted: shared.height, target: height)
        }
        let place = facts.headerPlace(newest)
        if place > 0, isFresh(facts.headers[place - 1].timestamp, route, now) {
            return HeaderFetch(
                purpose: .bridge(newest), trusted: facts.headers[place - 1].height,
                target: newest)
        }
        return HeaderFetch(purpose: .hosted(height), trusted: newest, target: height)
    }

    /// The hosted client's own trusting period, nanoseconds. The members' list may have changed
    /// since it was made; that list's period stands in until the client's state was read.
    func hostedPeriod(_ route: Int) -> Int64 {
        routes[route].hosted.trustingPeriod
            ?? routes[route].configuration.trustingPeriodNanoseconds
    }

    /// Whether the hosted client may still build on a state of that time.
    func isHostedFresh(_ time: Timestamp, _ route: Int) -> Bool {
        time.adding(nanoseconds: hostedPeriod(route)) > chain.tipTime
    }

    func isFresh(_ time: Timestamp, _ route: Int, _ now: Timestamp) -> Bool {
        let period = routes[route].configuration.trustingPeriodNanoseconds
        return time.adding(nanoseconds: period) > now
    }
}

/// Which alarms about a late refresh were given.
struct LateTold: Hashable, Sendable {
    var own = false
    var hosted = false
}
