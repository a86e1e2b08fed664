// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Why routes, clients and peers stand where they stand: everything that holds, worst first. The
/// first is what `why` says; the others are what comes next when it is mended.
extension RelayEngine {
    /// Nil unless the chain is on a route. Never empty: a route that flows says so.
    package func explainRoute(_ chainID: String) -> [Explanation]? {
        guard let route = routeOfChain[chainID] else { return nil }
        var found = [
            explainBar(route), explainOwnChain(), explainClient(route), explainHosted(route),
        ].compactMap { $0 }
        found += [
            explainPeer(route), explainPeerPause(route) ?? explainQueuePause(route),
            explainAge(route), explainHostedAge(route),
            explainChore(route),
        ].compactMap { $0 }
        return found.isEmpty ? [explainFlow(route)] : found
    }

    /// Our client of the chain.
    package func explainClient(_ chainID: String) -> [Explanation]? {
        guard let route = routeOfChain[chainID] else { return nil }
        let found = [
            explainClient(route), explainHosted(route), explainAge(route), explainHostedAge(route),
        ].compactMap { $0 }
        let signers = participation(route).lines
        guard found.isEmpty else {
            return found.enumerated().map { index, explanation in
                var explanation = explanation
                if index == 0 { explanation.evidence += signers }
                return explanation
            }
        }
        var well = Explanation(
            "client/active", "Our client of \(chainID) is active.", "Nothing.", .nobody)
        well.evidence = clientEvidence(route) + signers
        return [well]
    }

    /// The relay of the chain.
    package func explainPeer(_ chainID: String) -> [Explanation]? {
        guard let route = routeOfChain[chainID] else { return nil }
        let found = [
            explainBar(route), explainPeer(route),
            explainPeerPause(route) ?? explainQueuePause(route),
        ]
        .compactMap { $0 }
        guard found.isEmpty else { return found }
        var well = Explanation(
            "peer/well", "The relay of \(chainID) is connected and answers.", "Nothing.", .nobody)
        well.evidence = peerEvidence(route)
        return [well]
    }

    /// Our own chain, where it holds everything up.
    package func explainOwnChain() -> Explanation? {
        let id = configuration.chainID
        if !chain.unreachableCode.isEmpty {
            var answer = Explanation(
                chain.unreachableCode, "No node of our chain \(id) gives a usable answer.",
                "Look at our chain's nodes.", .ourChain)
            answer.evidence = ["last height seen: \(chain.tip)"]
            return answer
        }
        let waits = awaitingTip.count + submitter.pending.count
        guard chain.tipTime != .unixEpoch, waits > 0 else { return nil }
        let age = now.nanoseconds(since: chain.tipTime)
        guard age >= configuration.timing.stallAfter else { return nil }
        var answer = Explanation(
            "chain/stalled",
            "Our chain \(id) has made no block for \(RelayEngine.span(age)); "
                + "\(waits) packets and transactions wait for one.",
            "Nothing to do in the relay: call the people who run our chain's validators.",
            .ourChain)
        answer.evidence = ["height \(chain.tip) of \(RelayEngine.span(age)) ago"]
        return answer
    }

    func explainClient(_ route: Int) -> Explanation? {
        let facts = routes[route]
        if facts.client.isFrozen {
            var answer = Explanation(
                "client/frozen",
                "Our client of \(facts.chainID) is frozen: \(facts.client.frozenReason).",
                Advice(code: "client/frozen")?.next ?? "", .operators)
            answer.evidence = clientEvidence(route)
            return answer
        }
        guard let latest = facts.latestHeader else {
            return Explanation(
                "client/no-anchor", "Our client of \(facts.chainID) has no first header yet.",
                "It is fetched once its relay is reached.", .peer)
        }
        let left = trustLeft(route) ?? 0
        guard left <= 0 else { return nil }
        var answer = Explanation(
            "client/expired",
            "Our client of \(facts.chainID) expired \(RelayEngine.span(-left)) ago; it trusts "
                + "nothing newer than \(latest.height).",
            Advice(code: "client/expired")?.next ?? "", .operators)
        answer.evidence = clientEvidence(route)
        return answer
    }

