// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

extension TopologyChange {
    /// What a version of the manifest means for one of its members.
    ///
    /// - Parameters:
    ///   - now: when it is taken here: from then on what it bars is new work.
    ///   - before: bars of the versions before it. One that only goes on keeps its moment.
    package init(
        _ sealed: SealedManifest, of own: MemberID, at now: Timestamp,
        before: [String: MemberBar] = [:]
    ) {
        let manifest = sealed.manifest
        let bars = MemberBar.all(in: manifest, of: own, at: now, before: before)
        self.init(
            Topology(manifest, seenFrom: own), of: own, digest: sealed.digest.bytes,
            manifest: ManifestTerms(
                softExpiry: manifest.softExpiry, hardExpiry: manifest.hardExpiry), bars: bars)
    }
}

extension MemberBar {
    /// What a version has against exchanges of one of its members, by the others' chain ids.
    package static func all(
        in manifest: Manifest, of own: MemberID, at now: Timestamp, before: [String: MemberBar]
    ) -> [String: MemberBar] {
        var bars: [String: MemberBar] = [:]
        // Who is barred itself is barred with everybody.
        let ownKind = Kind(manifest.standing(of: own))
        for member in manifest.members where member.id != own {
            let kind = Kind(manifest.standing(of: member.id))
            guard let worse = Kind.worse(ownKind, kind) else { continue }
            let bar = MemberBar(worse, version: manifest.version, since: now, isOwn: kind == nil)
            for chain in member.chains {
                let id = chain.id.description
                bars[id] = before[id].flatMap { bar.isSame(as: $0) ? $0 : nil } ?? bar
            }
        }
        return bars
    }
}

extension MemberBar.Kind {
    /// Nil: nothing against the member.
    fileprivate init?(_ standing: Standing) {
        switch standing {
        case .active: return nil
        case .suspended: self = .suspended
        case .revoked: self = .revoked
        case .unknown: self = .left
        }
    }

    /// What is dropped at once goes before what may finish.
    fileprivate static func worse(_ own: Self?, _ other: Self?) -> Self? {
        own == .suspended ? other ?? own : own ?? other
    }
}
