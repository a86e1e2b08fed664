// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Members come, change and go while everything runs. A route is never taken out: its open packets
/// wait with a reason that names the version, and go on when the member is back.
extension RelayEngine {
    mutating func topologyChanged(_ change: TopologyChange) {
        configuration.topologyVersion = change.version
        configuration.topologyDigest = change.digest
        configuration.manifest = change.manifest
        configuration.bars = change.bars
        var named: Set<String> = []
        for route in change.routes
        where route.chainID != configuration.chainID && named.insert(route.chainID).inserted {
            if let place = routeOfChain[route.chainID] {
                changeRoute(place, to: route)
            } else {
                addRoute(route)
            }
        }
        for place in routes.indices where !named.contains(routes[place].chainID) {
            let bar =
                bar(change.bars, routes[place].chainID)
                ?? MemberBar(.left, version: change.version)
            changeRoute(place, to: routes[place].configuration.barred(bar))
        }
        configuration.routes = routes.map(\.configuration)
        releaseHeld()
        manifestDue = clock
        // Catching up is no standstill: a later one has a minute again.
        for place in routes.indices {
            routes[place].peer.aheadSince = nil
            compareVersions(place)
        }
        effects.append(.adopt(change))
        for place in routes.indices where !routes[place].isCut {
            judgeAgain(place)
            effects.append(.greet(chainID: routes[place].chainID))
        }
        note(.info, "members/changed", "version \(change.version)")
    }

    private mutating func addRoute(_ route: RouteConfiguration) {
        let place = routes.count
        routes.append(
            Route(
                route, reconcileDue: clock &+ configuration.timing.reconcileInterval,
                limits: configuration.limits))
        routeOfChain[route.chainID] = place
        packets.addRoute()
        jobs.addRoute()
        if !route.localClient.isEmpty { routeOfLocalClient[route.localClient] = place }
        if let bar = route.bar {
            note(.warning, bar.code, route: place, bar.detail)
        } else {
            note(.info, "member/joined", route: place)
        }
    }

    /// Of a member that no route leads to. One that is suspended has a route, or has left.
    private func bar(_ bars: [String: MemberBar], _ chainID: String) -> MemberBar? {
        bars[chainID].flatMap { $0.isCut ? $0 : nil }
    }

    private mutating func changeRoute(_ place: Int, to changed: RouteConfiguration) {
        let before = routes[place].configuration
        var route = changed
        // A bar that only goes on keeps the version and the moment from which it holds.
        if let bar = before.bar, bar.isSame(as: route.bar) { route = route.barred(bar) }
        routes[place].configuration = route
        if before.terms != route.terms
            || before.trustingPeriodNanoseconds != route.trustingPeriodNanoseconds
        {
            voidVerdicts(place)
        }
        if routes[place].link.localClient.isEmpty, !route.localClient.isEmpty {
            routes[place].link.localClient = route.localClient
            routeOfLocalClient[route.localClient] = place
            entries.append(.link(routes[place].link))
        }
        routes[place].careDue = clock
        guard before.bar != route.bar else { return }
        let wasCut = before.bar?.isCut ?? false
        if let bar = route.bar, bar.isCut {
            cut(place, bar)
        } else if wasCut {
            restored(place)
        }
        standingChanged(place)
    }

    private mutating func standingChanged(_ place: Int) {
        guard let bar = routes[place].configuration.bar else {
            return note(.info, "member/active", route: place)
        }
        let open = eachOpen(place) { _, _ in }
        note(
            .warning, bar.code, route: place,
            bar.isCut
                ? "\(bar.detail); \(open) of its packets are open"
                : "\(bar.detail): nothing new is begun; \(open) packets are open and finish")
    }

    /// What verifiers find on older copies of our client counts no more.
    mutating func voidVerdicts(_ place: Int) {
        routes[place].client.revisionCounter += 1
        routes[place].verdictsFrom = routes[place].client.revisionCounter
        routes[place].isClientDirty = true
    }

    private mutating func cut(_ place: Int, _ bar: MemberBar) {
        routes[place].peer.isConnected = false
        routes[place].peer.lastCode = bar.code
        _ = eachOpen(place) { engine, slot in
            engine.markBarred(slot)
            engine.watchBarred(slot)
        }
    }

    private mutating func restored(_ place: Int) {
        routes[place].peer = PeerState()
        routes[place].reconcileDue = clock
        _ = eachOpen(place) { engine, slot in
            engine.releaseUnproven(slot)
            guard engine.packets[slot].record.reasonCode.hasPrefix(RelayEngine.memberArea) else {
                return
            }
            engine.packets.edit(slot) { record in
                record.reasonCode = ""
                record.reasonDetail = ""
            }
            engine.goOn(slot)
        }
    }

    static let memberArea = "member/"

    /// Walks over all packets: only where a member's standing changes.
    mutating func eachOpen(
        _ place: Int, _ body: (inout RelayEngine, Int) -> Void
    ) -> Int {
        var count = 0
        for slot in packets.slots.indices where packets[slot].isOpen && packets[slot].route == place
        {
            count += 1
            body(&self, slot)
        }
        return count
    }

