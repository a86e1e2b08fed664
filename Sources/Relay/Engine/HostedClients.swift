// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The clients of other chains that our chain hosts: other objects than the relay's own, with other
/// trusted heights and expiries.
extension RelayEngine {
    mutating func hostedClientRead(_ client: HostedClient) {
        guard let route = routeOfLocalClient[client.client] else { return }
        var hosted = HostedState()
        hosted.status = client.status
        hosted.counterparty = client.counterparty
        hosted.mustRead = false
        hosted.trustingPeriod =
            client.trustingPeriodNanoseconds ?? routes[route].hosted.trustingPeriod
        // One that is of no use is looked at more often: it may be recovered any time.
        hosted.readDue =
            clock
            &+ (client.status == .active
                ? configuration.timing.reconcileInterval : configuration.timing.careInterval)
        for state in client.states.suffix(configuration.limits.hostedStates) {
            hosted.add(state, limit: configuration.limits.hostedStates)
        }
        // A node a block behind must not take back what our own blocks have shown.
        for state in routes[route].hosted.states.suffix(8)
        where state.height > hosted.states.last?.height ?? .zero {
            hosted.add(state, limit: configuration.limits.hostedStates)
        }
        if client.counterparty.isEmpty { hosted.counterparty = routes[route].hosted.counterparty }
        let before = routes[route].hosted.status
        routes[route].hosted = hosted
        routes[route].refreshTrustedHeight()
        routes[route].careDue = clock
        if before != client.status && client.status != .active {
            note(
                .alarm, "hosted-client/\(client.status)", route: route,
                "\(client.client) on our chain: packets to it wait until it is recovered")
        }
        registrationSeen(route)
    }

    /// A block moved a hosted client.
    mutating func hostedUpdated(_ update: HostedUpdate) {
        guard let route = routeOfLocalClient[update.client] else { return }
        guard let header = routes[route].header(at: update.height) else {
            // Moved by somebody else to a header that we do not know.
            routes[route].hosted.mustRead = true
            return
        }
        routes[route].hosted.add(
            HostedClient.State(height: update.height, timestamp: header.timestamp),
            limit: configuration.limits.hostedStates)
        routes[route].refreshTrustedHeight()
    }

    /// Asks our chain for the hosted client, once in a while and after every doubt.
    mutating func readHosted(_ route: Int) {
        let client = routes[route].link.localClient
        guard !client.isEmpty, chain.unreachableCode.isEmpty else { return }
        let isDue = routes[route].hosted.readDue <= clock
        guard isDue || routes[route].hosted.mustRead else { return }
        routes[route].hosted.mustRead = false
        routes[route].hosted.readDue =
            clock
            &+ (routes[route].hosted.status == nil
                ? configuration.timing.careInterval : configuration.timing.reconcileInterval)
        effects.append(.readHostedClient(client: client))
    }

    /// What a transaction must update before proofs at `target` can be checked on chain.
    enum UpdatesNeeded: Hashable {
        case updates([Submission.Update])
        /// A header must be fetched first.
        case missing
        /// No state that could lead to this height: another proof is needed.
        case unreachable
    }

    /// Longest chain of headers in one transaction; bisection over changing validators needs
    /// several.
    static let updateChainLimit = 16

    func updatesNeeded(_ target: Height, route: Int, planned: Set<Height>) -> UpdatesNeeded {
        let hosted = routes[route].hosted
        if hosted.heights.contains(target) || planned.contains(target) { return .updates([]) }
        guard
            let base = hosted.base(
                below: target,
                trustingPeriod: hostedPeriod(route),
                now: chain.tipTime)
        else { return .unreachable }
        var updates: [Submission.Update] = []
        var height = target
        while updates.count < RelayEngine.updateChainLimit {
            guard let header = routes[route].header(at: height), !header.message.isEmpty,
                header.trustedHeight < height
            else { return .missing }
            updates.append(
                Submission.Update(
                    height: height, trustedHeight: header.trustedHeight, message: header.message))
            height = header.trustedHeight
            if planned.contains(height) || height == base { return .updates(updates.reversed()) }
            if let state = hosted.states.last(where: { $0.height == height }) {
                return isHostedFresh(state.timestamp, route)
                    ? .updates(updates.reversed()) : .missing
            }
        }
        return .missing
    }
}
