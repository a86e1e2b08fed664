// SPDX-License-Identifier: Apache-2.0

internal import LightClient

extension Topology {
    /// Everything that is wrong or doubtful, not just the first. A relay starts only when all
    /// findings are warnings.
    public func findings() -> [TopologyFinding] {
        var check = TopologyCheck(self)
        check.run()
        return check.findings
    }
}

/// Walks a topology and gathers what it finds.
private struct TopologyCheck {
    let topology: Topology
    var findings: [TopologyFinding] = []
    var endpoints: Set<Endpoint> = []
    var keyPins: Set<Digest> = []

    /// A member runs a handful of processes at most.
    static let maxEndpoints = 8
    /// The present key and the next; two more for relays in the middle of a change.
    static let maxKeyPins = 4
    /// ICS-23 walks one proof a part: store and key prefix are two.
    static let maxPrefixParts = 4

    init(_ topology: Topology) { self.topology = topology }

    mutating func run() {
        if topology.name.isEmpty { add("topology.name", .emptyName) }
        if topology.version == 0 { add("topology.version", .zeroVersion) }
        if topology.members.count < 2 {
            add("members", .tooFewMembers(topology.members.count))
        }
        limit("members", "members", topology.members.count, Topology.maxMembers)
        limit("routes", "routes", topology.routes.count, Topology.maxRoutes)
        checkMembers()
        checkRoutes()
    }

    private mutating func add(_ path: String, _ fault: TopologyFault) {
        findings.append(TopologyFinding(path: path, fault: fault))
    }

    private mutating func limit(_ path: String, _ what: String, _ count: Int, _ limit: Int) {
        if count > limit { add(path, .tooMany(what, count: count, limit: limit)) }
    }

    private mutating func checkMembers() {
        var members: Set<MemberID> = []
        var chains: Set<ChainID> = []
        for (index, member) in topology.members.enumerated() {
            let path = "members[\(index)]"
            if !members.insert(member.id).inserted {
                add("\(path).institution", .duplicateMember(member.id))
            }
            if !chains.insert(member.chain.id).inserted {
                add("\(path).chain.id", .duplicateChain(member.chain.id))
            }
            check(member.chain, at: "\(path).chain")
            check(member.relay, at: "\(path).relay")
        }
    }

    private mutating func check(_ chain: Chain, at path: String) {
        let terms = chain.parameters
        if chain.id.isBlank {
            add("\(path).id", .chainIDLength(0))
        } else if chain.id.bytes.count > ChainID.maxByteCount {
            add("\(path).id", .chainIDLength(chain.id.bytes.count))
        }
        if !isInRange(terms.trustThreshold) {
            add("\(path).trust_threshold", .threshold(terms.trustThreshold))
        }
        let times = [
            ("trusting_period", terms.trustingPeriodNanoseconds),
            ("unbonding_period", terms.unbondingPeriodNanoseconds),
            ("clock_drift", terms.maxClockDriftNanoseconds),
            ("block_interval", chain.blockIntervalNanoseconds),
        ]
        for (key, time) in times where time <= 0 { add("\(path).\(key)", .notPositive(key)) }
        let (trusting, unbonding) = (
            terms.trustingPeriodNanoseconds, terms.unbondingPeriodNanoseconds
        )
        if trusting >= unbonding {
            add("\(path).trusting_period", .trustingNotBelowUnbonding)
        } else if trusting / 2 > unbonding / 3 {
            add("\(path).trusting_period", .trustingAboveTwoThirds)
        }
        if terms.maxClockDriftNanoseconds >= trusting {
            add("\(path).clock_drift", .driftNotBelowTrusting)
        }
        checkAnchor(chain, at: path)
        if chain.commitmentPrefix.first?.isEmpty ?? true {
            add("\(path).commitment_prefix", .prefixEmpty)
        }
        limit(
            "\(path).commitment_prefix", "parts", chain.commitmentPrefix.count,
            TopologyCheck.maxPrefixParts)
    }

    /// Stricter than `TrustThreshold.isInRange`, which wraps as the reference does.
    private func isInRange(_ level: TrustThreshold) -> Bool {
        let (product, overflow) = level.numerator.multipliedReportingOverflow(by: 3)
        return !overflow && level.denominator != 0 && level.numerator <= level.denominator
            && product >= level.denominator
    }

    private mutating func checkAnchor(_ chain: Chain, at path: String) {
        guard let anchor = chain.anchor else {
            add("\(path).trust_anchor", .anchorMissing)
            return
        }
        if anchor.height == 0 { add("\(path).trust_anchor.height", .anchorHeightZero) }
        if anchor.headerHash == .zero { add("\(path).trust_anchor.hash", .anchorHashZero) }
    }

    private mutating func check(_ relay: RelayEndpoints, at path: String) {
        if relay.endpoints.isEmpty { add("\(path).endpoints", .noEndpoint) }
        if relay.keyPins.isEmpty { add("\(path).key_pins", .noKeyPin) }
        limit(
            "\(path).endpoints", "endpoints", relay.endpoints.count, TopologyCheck.maxEndpoints)
        limit("\(path).key_pins", "key pins", relay.keyPins.count, TopologyCheck.maxKeyPins)
        for (index, endpoint) in relay.endpoints.enumerated()
        where !endpoints.insert(endpoint).inserted {
            add("\(path).endpoints[\(index)]", .duplicateEndpoint(endpoint))
        }
        for (index, pin) in relay.keyPins.enumerated() where !keyPins.insert(pin).inserted {
            add("\(path).key_pins[\(index)]", .duplicateKeyPin(pin))
        }
    }

    private mutating func checkRoutes() {
        let members = Set(topology.members.map(\.id))
        var pairs: Set<[MemberID]> = []
        var reached: Set<MemberID> = []
        for (index, route) in topology.routes.enumerated() {
            let path = "routes[\(index)]"
            for (end, key) in [(route.first, "first"), (route.second, "second")] {
                if !members.contains(end.member) {
                    add("\(path).\(key)", .unknownMember(end.member))
                }
                if !end.client.isEmpty, !TopologyCheck.isClient(end.client) {
                    add("\(path).\(key)_client", .badClient(end.client))
                }
                reached.insert(end.member)
            }
            let (one, other) = (route.first.member, route.second.member)
            if one == other {
                add("\(path).second", .routeToItself(one))
            } else if !pairs.insert([min(one, other), max(one, other)]).inserted {
                add(path, .duplicateRoute(one, other))
            }
            if !(1...Route.longestLifetimeSeconds).contains(route.maxPacketLifetimeSeconds) {
                add(
                    "\(path).max_packet_lifetime",
                    .lifetime(seconds: route.maxPacketLifetimeSeconds))
            }
        }
        for (index, member) in topology.members.enumerated() where !reached.contains(member.id) {
            add("members[\(index)]", .noRoute(member.id))
        }
    }

    /// ICS-24: 4 to 64 of these characters.
    private static func isClient(_ text: String) -> Bool {
        guard (4...64).contains(text.utf8.count) else { return false }
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: continue
            case 0x2e, 0x5f, 0x2b, 0x2d, 0x23, 0x5b, 0x5d, 0x3c, 0x3e: continue
            default: return false
            }
        }
        return true
    }
}