    /// Trust left in our client, nanoseconds; nil: it has no header.
    func trustLeft(_ route: Int) -> Int64? {
        routes[route].latestHeader.map {
            $0.timestamp.adding(nanoseconds: routes[route].configuration.trustingPeriodNanoseconds)
                .nanoseconds(since: now)
        }
    }

    private func explainAge(_ route: Int) -> Explanation? {
        let period = routes[route].configuration.trustingPeriodNanoseconds
        guard let left = trustLeft(route), left > 0, left < period / 3 else { return nil }
        var answer = Explanation(
            "client/ageing",
            "Our client of \(routes[route].chainID) has \(RelayEngine.span(left)) of trust left.",
            "It is refreshed as soon as its relay answers; by hand: "
                + "`cityrelay client refresh \(routes[route].chainID) --reason …`.", .us)
        answer.evidence = clientEvidence(route)
        return answer
    }

    private func explainHostedAge(_ route: Int) -> Explanation? {
        guard routes[route].hosted.status == .active, let budget = hostedBudget(route),
            budget.leftPerMille < 1_000 / 3
        else { return nil }
        let facts = routes[route]
        var answer = Explanation(
            "hosted-client/ageing",
            "The client \(facts.link.localClient) of \(facts.chainID) on our chain has "
                + "\(RelayEngine.span(budget.leftNanoseconds)) of trust left.",
            "It is refreshed by a transaction of ours as soon as its relay and our chain answer.",
            .us)
        answer.evidence = hostedEvidence(route)
        return answer
    }

    private func hostedEvidence(_ route: Int) -> [String] {
        guard let budget = hostedBudget(route), let newest = routes[route].hosted.states.last else {
            return []
        }
        return [
            "\(routes[route].link.localClient) on our chain trusts \(newest.height); trust left: "
                + "\(RelayEngine.span(budget.leftNanoseconds)) of "
                + "\(RelayEngine.span(budget.trustingPeriodNanoseconds))"
        ]
    }

    private func explainHosted(_ route: Int) -> Explanation? {
        let facts = routes[route]
        if facts.link.localClient.isEmpty || facts.remoteClient.isEmpty {
            return Explanation(
                "link/not-ready", "The clients of the link to \(facts.chainID) are being made.",
                "Nothing, while our chain and its relay answer.", .us)
        }
        switch facts.hosted.status {
        case .expired, .frozen, .unknown:
            return Explanation(
                "hosted-client/not-active",
                "The client \(facts.link.localClient) of \(facts.chainID) on our chain is "
                    + "\(facts.hosted.status.map { "\($0)" } ?? "unknown").",
                Advice(code: "hosted-client/not-active")?.next ?? "", .operators)
        case .active, nil: return nil
        }
    }

    private func explainPeer(_ route: Int) -> Explanation? {
        if let answer = explainUnreached(route) { return answer }
        let facts = routes[route]
        guard facts.peer.skew.magnitude > configuration.timing.clockSkewAlarm.magnitude else {
            return nil
        }
        var answer = Explanation(
            "peer/clock-skew",
            "The clock of \(facts.chainID)'s relay is \(RelayEngine.skewText(facts.peer.skew)).",
            Advice(code: "peer/clock-skew")?.next ?? "", .operators)
        answer.evidence = peerEvidence(route)
        return answer
    }

    /// Why the peer cannot be called now, whatever people have paused.
    func explainUnreached(_ route: Int) -> Explanation? {
        let facts = routes[route]
        var answer: Explanation?
        if !facts.peer.isConnected {
            let advice = Advice(code: facts.peer.lastCode)
            answer = Explanation(
                facts.peer.lastCode,
                "The relay of \(facts.chainID) is not connected. \(advice?.sentence ?? "")",
                advice?.next ?? "Call its operators if it lasts.", advice?.turn ?? .peer)
        } else if !facts.peer.blockedCode.isEmpty {
            let advice = Advice(code: facts.peer.blockedCode)
            answer = Explanation(
                facts.peer.blockedCode,
                "Nothing is exchanged with the relay of \(facts.chainID). "
                    + (advice?.sentence ?? ""),
                advice?.next ?? "Settle it with its operators.", .operators)
        } else if facts.peer.pausedUntil > clock {
            let advice = Advice(code: facts.peer.lastCode)
            answer = Explanation(
                facts.peer.lastCode,
                "Calls to the relay of \(facts.chainID) failed \(facts.peer.failures) times. "
                    + "\(advice?.sentence ?? "")",
                "Tried again in \(RelayEngine.span(facts.peer.pausedUntil - clock)). "
                    + "\(advice?.next ?? "")", advice?.turn ?? .peer)
        }
        answer?.evidence = peerEvidence(route)
        return answer
    }

