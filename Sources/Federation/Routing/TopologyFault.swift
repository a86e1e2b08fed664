// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What is wrong with a topology, or doubtful in it.
public enum TopologyFault: Error, Hashable, Sendable {
    case emptyName
    case zeroVersion
    case tooFewMembers(Int)
    case tooMany(String, count: Int, limit: Int)
    case duplicateMember(MemberID)
    case duplicateChain(ChainID)
    case duplicateEndpoint(Endpoint)
    case duplicateKeyPin(Digest)
    case noRoute(MemberID)

    case chainIDLength(Int)
    case threshold(TrustThreshold)
    case notPositive(String)
    case trustingNotBelowUnbonding
    case trustingAboveTwoThirds
    case driftNotBelowTrusting
    case anchorMissing
    case anchorHeightZero
    case anchorHashZero
    case prefixEmpty

    case noEndpoint
    case noKeyPin

    case unknownMember(MemberID)
    case routeToItself(MemberID)
    case duplicateRoute(MemberID, MemberID)
    case badClient(String)
    case lifetime(seconds: UInt64)

    /// Whether a relay may start in spite of it.
    public var isWarning: Bool {
        switch self {
        case .noRoute, .trustingAboveTwoThirds, .noKeyPin: true
        default: false
        }
    }
}

/// A fault and the place in the topology where it shows, as a key path: `members[2].chain.id`.
public struct TopologyFinding: Hashable, Sendable {
    public let path: String
    public let fault: TopologyFault

    public init(path: String, fault: TopologyFault) {
        self.path = path
        self.fault = fault
    }
}

extension TopologyFault {
    /// One sentence of fact, for people.
    public var problem: String {
        switch self {
        case .emptyName: "the topology has no name"
        case .zeroVersion: "version 0 is no version"
        case .tooFewMembers(let count): "\(count) member(s): a federation has at least two"
        case .tooMany(let what, let count, let limit): "\(count) \(what), more than \(limit)"
        case .duplicateMember(let id): "member \(id) is listed twice"
        case .duplicateChain(let id): "chain \(id) belongs to two members"
        case .duplicateEndpoint(let endpoint): "\(endpoint) is listed twice"
        case .duplicateKeyPin(let pin): "key pin sha256:\(pin) is listed twice"
        case .noRoute(let id): "member \(id) has no route: nothing can be sent to it"
        case .chainIDLength(let count):
            count == 0 ? "the chain id is blank" : "the chain id has \(count) bytes"
        case .threshold(let level): "trust threshold \(level) is outside 1/3 to 1"
        case .notPositive(let what): "\(what) must be longer than zero"
        case .trustingNotBelowUnbonding:
            "the trusting period is not shorter than the unbonding period"
        case .trustingAboveTwoThirds:
            "the trusting period is more than two thirds of the unbonding period"
        case .driftNotBelowTrusting: "the clock drift is not shorter than the trusting period"
        case .anchorMissing: "there is no trust anchor"
        case .anchorHeightZero: "the trust anchor's height is 0"
        case .anchorHashZero: "the trust anchor's hash is all zeros"
        case .prefixEmpty: "the commitment prefix has no store name"
        case .noEndpoint: "the relay has no endpoint"
        case .noKeyPin: "no key is pinned: the certificate authority alone vouches for this member"
        case .unknownMember(let id): "\(id) is no member of this topology"
        case .routeToItself(let id): "both ends of the route are \(id)"
        case .duplicateRoute(let one, let other): "\(one) and \(other) have two routes"
        case .badClient(let text): "\"\(text)\" is no client identifier"
        case .lifetime(let seconds): "a packet lifetime of \(seconds) s is outside 1 s to 24 h"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .emptyName: "give the name that the members agreed on"
        case .zeroVersion: "start with 1, and raise it with every change that all members agreed on"
        case .tooFewMembers: "add the other member"
        case .tooMany: "split the federation, or route through a hub"
        case .duplicateMember: "remove one, or correct its institution code"
        case .duplicateChain: "give each member the id that its own chain reports in its status"
        case .duplicateEndpoint: "give every relay an address of its own"
        case .duplicateKeyPin: "pin each relay's own key; two relays never share one"
        case .noRoute: "add a route under `routes`, or remove the member"
        case .chainIDLength:
            "use the id in the chain's genesis, at most \(ChainID.maxByteCount) bytes"
        case .threshold: "use 1/3 unless the members agreed on more"
        case .notPositive: "write a time with its unit, such as 10s"
        case .trustingNotBelowUnbonding, .trustingAboveTwoThirds:
            "two thirds of the unbonding period is customary: it leaves time to punish who lied"
        case .driftNotBelowTrusting: "some seconds are enough: 10s"
        case .anchorMissing:
            "give `trust_anchor` or `trust_anchor_file`; compare it with the operator by phone"
        case .anchorHeightZero: "use a height that the chain has committed, 1 or more"
        case .anchorHashZero: "use the header's hash as the chain's operator reads it out"
        case .prefixEmpty: "use [\"ibc\", \"\"] for an ibc-go chain"
        case .noEndpoint: "add the address under which the other members reach this relay"
        case .noKeyPin: "add `key_pins`, or `key_pins_file` where keys are made at start"
        case .unknownMember: "use a division and institution listed under `members`"
        case .routeToItself: "name the two members that exchange packets"
        case .duplicateRoute: "remove one: a route serves both directions"
        case .badClient: "use the identifier the chain gave, such as 07-tendermint-0"
        case .lifetime: "use at most 24h, the longest that IBC v2 accepts"
        }
    }
}
