// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// The list of members while a simulation runs, version by version, as its authorities sign it.
struct SimulatedMembers {
    struct Version: Hashable {
        var number: UInt64
        var active: Set<String>
        var bars: [String: MemberBar] = [:]
        var anchors: [String: UInt64]
        var hardExpiry = Timestamp(unixNanoseconds: World.start + 1_000_000 * World.second)
    }

    private(set) var versions: [Version]
    /// Every anchor ever agreed on, as "chain/height".
    private(set) var published: Set<String> = []

    init(_ first: Version) {
        versions = [first]
        remember(first)
    }

    var latest: Version { versions[versions.count - 1] }

    /// Whether relays keep their connections to it.
    static func isConnected(_ city: String, in version: Version) -> Bool {
        version.active.contains(city) || version.bars[city]?.isCut == false
    }

    func has(_ city: String) -> Bool { latest.active.contains(city) }

    mutating func add(_ change: (inout Version) -> Void) {
        var next = latest
        next.number += 1
        change(&next)
        versions.append(next)
        remember(next)
    }

    private mutating func remember(_ version: Version) {
        for (chain, height) in version.anchors { published.insert("\(chain)/\(height)") }
    }

    static func digest(_ number: UInt64) -> [UInt8] {
        SHA256.hash(Array("members/\(number)".utf8)).bytes
    }
}

extension SimulatedFederation {
    /// Only the named cities are members at first; the others have chains, and no relay yet.
    func beginWithMembers(_ names: Set<String>) {
        members = SimulatedMembers(
            SimulatedMembers.Version(
                number: 1, active: names,
                anchors: Dictionary(uniqueKeysWithValues: cities.map { ($0.id, 1) })))
        for city in cities {
            city.configuration.topologyVersion = 1
            city.configuration.topologyDigest = SimulatedMembers.digest(1)
            city.readMembers()
        }
    }

    /// The authorities sign the next version. It reaches every relay, late, twice, or with a
    /// version missing in between; a newcomer starts with it.
    func sign(_ change: (inout SimulatedMembers.Version) -> Void) {
        members?.add(change)
        for city in cities where members?.has(city.id) == true {
            if city.engine == nil && city.life == 0 { city.start() }
        }
        for city in cities { city.learnMembers() }
    }

    /// - Parameter since: when the relay took the version of a number.
    func change(
        _ version: SimulatedMembers.Version, for city: String, since: (UInt64) -> Timestamp
    ) -> TopologyChange {
        let bars = bars(version, for: city, since: since)
        let routes = cities.filter {
            $0.id != city && SimulatedMembers.isConnected($0.id, in: version)
                && SimulatedMembers.isConnected(city, in: version)
        }.map { other in
            let anchor = version.anchors[other.id] ?? 1
            return RouteConfiguration(
                chainID: other.id, family: "simulated",
                anchorHeight: Height(revision: 1, height: anchor),
                trustingPeriodNanoseconds: other.chain.trustingPeriod,
                anchorHash: other.chain.headers[anchor]?.hash ?? [], bar: bars[other.id])
        }
        return TopologyChange(
            version: version.number, digest: SimulatedMembers.digest(version.number),
            routes: routes, bars: bars,
            manifest: ManifestTerms(
                softExpiry: version.hardExpiry, hardExpiry: version.hardExpiry))
    }

    /// One that is barred itself is barred with everybody; what cuts off goes first.
    private func bars(
        _ version: SimulatedMembers.Version, for city: String, since: (UInt64) -> Timestamp
    ) -> [String: MemberBar] {
        let own = version.bars[city]
        var bars: [String: MemberBar] = [:]
        for other in cities where other.id != city {
            let bar = version.bars[other.id]
            guard let worse = own?.isCut == false ? bar ?? own : own ?? bar else { continue }
            bars[other.id] = MemberBar(
                worse.kind, version: worse.version, since: since(worse.version), isOwn: bar == nil)
        }
        return bars
    }
}

extension SimulatedCity {
    /// What a start takes from the store: the latest version that was adopted.
    func readMembers() {
        guard let members = federation.members else { return }
        let number = store.manifests.keys.max() ?? configuration.topologyVersion
        let isFresh = store.manifests.isEmpty && life <= 1
        guard
            let version = isFresh && life == 1
                ? members.latest : members.versions.first(where: { $0.number == number })
        else { return }
        let change = federation.change(version, for: id) { number in
            store.manifests[number]?.adoptedAt ?? clock
        }
        configuration.topologyVersion = change.version
        configuration.topologyDigest = change.digest
        configuration.routes = change.routes
        configuration.bars = change.bars
        configuration.manifest = change.manifest
    }

    /// Hears of later versions until it has them all.
    func learnMembers() {
        guard let latest = federation.members?.latest else { return }
        world.after(world.between(World.second / 2, 6 * World.second)) { [unowned self] in
            guard let members = federation.members, members.latest == latest else { return }
            let known = engine?.configuration.topologyVersion ?? 0
            guard engine == nil || known < latest.number else { return }
            // Sometimes one that does not follow, or one that is known already.
            let first = world.chance(0.2) ? known + 2 : world.chance(0.2) ? known : known + 1
            let verified = members.versions.filter { $0.number >= first }.map { version in
                VerifiedManifest(
                    record: ManifestRecord(
                        version: version.number, digest: SimulatedMembers.digest(version.number),
                        bytes: [], source: "simulated", adoptedAt: clock),
                    previousDigest: SimulatedMembers.digest(version.number - 1),
                    change: federation.change(version, for: id) { _ in clock })
            }
            if !verified.isEmpty { post(.manifestsVerified(verified)) }
            learnMembers()
        }
    }

    /// Whether its listener lets a city in.
    func knows(_ city: String) -> Bool {
        guard federation.members != nil else { return true }
        guard let route = engine?.route(to: city) else { return false }
        return route.bar?.isCut != true
    }
}