    private func explainBar(_ route: Int) -> Explanation? {
        routes[route].configuration.bar.map { explainBar(route, $0) }
    }

    func explainPeerPause(_ route: Int) -> Explanation? {
        let facts = routes[route]
        guard facts.isPaused else { return nil }
        return Explanation(
            "route/paused",
            "The exchange with \(facts.chainID) is paused: \(facts.pauseReason)",
            "Resume it: `cityrelay peer resume \(facts.chainID) --reason …`.", .operators)
    }

    func explainQueuePause(_ route: Int) -> Explanation? {
        let facts = routes[route]
        guard !facts.queuePauseReason.isEmpty else { return nil }
        return Explanation(
            "queue/paused",
            "Our queue towards \(facts.chainID) is paused: \(facts.queuePauseReason)",
            "Resume it: `cityrelay queue resume \(facts.chainID) --reason …`.", .operators)
    }

    private func explainChore(_ route: Int) -> Explanation? {
        if submitter.isSettling {
            return Explanation(
                "account/settling", "Our account's sequence did not fit.",
                "Pending transactions are decided first.", .ourChain)
        }
        guard routes[route].choreFailures > 0, routes[route].choreNotBefore > clock else {
            return nil
        }
        return Explanation(
            "link/not-ready",
            "Keeping the link's clients in order failed \(routes[route].choreFailures) times.",
            "Tried again in \(RelayEngine.span(routes[route].choreNotBefore - clock)); the log "
                + "says why.", .us)
    }

    private func explainFlow(_ route: Int) -> Explanation {
        let open = PacketState.allCases.reduce(0) {
            $1.isTerminal || $1 == .parked ? $0 : $0 + packets.count($1, route: route)
        }
        let parked = packets.count(.parked, route: route)
        var answer: Explanation
        if open == 0 {
            answer = Explanation(
                "route/idle", "Nothing waits on the route to \(routes[route].chainID).",
                parked > 0 ? "Look at the parked packets: `cityrelay dead list`." : "Nothing.",
                parked > 0 ? .operators : .nobody)
        } else {
            answer = Explanation(
                "route/flowing",
                "\(open) packets are under way to or from \(routes[route].chainID).",
                "Nothing.", .nobody)
        }
        if routes[route].progressAt > 0 {
            let age = RelayEngine.span(clock - routes[route].progressAt)
            answer.evidence.append("last step forward \(age) ago")
        }
        if parked > 0 { answer.evidence.append("\(parked) packets are parked") }
        return answer
    }

    private func clientEvidence(_ route: Int) -> [String] {
        guard let latest = routes[route].latestHeader else { return ["no header"] }
        let left = trustLeft(route) ?? 0
        return [
            "newest trusted header \(latest.height), made "
                + "\(RelayEngine.span(now.nanoseconds(since: latest.timestamp))) ago",
            left > 0 ? "trust left: \(RelayEngine.span(left))" : "no trust left",
            "trusting period: "
                + RelayEngine.span(routes[route].configuration.trustingPeriodNanoseconds),
        ] + hostedEvidence(route)
    }

    private func peerEvidence(_ route: Int) -> [String] {
        let peer = routes[route].peer
        var lines: [String] = []
        if !peer.lastCode.isEmpty { lines.append("last failure: \(peer.lastCode)") }
        if peer.isConnected {
            lines.append("it trusts our chain up to \(peer.trustedHeight)")
            lines.append("its clock is \(RelayEngine.skewText(peer.skew))")
        }
        return lines
    }

    /// How another clock stands to ours; for people.
    package static func skewText(_ nanoseconds: Int64) -> String {
        let seconds = nanoseconds / EngineTiming.second
        guard seconds != 0 else { return "within a second of ours" }
        return "\(seconds.magnitude) s \(seconds > 0 ? "ahead of" : "behind") ours"
    }

    /// A stretch of time in the unit that fits it; for people.
    static func span(_ nanoseconds: Int64) -> String {
        let seconds = max(0, nanoseconds / EngineTiming.second)
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}
