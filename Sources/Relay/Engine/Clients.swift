// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The relay's own light clients. The dear part of a verdict was made on a snapshot; what is cheap
/// is judged again here, on the state of this moment (building-cometbft.md §8.1).
extension RelayEngine {
    /// Takes verified headers; returns why the client is of no use, or nil.
    mutating func admit(
        _ headers: [VerifiedHeader], route: Int, announces: Bool = true
    ) -> (code: String, detail: String)? {
        for header in headers {
            if routes[route].client.isFrozen { break }
            admit(header, route: route, announces: announces)
        }
        let client = routes[route].client
        return client.isFrozen ? ("client/frozen", client.frozenReason) : nil
    }

    private mutating func admit(_ header: VerifiedHeader, route: Int, announces: Bool) {
        let place = routes[route].headerPlace(header.height)
        if place < routes[route].headers.count, routes[route].headers[place].height == header.height
        {
            let stored = routes[route].headers[place]
            guard stored.headerHash == header.hash else {
                freeze(route, FrozenReason.conflictingHeader, stored, header)
                return
            }
            let rebases = !header.message.isEmpty && header.trustedHeight != stored.trustedHeight
            guard rebases && !hostedCanUse(stored, route), isKnown(header.trustedHeight, route)
            else { return }
            store(header, route: route, at: place, replaces: true)
            return
        }
        // Time ascends with height, or somebody signed two histories.
        if place > 0, routes[route].headers[place - 1].timestamp >= header.timestamp {
            freeze(
                route, FrozenReason.timeNotIncreasing, routes[route].headers[place - 1], header)
            return
        }
        if place < routes[route].headers.count,
            routes[route].headers[place].timestamp <= header.timestamp
        {
            freeze(route, FrozenReason.timeNotIncreasing, routes[route].headers[place], header)
            return
        }
        store(header, route: route, at: place, replaces: false)
        if announces { announce(routes[route].headers[place], route: route) }
        prune(route)
    }

    private func hostedCanUse(_ stored: HeaderRecord, _ route: Int) -> Bool {
        routes[route].hosted.heights.contains(stored.height)
            || (!stored.message.isEmpty
                && routes[route].hosted.heights.contains(stored.trustedHeight))
    }

    /// Whether either client can build on this height.
    private func isKnown(_ height: Height, _ route: Int) -> Bool {
        routes[route].hosted.heights.contains(height) || routes[route].header(at: height) != nil
    }

    private mutating func store(
        _ header: VerifiedHeader, route: Int, at place: Int, replaces: Bool
    ) {
        let record = HeaderRecord(
            chainID: routes[route].chainID, height: header.height, timestamp: header.timestamp,
            headerHash: header.hash, consensusState: header.consensusState, message: header.message,
            verifiedAt: now, trustedHeight: header.trustedHeight)
        if replaces {
            routes[route].headers[place] = record
        } else {
            routes[route].headers.insert(record, at: place)
            routes[route].client.latestHeight = max(
                routes[route].client.latestHeight, header.height)
        }
        entries.append(.header(record))
        routes[route].client.revisionCounter += 1
        routes[route].isClientDirty = true
        routes[route].refreshTrustedHeight()
    }

    private mutating func prune(_ route: Int) {
        let limit = configuration.limits.headersPerClient
        // A quarter at a time, so that pruning is rare.
        guard routes[route].headers.count > limit + limit / 4 else { return }
        let excess = routes[route].headers.count - limit
        let below = routes[route].headers[excess].height
        // What peers build on, and what our hosted client stands on, must stay.
        let trusted = routes[route].trustedHeight
        var keeping: [Height] = []
        routes[route].headers = routes[route].headers.filter { header in
            guard header.height < below else { return true }
            if header.height == trusted { keeping.append(header.height) }
            return header.height == trusted
        }
        entries.append(
            .pruneHeaders(chainID: routes[route].chainID, below: below, keeping: keeping))
    }

    // MARK: Fetching headers

    mutating func fetch(_ purpose: HeaderPurpose, route: Int, trusted: Height, target: Height) {
        guard routes[route].fetching.insert(purpose).inserted else { return }
        let job = jobs.add(.fetchHeaders(purpose), route: route, deadline: jobDeadline)
        effects.append(
            .fetchHeaders(
                job,
                HeaderRequest(
                    peerChain: routes[route].chainID, trustedHeight: trusted, targetHeight: target))
        )
    }

