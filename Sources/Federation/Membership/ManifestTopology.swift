// SPDX-License-Identifier: Apache-2.0

extension Topology {
    /// The active members of a manifest and the routes between them: what a relay's daemon works
    /// with.
    public init(_ manifest: Manifest) { self.init(manifest, routesOf: nil) }

    /// The same with one member's routes only. In a full mesh of 491 members all routes are
    /// 120,295, of which a relay needs 490.
    public init(_ manifest: Manifest, seenFrom member: MemberID) {
        self.init(manifest, routesOf: member)
    }

    private init(_ manifest: Manifest, routesOf own: MemberID?) {
        let members = manifest.activeMembers.compactMap(\.member)
        var routes: [Route] = []
        switch manifest.routes {
        case .allPairs(let lifetime):
            for (index, first) in members.enumerated() {
                for second in members[(index + 1)...]
                where own == nil || first.id == own || second.id == own {
                    routes.append(
                        Route(
                            first: Route.End(member: first.id),
                            second: Route.End(member: second.id),
                            maxPacketLifetimeSeconds: lifetime))
                }
            }
        case .listed(let list):
            let active = Set(members.map(\.id))
            routes = list.filter { route in
                active.contains(route.first.member) && active.contains(route.second.member)
                    && (own == nil || route.first.member == own || route.second.member == own)
            }
        }
        self.init(
            name: manifest.federation, version: manifest.version, members: members, routes: routes)
    }
}
