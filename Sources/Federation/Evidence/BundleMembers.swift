// SPDX-License-Identifier: Apache-2.0

import LightClient

/// The members that a bundle may name, with what vouches for their entries.
struct BundleMembers {
    private let members: [MemberID: ManifestMember]
    /// What vouches for them, as a sentence.
    let basis: String

    /// Throws unless every entry in the bundle stands in the manifest of the digest that is
    /// believed. Without roots the bundle's own digest is.
    init(_ bundle: Bundle, _ roots: TrustRoots?) throws(BundleError) {
        let shown = try BundleMembers.statement(of: bundle)
        let entries = try BundleMembers.entries(bundle)
        let ids = entries.map(\.entry.id)
        guard Set(ids).count == ids.count else { throw .form("bundle.members") }
        if let roots, let version = roots.versions[bundle.manifest] {
            for (entry, _) in entries where version.members[entry.id] != entry {
                throw .entryNotInManifest(entry.id)
            }
            members = version.members
            basis =
                roots.manifest == bundle.manifest
                ? "the members' keys and anchors are those of the manifest that you gave"
                : "the members' keys and anchors are those of version \(version.number), which the "
                    + "manifest that you gave leads back to"
            return
        }
        if let roots, roots.manifest != bundle.manifest, roots.newest == nil || shown == nil {
            throw .otherManifest(got: bundle.manifest, held: roots.manifest)
        }
        for (entry, bytes) in entries {
            guard let shown, shown.contains(SHA256.hash(bytes)) else {
                throw .entryNotInManifest(entry.id)
            }
        }
        members = Dictionary(uniqueKeysWithValues: entries.map { ($0.entry.id, $0.entry) })
        guard let roots, roots.manifest != bundle.manifest else {
            basis = "the members' entries stand in manifest \(bundle.manifest)"
            return
        }
        basis = try BundleMembers.unchanged(entries.map(\.entry), bundle, roots)
    }

    /// The bundle is of an earlier version that the verifier does not hold. It need not, where
    /// every member that is named has the same entry still.
    private static func unchanged(
        _ entries: [ManifestMember], _ bundle: Bundle, _ roots: TrustRoots
    ) throws(BundleError) -> String {
        guard let newest = roots.newest else {
            throw .otherManifest(got: bundle.manifest, held: roots.manifest)
        }
        let head: ManifestHead
        do throws(WireError) { head = try ManifestHead(reading: bundle.statement) } catch {
            throw .statement
        }
        guard head.federation == newest.manifest.federation,
            head.version < newest.manifest.version,
            entries.allSatisfy({ newest.manifest.member($0.id) == $0 })
        else { throw .otherVersion(head.version, held: newest.manifest.version) }
        return "the entries of the members that are named, of version \(head.version), stand "
            + "unchanged in the manifest that you gave"
    }

    private static func entries(
        _ bundle: Bundle
    ) throws(BundleError) -> [(entry: ManifestMember, bytes: [UInt8])] {
        var entries: [(entry: ManifestMember, bytes: [UInt8])] = []
        for bytes in bundle.members {
            do throws(ManifestError) {
                entries.append((try ManifestMember(reading: bytes), bytes))
            } catch { throw .memberEntry(error) }
        }
        return entries
    }

    /// Field 15 of the statement: the hashes of the members' entries. Nil without a statement.
    private static func statement(of bundle: Bundle) throws(BundleError) -> Set<Digest>? {
        guard !bundle.statement.isEmpty else { return nil }
        guard SHA256.hash(bundle.statement) == bundle.manifest else { throw .statement }
        var digests: Set<Digest> = []
        do throws(WireError) {
            var reader = ProtobufReader(bundle.statement)
            var again = ProtobufWriter()
            while let field = try reader.next() {
                switch (field.number, field.wireType) {
                case (15, 2):
                    let digest = try reader.digest(field)
                    digests.insert(digest)
                    again.alwaysBytes(15, digest.bytes)
                case (15, _): throw .malformed("statement")
                case (let number, 0):
                    again.alwaysUInt64(Int(number), try reader.uint64(field))
                case (let number, 2):
                    again.alwaysBytes(Int(number), try reader.bytes(field))
                default: throw .malformed("statement")
                }
            }
            guard again.bytes == bundle.statement else { throw .malformed("statement") }
        } catch { throw .statement }
        return digests
    }

    /// An active member's entry.
    func active(_ id: MemberID) throws(BundleError) -> ManifestMember {
        guard let member = members[id] else { throw .unknownMember(id.description) }
        guard member.status == .active else { throw .memberNotActive(id) }
        return member
    }
}

extension ManifestMember {
    /// The evidence keys that signatures can be verified with.
    var evidencePublicKeys: [PublicKey] { evidenceKeys.compactMap(\.publicKey) }
}
