// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// What a person may do by hand. Everything leaves a trace, in the commit of its effect.
extension RelayEngine {
    mutating func operate(_ order: OperatorOrder) {
        do throws(OrderRefusal) {
            guard !order.reason.isEmpty else {
                throw OrderRefusal(
                    "action/no-reason", "the order says no reason", "Say why, in a few words.")
            }
            guard order.after.map({ $0 == lastAction }) ?? true else {
                throw OrderRefusal(
                    "action/raced", "somebody else ordered something in the same moment",
                    "Look at `cityrelay queue actions`, then order again.")
            }
            let touched = try carryOut(order)
            lastAction += 1
            let action = OperatorAction(
                number: lastAction, kind: order.kind, subject: order.subject,
                reason: order.reason, who: order.who, at: now, undoes: order.undoes)
            entries.append(.operatorAction(action))
            effects.append(.ordered(order.token, .done(action, packets: touched)))
            let route: Int? =
                if case .chain(let chainID) = order.subject { routeOfChain[chainID] } else { nil }
            let packet: PacketID? =
                if case .packet(let id) = order.subject { id } else { nil }
            note(
                .info, "operator/\(order.kind.rawValue)", route: route, packet: packet,
                "\(order.who): \(order.reason)")
        } catch {
            effects.append(.ordered(order.token, .refused(error)))
        }
    }

    private mutating func carryOut(_ order: OperatorOrder) throws(OrderRefusal) -> Int {
        switch order.subject {
        case .packet(let id):
            if order.kind == .discard || order.kind == .restore {
                return try putAside(id, order)
            }
            guard let slot = packets.slot(of: id) else { throw RelayEngine.notOpen(id, order) }
            switch order.kind {
            case .park: try park(slot, "\(order.who): \(order.reason)")
            case .release, .replay: try release(slot)
            case .retry: try retry(slot)
            default: throw RelayEngine.wrongSubject(order)
            }
            return 1
        case .chain(let chainID):
            guard let route = routeOfChain[chainID] else {
                let known = routes.map(\.chainID).joined(separator: ", ")
                throw OrderRefusal(
                    "route/unknown", "there is no route to \(chainID)", "Name one of: \(known).")
            }
            return try carryOut(order, route)
        }
    }

    private mutating func carryOut(
        _ order: OperatorOrder, _ route: Int
    ) throws(OrderRefusal) -> Int {
        switch order.kind {
        case .retryRoute: return retryAll(route)
        case .pauseQueue: setPause(route, .queue, "\(order.who): \(order.reason)")
        case .resumeQueue: try endPause(route, .queue)
        case .pausePeer: setPause(route, .peer, "\(order.who): \(order.reason)")
        case .resumePeer: try endPause(route, .peer)
        case .refreshClient: try refreshClient(route)
        default: throw RelayEngine.wrongSubject(order)
        }
        return 0
    }

    private static func wrongSubject(_ order: OperatorOrder) -> OrderRefusal {
        OrderRefusal(
            "action/wrong-subject", "\(order.kind.rawValue) is nothing to do to \(order.subject)",
            "Look at `cityrelay help`.")
    }

    private static func notOpen(_ id: PacketID, _ order: OperatorOrder) -> OrderRefusal {
        guard let state = order.ended else {
            return OrderRefusal(
                "packet/unknown", "there is no packet \(id) here",
                "List packets with `cityrelay queue list`.")
        }
        let isReplay = order.kind == .replay
        return OrderRefusal(
            isReplay ? "dead/ended-for-good" : "packet/ended",
            "\(id) has ended (\(state.name)): nothing can be done to it any more",
            isReplay
                ? "Its sender was refunded: the application sends anew if it is still wanted."
                : "Read why with `cityrelay why packet \(id)`.")
    }

    // MARK: Packets

    private mutating func park(_ slot: Int, _ reason: String) throws(OrderRefusal) {
        guard packets[slot].record.state != .parked else {
            throw OrderRefusal(
                "packet/parked-already", "\(packets[slot].record.id) is parked already",
                "Release it with `cityrelay queue release`, or leave it.")
        }
        stop(slot, code: "operator/parked", detail: reason)
    }

    private mutating func release(_ slot: Int) throws(OrderRefusal) {
        guard packets[slot].record.state == .parked, packets[slot].record.parkedFrom != nil else {
            throw OrderRefusal(
                "packet/not-parked", "\(packets[slot].record.id) is not parked",
                "To try it now instead of later: `cityrelay queue retry`.")
        }
        let id = packets[slot].record.id
        entries.append(.discard(id, isDiscarded: false))
        release(id)
    }

    /// Tries at once what waits for its next attempt.
    private mutating func retry(_ slot: Int) throws(OrderRefusal) {
        let record = packets[slot].record
        wake(packets[slot].route)
        switch packets[slot].phase {
        case .backoff(let stage):
            packets.edit(slot) { $0.notBefore = .unixEpoch }
            enqueue(slot, stage, first: true)
        case .waiting:
            enqueue(slot, record.state == .forwarded ? .ask : .lookUp, first: true)
        case .parked:
            throw OrderRefusal(
                "packet/parked", "\(record.id) is parked: it waits for no attempt",
                "Release it with `cityrelay queue release \(record.id)`.")
        case .queued, .inFlight, .awaitingTip, .awaitingHeader, .inTransaction:
            throw OrderRefusal(
                "packet/under-way", "\(record.id) is on its way already",
                "Look what it waits for: `cityrelay why packet \(record.id)`.")
        }
    }

