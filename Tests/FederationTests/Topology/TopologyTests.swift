// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// A topology of three good members, to be spoilt in one place.
enum SampleTopology {
    static let day: Int64 = 86_400_000_000_000

    static func id(_ division: String) throws -> MemberID {
        MemberID(
            division: try DivisionCode(division),
            institution: try InstitutionCode("\(division)000000000"))
    }

    static func member(_ division: String, _ name: String) throws -> Member {
        let seed = Array(name.utf8)
        return Member(
            id: try id(division), name: name,
            chain: Chain(
                family: .cometBFT,
                parameters: ClientParameters(
                    chainID: ChainID("\(name.lowercased())-1"),
                    trustingPeriodNanoseconds: 14 * day, maxClockDriftNanoseconds: 10_000_000_000,
                    unbondingPeriodNanoseconds: 21 * day),
                anchor: TrustAnchor(height: 1, headerHash: SHA256.hash(seed)),
                blockIntervalNanoseconds: 1_000_000_000, commitmentPrefix: ["ibc", ""]),
            relay: RelayEndpoints(
                endpoints: [Endpoint(host: "\(name.lowercased()).example", port: 27100)],
                keyPins: [SHA256.hash(seed + [1])]))
    }

    static func three() throws -> Topology {
        let (one, two, three) = (try id("330100"), try id("110000"), try id("431300"))
        return Topology(
            name: "sample", version: 1,
            members: [
                try member("330100", "Hangzhou"), try member("110000", "Beijing"),
                try member("431300", "Loudi"),
            ],
            routes: [
                Route(first: .init(member: one), second: .init(member: two)),
                Route(first: .init(member: two), second: .init(member: three)),
                Route(first: .init(member: three), second: .init(member: one)),
            ])
    }
}

@Suite struct TopologyTests {
    @Test func `a good topology has no findings`() throws {
        #expect(try SampleTopology.three().findings().isEmpty)
    }

    typealias Spoil = @Sendable (inout Topology) -> Void

    static let faults: [(name: String, path: String, fault: String, spoil: Spoil)] = [
        ("no name", "topology.name", "emptyName", { $0.name = "" }),
        ("version zero", "topology.version", "zeroVersion", { $0.version = 0 }),
        (
            "a member twice", "members[1].institution", "duplicateMember",
            { $0.members[1].id = $0.members[0].id }
        ),
        (
            "a chain twice", "members[2].chain.id", "duplicateChain",
            { $0.members[2].chain.parameters.chainID = $0.members[0].chain.id }
        ),
        (
            "blank chain id", "members[0].chain.id", "chainIDLength",
            { $0.members[0].chain.parameters.chainID = ChainID("  ") }
        ),
        (
            "long chain id", "members[0].chain.id", "chainIDLength",
            { $0.members[0].chain.parameters.chainID = ChainID(String(repeating: "x", count: 51)) }
        ),
        (
            "threshold of a quarter", "members[0].chain.trust_threshold", "threshold",
            {
                $0.members[0].chain.parameters.trustThreshold =
                    TrustThreshold(numerator: 1, denominator: 4)
            }
        ),
        (
            "threshold that passes by wrapping only", "members[0].chain.trust_threshold",
            "threshold",
            {
                $0.members[0].chain.parameters.trustThreshold =
                    TrustThreshold(numerator: .max / 3 + 2, denominator: .max)
            }
        ),
        (
            "no drift", "members[0].chain.clock_drift", "notPositive",
            { $0.members[0].chain.parameters.maxClockDriftNanoseconds = 0 }
        ),
        (
            "no block interval", "members[0].chain.block_interval", "notPositive",
            { $0.members[0].chain.blockIntervalNanoseconds = -1 }
        ),
        (
            "trusting as long as unbonding", "members[0].chain.trusting_period",
            "trustingNotBelowUnbonding",
            {
                $0.members[0].chain.parameters.trustingPeriodNanoseconds =
                    $0.members[0].chain.parameters.unbondingPeriodNanoseconds
            }
        ),
        (
            "trusting above two thirds", "members[0].chain.trusting_period",
            "trustingAboveTwoThirds",
            { $0.members[0].chain.parameters.trustingPeriodNanoseconds += 10 }
        ),
        (
            "drift beyond trusting", "members[0].chain.clock_drift", "driftNotBelowTrusting",
            {
                $0.members[0].chain.parameters.maxClockDriftNanoseconds =
                    $0.members[0].chain.parameters.trustingPeriodNanoseconds
            }
        ),
        (
            "no anchor", "members[0].chain.trust_anchor", "anchorMissing",
            { $0.members[0].chain.anchor = nil }
        ),
        (
            "anchor at height zero", "members[0].chain.trust_anchor.height", "anchorHeightZero",
            { $0.members[0].chain.anchor?.height = 0 }
        ),
        (
            "anchor without hash", "members[0].chain.trust_anchor.hash", "anchorHashZero",
            { $0.members[0].chain.anchor?.headerHash = .zero }
        ),
        (
            "no store name", "members[0].chain.commitment_prefix", "prefixEmpty",
            { $0.members[0].chain.commitmentPrefix = [] }
        ),
        (
            "too many prefix parts", "members[0].chain.commitment_prefix", "tooMany",
            { $0.members[0].chain.commitmentPrefix = ["a", "b", "c", "d", "e"] }
        ),
        (
            "no endpoint", "members[0].relay.endpoints", "noEndpoint",
            { $0.members[0].relay.endpoints = [] }
        ),
        (
            "an endpoint twice", "members[1].relay.endpoints[0]", "duplicateEndpoint",
            { $0.members[1].relay.endpoints = $0.members[0].relay.endpoints }
        ),
        (
            "a pin twice", "members[1].relay.key_pins[0]", "duplicateKeyPin",
            { $0.members[1].relay.keyPins = $0.members[0].relay.keyPins }
        ),
        ("no pin", "members[1].relay.key_pins", "noKeyPin", { $0.members[1].relay.keyPins = [] }),
        (
            "a route to itself", "routes[0].second", "routeToItself",
            { $0.routes[0].second = $0.routes[0].first }
        ),
        (
            "a route twice, the other way round", "routes[3]", "duplicateRoute",
            { $0.routes.append(Route(first: $0.routes[0].second, second: $0.routes[0].first)) }
        ),
        (
            "no client identifier", "routes[0].first_client", "badClient",
            { $0.routes[0].first.client = "a/b" }
        ),
        (
            "a lifetime above a day", "routes[0].max_packet_lifetime", "lifetime",
            { $0.routes[0].maxPacketLifetimeSeconds = 86_401 }
        ),
        (
            "no lifetime", "routes[0].max_packet_lifetime", "lifetime",
            { $0.routes[0].maxPacketLifetimeSeconds = 0 }
        ),
    ]

