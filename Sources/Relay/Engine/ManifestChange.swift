// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

extension TopologyChange {
    /// What a version of the manifest means for one of its members.
    package init(_ sealed: SealedManifest, of own: MemberID) {
        let manifest = sealed.manifest
        var bars: [String: MemberBar] = [:]
        // Who is barred itself exchanges nothing with anybody.
        let ownKind = MemberBar.Kind(manifest.standing(of: own))
        for member in manifest.members where member.id != own {
            guard let kind = ownKind ?? MemberBar.Kind(manifest.standing(of: member.id)) else {
                continue
            }
            for chain in member.chains {
                bars[chain.id.description] = MemberBar(kind, version: manifest.version)
            }
        }
        self.init(
            Topology(manifest, seenFrom: own), of: own, digest: sealed.digest.bytes,
            manifest: ManifestTerms(
                softExpiry: manifest.softExpiry, hardExpiry: manifest.hardExpiry), bars: bars)
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
}
