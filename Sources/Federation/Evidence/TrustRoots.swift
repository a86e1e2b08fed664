// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a verifier believes before it opens a bundle.
public struct TrustRoots: Sendable {
    /// Digest of the manifest that it holds, by itself or as a number read over the telephone.
    public let manifest: Digest
    /// "yangtze-delta version 7"; empty when the digest alone is known.
    public let name: String
    /// The manifest; nil when the digest alone is known.
    let newest: SealedManifest?
    /// Entries of the manifest, and of those before it that it leads back to, by their digests.
    let versions: [Digest: Version]

    /// The members as of one version.
    struct Version: Sendable {
        let number: UInt64
        let members: [MemberID: ManifestMember]

        init(_ manifest: Manifest) {
            number = manifest.version
            var members: [MemberID: ManifestMember] = [:]
            for member in manifest.members { members[member.id] = member }
            self.members = members
        }
    }

    /// A manifest that the verifier holds, and versions before it, in any order. Of those the ones
    /// count that the manifest leads back to, from digest to digest without a gap: who believes the
    /// manifest believes them.
    public init(_ sealed: SealedManifest, earlier: [SealedManifest] = []) {
        manifest = sealed.digest
        name = "\(sealed.manifest.federation) version \(sealed.manifest.version)"
        newest = sealed
        var known: [Digest: SealedManifest] = [:]
        for version in earlier { known[version.digest] = version }
        var versions = [sealed.digest: Version(sealed.manifest)]
        var next = sealed.manifest
        while let before = known.removeValue(forKey: next.previous)?.manifest,
            before.version < next.version
        {
            versions[next.previous] = Version(before)
            next = before
        }
        self.versions = versions
    }

    /// The digest of a manifest.
    public init(manifest: Digest) {
        self.manifest = manifest
        name = ""
        newest = nil
        versions = [:]
    }

    /// Every evidence key that the versions give a member: what was signed long ago was signed with
    /// a key of its day.
    public var evidenceKeys: [MemberID: [PublicKey]] {
        var keys: [MemberID: [PublicKey]] = [:]
        for version in versions.values.sorted(by: { $0.number > $1.number }) {
            for (id, member) in version.members {
                for key in member.evidencePublicKeys where keys[id]?.contains(key) != true {
                    keys[id, default: []].append(key)
                }
            }
        }
        return keys
    }
}
