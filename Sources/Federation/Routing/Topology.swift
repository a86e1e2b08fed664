// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Who is in the federation, how each member's chain is verified, where its relay is, and who talks
/// to whom. All members run with the same topology: they compare its version and digest when they
/// meet.
public struct Topology: Hashable, Sendable {
    public var name: String
    /// Rises with every change that the members agree on.
    public var version: UInt64
    public var members: [Member]
    public var routes: [Route]

    /// More than the 491 provident-fund centres of the country, and few enough that every quadratic
    /// check over members stays under a second.
    public static let maxMembers = 1024
    /// A full mesh of a few hundred members; beyond it a hub is the right shape.
    public static let maxRoutes = 65_536

    public init(name: String, version: UInt64, members: [Member], routes: [Route]) {
        self.name = name
        self.version = version
        self.members = members
        self.routes = routes
    }

    public func member(_ id: MemberID) -> Member? { members.first { $0.id == id } }

    /// The member that answers for a chain.
    public func member(chainID: ChainID) -> Member? { members.first { $0.chain.id == chainID } }

    public func route(between one: MemberID, and other: MemberID) -> Route? {
        routes.first { $0.ends(from: one)?.other.member == other }
    }

    /// The members that one member has a route to, in the order of the routes.
    public func peers(of member: MemberID) -> [Member] {
        routes.compactMap { route in
            route.ends(from: member).flatMap { self.member($0.other.member) }
        }
    }
}
