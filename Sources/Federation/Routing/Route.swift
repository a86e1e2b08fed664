// SPDX-License-Identifier: Apache-2.0

/// Two members that exchange packets, in both directions.
public struct Route: Hashable, Sendable {
    public struct End: Hashable, Sendable {
        public var member: MemberID
        /// The client on this member's chain that follows the other end's; empty: the relay finds
        /// or creates it and remembers it in its store.
        public var client: String

        public init(member: MemberID, client: String = "") {
            self.member = member
            self.client = client
        }
    }

    public var first: End
    public var second: End
    /// Longest time from a packet's send to its deadline that the members agreed on.
    public var maxPacketLifetimeSeconds: UInt64

    /// IBC v2 refuses a longer lifetime when a packet is sent (ICS-04 v2, MaxTimeoutDelta),
    /// seconds.
    public static let longestLifetimeSeconds: UInt64 = 86_400

    public init(
        first: End, second: End, maxPacketLifetimeSeconds: UInt64 = longestLifetimeSeconds
    ) {
        self.first = first
        self.second = second
        self.maxPacketLifetimeSeconds = maxPacketLifetimeSeconds
    }

    /// The other end and our own, seen from one member; nil when the member is at neither.
    public func ends(from member: MemberID) -> (own: End, other: End)? {
        if first.member == member { return (first, second) }
        if second.member == member { return (second, first) }
        return nil
    }

    /// The same route with its ends in order, so that equal routes are equal values.
    public var ordered: Route {
        guard second.member < first.member else { return self }
        return Route(
            first: second, second: first, maxPacketLifetimeSeconds: maxPacketLifetimeSeconds)
    }
}

extension Route: CustomStringConvertible {
    /// "330100-431300": the divisions, as logs and tables show a route.
    public var description: String { "\(first.member.division)-\(second.member.division)" }
}
