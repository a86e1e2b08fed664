// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Links and clients in order: created where there are none, registered, kept from expiring. Idle
/// routes too, but lazily: traffic follows business, not the square of the membership.
extension RelayEngine {
    mutating func careForLinks() {
        resolvePending()
        for route in routes.indices {
            if routes[route].careDue <= clock {
                routes[route].careDue = clock &+ configuration.timing.careInterval
                care(route)
            } else if routes[route].hosted.mustRead {
                readHosted(route)
            }
            if routes[route].reconcileDue <= clock {
                routes[route].reconcileDue = clock &+ configuration.timing.reconcileInterval
                beginReconcile(route)
                if !routes[route].queuePauseReason.isEmpty { sortOutLate(route) }
            }
        }
    }

    private mutating func care(_ route: Int) {
        readHosted(route)
        if careForAnchor(route) { return }
        if routes[route].client.isFrozen { return careForFrozen(route) }
        if let bar = routes[route].configuration.bar {
            // Nothing new with a suspended member: without a client nothing is open either.
            guard !bar.isCut, !routes[route].link.localClient.isEmpty else { return }
        }
        guard let latest = routes[route].latestHeader else {
            if routes[route].canCall(now: clock) {
                fetch(
                    .anchor, route: route, trusted: .zero,
                    target: routes[route].configuration.anchorHeight)
            }
            return
        }
        let isFresh = careForTrust(route)
        if routes[route].link.localClient.isEmpty {
            // A client is created from a header that is fresh, or it would begin half expired.
            if routes[route].chore == nil && routes[route].createsClient && isFresh
                && !latest.consensusState.isEmpty
            {
                routes[route].chore = .createClient
            }
        } else {
            register(route)
        }
    }

    private mutating func register(_ route: Int) {
        guard routes[route].hosted.status == .active, routes[route].hosted.counterparty.isEmpty,
            routes[route].chore == nil, !routes[route].link.remoteClient.isEmpty
        else { return }
        routes[route].chore = .registerCounterparty(routes[route].link.remoteClient)
    }

    /// The hosted client told its counterparty.
    mutating func registrationSeen(_ route: Int) {
        let counterparty = routes[route].hosted.counterparty
        guard !counterparty.isEmpty else { return }
        if case .registerCounterparty = routes[route].chore { routes[route].chore = nil }
        if !routes[route].link.remoteClient.isEmpty
            && routes[route].link.remoteClient != counterparty
        {
            if routes[route].peer.blockedCode != "link/wrong-counterparty" {
                note(
                    .alarm, "link/wrong-counterparty", route: route,
                    "our chain has registered \(counterparty), the peer says "
                        + routes[route].link.remoteClient)
            }
            routes[route].peer.blockedCode = "link/wrong-counterparty"
            return
        }
        guard !routes[route].link.isRegistered || routes[route].link.remoteClient.isEmpty else {
            return
        }
        routes[route].link.remoteClient = counterparty
        routes[route].link.isRegistered = true
        entries.append(.link(routes[route].link))
        note(.info, "link/registered", route: route, counterparty)
    }

    mutating func clientCreated(_ route: Int, _ client: String) {
        routes[route].chore = nil
        guard routes[route].link.localClient.isEmpty else { return }
        guard !client.isEmpty else {
            // Never a second client by mistake: a person names the first in the configuration.
            routes[route].createsClient = false
            note(
                .alarm, "link/created-client-unknown", route: route,
                "our chain created a client and did not say which: set it as the route's local client"
            )
            return
        }
        routes[route].link.localClient = client
        routeOfLocalClient[client] = route
        routes[route].hosted.mustRead = true
        entries.append(.link(routes[route].link))
        effects.append(.greet(chainID: routes[route].chainID))
        note(.info, "link/client-created", route: route, client)
    }

    mutating func choreDone(_ route: Int) {
        routes[route].chore = nil
        routes[route].choreFailures = 0
        routes[route].hosted.mustRead = true
        routes[route].careDue = clock
    }

    mutating func choreFailed(_ route: Int, code: String, detail: String) {
        routes[route].choreFailures += 1
        routes[route].choreNotBefore =
            clock
            &+ configuration.timing.backoff.delay(
                attempts: routes[route].choreFailures, random: random.next())
        // Decided anew: the cause may have changed what is to be done.
        routes[route].chore = nil
        note(.warning, code, route: route, detail)
    }
}
