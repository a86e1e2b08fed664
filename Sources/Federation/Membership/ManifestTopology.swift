// SPDX-License-Identifier: Apache-2.0

extension Topology {
    /// The active members of a manifest and the routes between them.
    public init(_ manifest: Manifest) {
        self.init(manifest, manifest.activeMembers, routesOf: nil)
    }

    /// What one member's relay works with: its own routes, and the members that it is connected to.
    /// Those that are suspended are among them until a later version says otherwise, since what is
    /// open with them has to end.
    ///
    /// In a full mesh of 491 members all routes are 120,295, of which a relay needs 490.
    public init(_ manifest: Manifest, seenFrom member: MemberID) {
        self.init(
            manifest, manifest.members.filter { manifest.standing(of: $0.id).isConnected },
            routesOf: member)
    }

    private init(_ manifest: Manifest, _ taken: [ManifestMember], routesOf own: MemberID?) {
        let members = taken.compactMap(\.member)
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