    @Test(arguments: faults.indices)
    func `each fault is found at its place`(index: Int) throws {
        let (name, path, fault, spoil) = Self.faults[index]
        var topology = try SampleTopology.three()
        spoil(&topology)
        let found = topology.findings()
        #expect(
            found.contains { $0.path == path && "\($0.fault)".hasPrefix(fault) },
            "\(name): \(found)")
        for finding in found {
            #expect(!finding.fault.problem.isEmpty && !finding.fault.remedy.isEmpty)
        }
    }

    @Test func `all faults of one file are found together`() throws {
        var topology = try SampleTopology.three()
        topology.name = ""
        topology.members[0].chain.anchor = nil
        topology.members[1].relay.endpoints = []
        topology.routes[2].maxPacketLifetimeSeconds = 0
        #expect(topology.findings().count == 4)
    }

    @Test func `a member outside, and one without a route, are found`() throws {
        var topology = try SampleTopology.three()
        topology.members.removeLast()
        let found = topology.findings()
        let loudi = try SampleTopology.id("431300")
        #expect(found.count { $0.fault == .unknownMember(loudi) } == 2)
        topology = try SampleTopology.three()
        topology.routes.removeLast(2)
        #expect(topology.findings().map(\.fault) == [.noRoute(loudi)])
        #expect(topology.findings().allSatisfy { $0.fault.isWarning })
    }

    @Test func `routes answer from either end`() throws {
        let topology = try SampleTopology.three()
        let (one, two) = (try SampleTopology.id("330100"), try SampleTopology.id("110000"))
        #expect(topology.route(between: one, and: two) == topology.routes[0])
        #expect(topology.route(between: two, and: one) == topology.routes[0])
        #expect(topology.peers(of: one).map(\.name) == ["Beijing", "Loudi"])
        #expect(topology.member(chainID: ChainID("loudi-1"))?.name == "Loudi")
    }
}

@Suite struct TopologyDigestTests {
    @Test func `the order of entries does not change the digest`() throws {
        let topology = try SampleTopology.three()
        var other = topology
        other.members.reverse()
        other.routes = other.routes.reversed().map { Route(first: $0.second, second: $0.first) }
        #expect(other.digest == topology.digest)
    }

    @Test func `every other change changes the digest`() throws {
        let topology = try SampleTopology.three()
        var digests: Set<Digest> = [topology.digest]
        let changes: [@Sendable (inout Topology) -> Void] = [
            { $0.name = "other" }, { $0.version = 2 }, { $0.members.removeLast() },
            { $0.members[0].name = "x" }, { $0.members[0].localName = "x" },
            { $0.members[0].chain.parameters.chainID = ChainID("x") },
            { $0.members[0].chain.parameters.trustThreshold.numerator = 2 },
            { $0.members[0].chain.parameters.trustThreshold.denominator = 2 },
            { $0.members[0].chain.parameters.trustingPeriodNanoseconds = 5 },
            { $0.members[0].chain.parameters.maxClockDriftNanoseconds = 5 },
            { $0.members[0].chain.parameters.unbondingPeriodNanoseconds = 5 },
            { $0.members[0].chain.anchor = nil }, { $0.members[0].chain.anchor?.height = 2 },
            { $0.members[0].chain.anchor?.headerHash = .zero },
            { $0.members[0].chain.blockIntervalNanoseconds = 5 },
            { $0.members[0].chain.commitmentPrefix = ["ibc"] },
            { $0.members[0].chain.commitmentPrefix = ["", "ibc"] },
            { $0.members[0].relay.endpoints[0].port = 1 },
            { $0.members[0].relay.endpoints[0].host = "x" },
            { $0.members[0].relay.keyPins = [] }, { $0.routes.removeLast() },
            { $0.routes[0].first.client = "07-tendermint-0" },
            { $0.routes[0].second.client = "07-tendermint-0" },
            { $0.routes[0].maxPacketLifetimeSeconds = 5 },
        ]
        for change in changes {
            var changed = topology
            change(&changed)
            #expect(digests.insert(changed.digest).inserted)
        }
        #expect(digests.count == changes.count + 1)
    }
}
