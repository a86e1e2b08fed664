// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The members' anchor of a chain is where our client of it begins. When they agree on another one,
/// a client that still works checks it by itself; one that is frozen or expired, or that has
/// followed another history, begins anew from it, and what was proven before is proven again.
extension RelayEngine {
    /// Stores of older versions do not say which anchor a client began from: it is the present one.
    mutating func rememberAnchor(_ route: Int) {
        guard routes[route].client.anchorHeight.isZero, !routes[route].headers.isEmpty,
            !routes[route].configuration.anchorHeight.isZero
        else { return }
        setAnchor(route)
    }

    private mutating func setAnchor(_ route: Int) {
        routes[route].client.anchorHeight = routes[route].configuration.anchorHeight
        routes[route].client.anchorHash = routes[route].configuration.anchorHash
        routes[route].isClientDirty = true
    }

    private func hasNewAnchor(_ route: Int) -> Bool {
        let wanted = routes[route].configuration
        let client = routes[route].client
        guard !wanted.anchorHeight.isZero, !routes[route].headers.isEmpty, !routes[route].isCut
        else {
            return false
        }
        return client.anchorHeight != wanted.anchorHeight
            || (!wanted.anchorHash.isEmpty && client.anchorHash != wanted.anchorHash)
    }

    /// Frozen, or too old to verify anything.
    func isOfNoUse(_ route: Int) -> Bool {
        guard !routes[route].client.isFrozen, let latest = routes[route].latestHeader else {
            return true
        }
        let period = routes[route].configuration.trustingPeriodNanoseconds
        return latest.timestamp.adding(nanoseconds: period) <= now
    }

    /// True when nothing else is to be done for the client before it has begun anew.
    mutating func careForAnchor(_ route: Int) -> Bool {
        guard hasNewAnchor(route) else { return false }
        let wanted = routes[route].configuration
        guard !isOfNoUse(route) else {
            fetchAnchor(route)
            return true
        }
        if let known = routes[route].header(at: wanted.anchorHeight) {
            guard wanted.anchorHash.isEmpty || known.headerHash == wanted.anchorHash else {
                refuseOtherHistory(route, known)
                fetchAnchor(route)
                return true
            }
            setAnchor(route)
            note(
                .info, "client/anchor-confirmed", route: route,
                "our client had verified \(wanted.anchorHeight) by itself")
            return false
        }
        let place = routes[route].headerPlace(wanted.anchorHeight)
        guard place > 0 else {
            fetchAnchor(route)
            return false
        }
        if routes[route].canCall(now: clock) {
            fetch(
                .refresh, route: route, trusted: routes[route].headers[place - 1].height,
                target: wanted.anchorHeight)
        }
        return false
    }

    private mutating func fetchAnchor(_ route: Int) {
        guard routes[route].canCall(now: clock) else { return }
        fetch(
            .anchor, route: route, trusted: .zero,
            target: routes[route].configuration.anchorHeight)
    }

    /// What our client verified contradicts what the members agreed on: it believes nothing more.
    private mutating func refuseOtherHistory(_ route: Int, _ known: HeaderRecord) {
        note(
            .alarm, "client/anchor-conflict", route: route,
            "our client verified another header \(known.height) than the members' anchor")
        routes[route].client.isFrozen = true
        routes[route].client.frozenReason = "client/anchor-conflict at height \(known.height)"
        voidVerdicts(route)
    }

    /// The header that the members' anchor names has come, compared by its hash. False when it is
    /// not the one that holds now.
    mutating func adoptAnchor(_ headers: [VerifiedHeader], _ route: Int) -> Bool {
        let wanted = routes[route].configuration
        guard let anchor = headers.first, headers.count == 1, anchor.height == wanted.anchorHeight,
            wanted.anchorHash.isEmpty || anchor.hash == wanted.anchorHash
        else { return false }
        if !routes[route].headers.isEmpty && hasNewAnchor(route) { beginAnew(route, anchor.height) }
        setAnchor(route)
        return true
    }

    /// Everything that our client trusted is forgotten; the anchor is stored by whoever calls.
    private mutating func beginAnew(_ route: Int, _ height: Height) {
        let wasFrozen = routes[route].client.isFrozen
        routes[route].headers = []
        routes[route].client.isFrozen = false
        routes[route].client.frozenReason = ""
        routes[route].client.latestHeight = .zero
        voidVerdicts(route)
        entries.append(
            .pruneHeaders(
                chainID: routes[route].chainID, below: Height(revision: .max, height: .max),
                keeping: []))
        jobs.dropHeaderFetches(route: route)
        routes[route].fetching = []
        forgetMisbehaviour(route)
        proveAgain(route)
        note(
            .warning, "client/begun-anew", route: route,
            "from the members' anchor at \(height); it was "
                + (wasFrozen ? "frozen" : "expired, or on another history"))
    }

    /// Proofs that stand on forgotten headers are asked for again; those that ride in a transaction
    /// are our chain's to judge.
    private mutating func proveAgain(_ route: Int) {
        routes[route].awaitingHeader = [:]
        _ = eachOpen(route) { engine, slot in
            engine.unparkMisproven(slot)
            switch engine.packets[slot].record.state {
            case .verified, .acknowledgementVerified, .absenceVerified: break
            default: return
            }
            switch engine.packets[slot].phase {
            case .inTransaction, .waiting: return
            default: engine.enqueue(slot, .ask)
            }
        }
    }

    /// Our chain may have refused what a wrong history proved until the packet was parked; what a
    /// person parked stays so.
    private mutating func unparkMisproven(_ slot: Int) {
        let record = packets[slot].record
        guard record.state == .parked, record.reasonCode.hasPrefix("chain/"),
            let before = record.parkedFrom
        else { return }
        switch before {
        case .verified, .acknowledgementVerified, .absenceVerified: break
        default: return
        }
        advance(slot, to: before)
        packets.setPhase(slot, .queued(.ask))
    }

    /// A verdict that was made on a copy of our client which holds no more; nil: it counts.
    func staleVerdict(_ revision: UInt64, _ route: Int) -> (code: String, detail: String)? {
        revision < routes[route].verdictsFrom
            ? ("client/changed", "our client of it changed meanwhile") : nil
    }
}