    /// An open packet of a member that is cut off says so in the store too; one that is parked has
    /// its own reason.
    mutating func markBarred(_ slot: Int) {
        guard let bar = routes[packets[slot].route].configuration.bar, bar.isCut,
            packets[slot].record.state != .parked
        else { return }
        packets.edit(slot) { record in
            record.reasonCode = bar.code
            record.reasonDetail = bar.detail
        }
    }

    /// The member's standing goes before whatever a call that was cut off has to say.
    func reason(_ slot: Int, _ stage: Stage, _ code: String, _ detail: String) -> (String, String) {
        guard stage != .submit, stage != .lookUp,
            let bar = routes[packets[slot].route].configuration.bar, bar.isCut
        else { return (code, detail) }
        return (bar.code, bar.detail)
    }

    // MARK: Handshakes

    /// Why nothing may be exchanged with a peer because of its list of members; nil: nothing
    /// against it. Versions of a manifest may differ for a while, since the later one is pulled.
    func membershipTrouble(version: UInt64, digest: [UInt8]) -> String? {
        if digest == configuration.topologyDigest { return nil }
        guard configuration.manifest != nil else { return "peer/topology-mismatch" }
        return version == configuration.topologyVersion ? "manifest/equivocation" : nil
    }

    private mutating func judgeAgain(_ place: Int) {
        let peer = routes[place].peer
        let mine = ["peer/topology-mismatch", "manifest/equivocation"]
        guard peer.isConnected, mine.contains(peer.blockedCode) || peer.blockedCode.isEmpty else {
            return
        }
        routes[place].peer.blockedCode =
            membershipTrouble(version: peer.topologyVersion, digest: peer.topologyDigest) ?? ""
    }

    // MARK: Start

    /// Chains that are no peers of ours now, and were: their clients, links and open packets are
    /// kept, so that nothing is made twice when they come back.
    mutating func restoreFormerRoutes(_ snapshot: JournalSnapshot) {
        let families = Dictionary(
            snapshot.clients.map { ($0.chainID, $0.family) }, uniquingKeysWith: { one, _ in one })
        let linked = snapshot.links.map(\.counterpartyChain) + snapshot.clients.map(\.chainID)
        let pending = snapshot.transactions.filter { $0.state == .pending }
            .map(\.counterpartyChain)
        for chainID in linked + pending where !chainID.isEmpty && routeOfChain[chainID] == nil {
            let route = RouteConfiguration(
                chainID: chainID, family: families[chainID] ?? "", anchorHeight: .zero,
                trustingPeriodNanoseconds: RelayEngine.formerTrustingPeriod,
                bar: bar(configuration.bars, chainID)
                    ?? MemberBar(.left, version: configuration.topologyVersion))
            addRoute(route)
            configuration.routes.append(route)
        }
    }

    /// Nobody names the terms of a chain that left; its client on our chain judges by its own. A
    /// year, nanoseconds.
    static let formerTrustingPeriod: Int64 = 365 * 86_400 * EngineTiming.second

    // MARK: Why

    func explainMembership(_ packet: OpenPacket) -> Explanation? {
        if let held = explainHeld(packet) { return held }
        let facts = routes[packet.route]
        guard let bar = facts.configuration.bar, bar.isCut else { return nil }
        switch packet.phase {
        case .inTransaction, .queued(.submit), .queued(.lookUp), .inFlight(.lookUp, _),
            .backoff(.submit), .backoff(.lookUp):
            return nil
        default: break
        }
        return explainBar(packet.route, bar)
    }

    func explainBar(_ route: Int, _ bar: MemberBar) -> Explanation {
        let name = who(route, bar)
        let subject = (name.first?.uppercased() ?? "") + name.dropFirst()
        guard bar.isCut else {
            return Explanation(
                bar.code,
                "\(subject) is \(bar.detail): nothing new is begun, no packet and no disclosure; "
                    + "what was sent before finishes.",
                "What is sent now waits until a later version lists the member as active, or is "
                    + "refunded after its deadline.", .operators)
        }
        return Explanation(
            bar.code, "\(subject) is \(bar.detail).",
            "Nothing is exchanged with its relay; it goes on when a later version lists the member "
                + "as active.", .operators)
    }

    func who(_ route: Int, _ bar: MemberBar) -> String {
        bar.isOwn ? "our own member" : "the member of \(routes[route].chainID)"
    }
}

extension RouteConfiguration {
    /// The same route, barred.
    func barred(_ bar: MemberBar) -> RouteConfiguration {
        RouteConfiguration(
            chainID: chainID, family: family, anchorHeight: anchorHeight,
            trustingPeriodNanoseconds: trustingPeriodNanoseconds, localClient: localClient,
            remoteClient: remoteClient, anchorHash: anchorHash, terms: terms, bar: bar)
    }
}