    mutating func headersFetched(_ id: JobID, _ chainID: String, _ headers: [VerifiedHeader]) {
        guard let job = jobs.job(id), case .fetchHeaders(let purpose) = job.kind,
            routes[job.route].chainID == chainID, jobs.finish(id) != nil
        else { return }
        let route = job.route
        routes[route].fetching.remove(purpose)
        peerAnswered(route, .zero)
        if purpose == .anchor && !adoptAnchor(headers, route) { return }
        var announces = true
        if case .crossCheck = purpose { announces = false }
        if let trouble = admit(headers, route: route, announces: announces) {
            routes[route].isCrossChecking = false
            releaseAwaiting(purpose, route, code: trouble.code, detail: trouble.detail)
            return
        }
        switch purpose {
        case .anchor:
            routes[route].careDue = clock
            // From now on the peer has something to build on.
            effects.append(.greet(chainID: chainID))
        case .refresh: refreshed(route)
        case .crossCheck(let header, let reporter):
            routes[route].isCrossChecking = false
            compare(header, route: route, reporter: reporter)
        case .bridge(let height):
            routes[route].careDue = clock
            if routes[route].header(at: height) == nil {
                releaseAllAwaiting(
                    route, code: "client/header-unknown", detail: "the peer gave other headers")
            }
        case .hosted(let height):
            if routes[route].header(at: height) == nil {
                releaseAwaiting(
                    purpose, route, code: "client/header-unknown",
                    detail: "the peer gave other headers")
            } else {
                releaseAwaiting(purpose, route)
            }
        }
    }

    mutating func headersNotFetched(_ job: Job, _ purpose: HeaderPurpose, _ failure: JobFailure) {
        let route = job.route
        routes[route].fetching.remove(purpose)
        // An anchor that does not verify must not hold up a client that works.
        if RetryPolicy.action(for: failure) == .pausePeer, purpose != .anchor || isOfNoUse(route) {
            pausePeer(route, failure)
        }
        switch purpose {
        case .hosted:
            releaseAwaiting(purpose, route, code: failure.code, detail: failure.detail)
        case .bridge: releaseAllAwaiting(route, code: failure.code, detail: failure.detail)
        case .crossCheck(let header, let reporter):
            routes[route].isCrossChecking = false
            // A relay that is down just when it is asked must not hide its chain's fork.
            if RetryPolicy.action(for: failure) == .pausePeer,
                routes[route].unchecked[reporter] == nil
            {
                routes[route].unchecked[reporter] = header
            }
        case .anchor, .refresh: break
        }
        note(
            .warning, "client/headers-not-fetched", route: route,
            "\(failure.code): \(failure.detail)")
    }

    /// Lets packets go on that waited for a header: to the next transaction, or to another try.
    /// When it does not come at all, a proof at another height is asked for.
    private mutating func releaseAwaiting(
        _ purpose: HeaderPurpose, _ route: Int, code: String = "", detail: String = ""
    ) {
        guard case .hosted(let height) = purpose,
            let refs = routes[route].awaitingHeader.removeValue(forKey: height)
        else { return }
        for ref in refs where packets.isCurrent(ref) {
            let slot = Int(ref.slot)
            if code.isEmpty {
                enqueue(slot, .submit, first: true)
            } else {
                let isHopeless = packets[slot].record.attempts >= 2
                fail(slot, isHopeless ? .ask : .submit, code: code, detail: detail)
            }
        }
    }

    private mutating func releaseAllAwaiting(_ route: Int, code: String, detail: String) {
        for height in routes[route].awaitingHeader.keys.sorted() {
            releaseAwaiting(.hosted(height), route, code: code, detail: detail)
        }
    }

    /// Fetches that packets wait for.
    mutating func scheduleHeaderFetches(_ route: Int) {
        guard !routes[route].awaitingHeader.isEmpty, !routes[route].client.isFrozen else { return }
        for height in routes[route].awaitingHeader.keys.sorted().prefix(
            configuration.limits.callsPerPeer)
        where !routes[route].fetching.contains(.hosted(height)) {
            guard let request = hostedRequest(height, route: route) else {
                releaseAwaiting(
                    .hosted(height), route, code: "hosted-client/no-base",
                    detail: "our chain's client has no usable state below \(height)")
                continue
            }
            fetch(request, route: route)
        }
    }
}