    /// Everything of a route that waits for its next attempt. Walks over all packets: people ask
    /// seldom.
    private mutating func retryAll(_ route: Int) -> Int {
        wake(route)
        var touched = 0
        for slot in packets.slots.indices where packets[slot].isOpen && packets[slot].route == route
        {
            guard case .backoff(let stage) = packets[slot].phase else { continue }
            packets.edit(slot) { $0.notBefore = .unixEpoch }
            enqueue(slot, stage)
            touched += 1
        }
        return touched
    }

    /// The peer is called again at once, and chores of the link are tried.
    private mutating func wake(_ route: Int) {
        routes[route].peer.pausedUntil = 0
        routes[route].peer.failures = 0
        routes[route].choreNotBefore = 0
        routes[route].careDue = clock
        if !routes[route].peer.isConnected {
            effects.append(.greet(chainID: routes[route].chainID))
        }
    }

    /// A packet that will not go on by itself calls for people, until one says that it need not.
    /// Nothing is deleted and nothing loses money by it: what has ended is settled on the chains,
    /// and what a peer brought and our chain has not taken is refunded by its source when its
    /// deadline has passed. A packet of ours holds money until it is acknowledged or timed out, and
    /// so does one whose receipt our chain has written: neither can be put aside.
    private mutating func putAside(
        _ id: PacketID, _ order: OperatorOrder
    ) throws(OrderRefusal) -> Int {
        let isDiscarded = order.kind == .discard
        if let slot = packets.slot(of: id) {
            let record = packets[slot].record
            guard record.state == .parked else {
                throw OrderRefusal(
                    "dead/still-under-way", "\(id) is under way (\(record.state.name))",
                    "Park it first, if it must not go on.")
            }
            guard id.direction == .incoming, record.parkedFrom == .verified else {
                throw OrderRefusal(
                    "dead/holds-money",
                    "\(id) still holds money: it has to be acknowledged or timed out",
                    "Mend the cause and replay it: `cityrelay dead replay \(id)`.")
            }
        } else {
            guard let state = order.ended else { throw RelayEngine.notOpen(id, order) }
            guard state != .acknowledged, state != .acknowledgementDelivered else {
                throw OrderRefusal(
                    "dead/ended-well", "\(id) has ended well: it calls for nobody", "Nothing.")
            }
        }
        entries.append(.discard(id, isDiscarded: isDiscarded))
        return 1
    }

    // MARK: Routes

    private mutating func setPause(_ route: Int, _ scope: RoutePause.Scope, _ reason: String) {
        let chainID = routes[route].chainID
        entries.append(.pause(RoutePause(chainID: chainID, scope: scope, reason: reason)))
        apply(RoutePause(chainID: chainID, scope: scope, reason: reason), route)
    }

    private mutating func endPause(
        _ route: Int, _ scope: RoutePause.Scope
    ) throws(OrderRefusal) {
        let isPaused =
            scope == .peer ? routes[route].isPaused : !routes[route].queuePauseReason.isEmpty
        guard isPaused else {
            throw OrderRefusal(
                "route/not-paused", "\(routes[route].chainID) is not paused",
                "Look what holds it up: `cityrelay why route \(routes[route].chainID)`.")
        }
        setPause(route, scope, "")
        routes[route].careDue = clock
    }

    mutating func apply(_ pause: RoutePause, _ route: Int) {
        switch pause.scope {
        case .queue: routes[route].queuePauseReason = pause.reason
        case .peer: routes[route].pauseReason = pause.reason
        }
    }

    private mutating func refreshClient(_ route: Int) throws(OrderRefusal) {
        let facts = routes[route]
        guard !facts.client.isFrozen else {
            throw OrderRefusal(
                "client/frozen",
                "our client of \(facts.chainID) is frozen: \(facts.client.frozenReason)",
                "Only a new anchor in the manifest lets it trust again.")
        }
        guard facts.canCall(now: clock) || facts.peer.isConnected && !facts.isPaused else {
            throw OrderRefusal(
                "peer/not-reachable", "headers come from the relay of \(facts.chainID) alone",
                "Look why it is not reached: `cityrelay why peer \(facts.chainID)`.")
        }
        wake(route)
        routes[route].hosted.mustRead = true
        if facts.headers.isEmpty {
            fetch(.anchor, route: route, trusted: .zero, target: facts.configuration.anchorHeight)
        } else {
            fetch(.refresh, route: route, trusted: facts.trustedHeight, target: .zero)
        }
    }

    // MARK: Without a person's name, for programs that hold the engine themselves

    mutating func park(_ id: PacketID, _ reason: String) {
        guard let slot = packets.slot(of: id), !packets[slot].record.state.isTerminal else {
            return
        }
        stop(slot, code: "operator/parked", detail: reason)
    }

    mutating func release(_ id: PacketID) {
        guard let slot = packets.slot(of: id), packets[slot].record.state == .parked,
            let before = packets[slot].record.parkedFrom
        else { return }
        entries.append(
            .attempt(Attempt(packet: id, at: now, step: "release", code: "ok", detail: "")))
        advance(slot, to: before)
        watchBarred(slot)
        // The cause may have been mended: ports are tried again.
        deafPorts.removeAll()
        // What happened meanwhile, our chain tells first.
        enqueue(slot, .lookUp)
    }

    mutating func pause(_ chainID: String, _ reason: String) {
        guard let route = routeOfChain[chainID] else { return }
        setPause(route, .peer, reason.isEmpty ? "paused by an operator" : reason)
        note(.warning, "route/paused", route: route, reason)
    }

    mutating func resume(_ chainID: String) {
        guard let route = routeOfChain[chainID] else { return }
        setPause(route, .peer, "")
        routes[route].careDue = clock
        note(.info, "route/resumed", route: route)
    }
}
