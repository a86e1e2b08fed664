// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a verifier believes before it opens a bundle.
public struct TrustRoots: Sendable {
    /// Digest of the manifest that it holds, by itself or as a number read over the telephone.
    public let manifest: Digest
    /// The entries of that manifest, where the verifier holds it; else the bundle must show them.
    let members: [MemberID: ManifestMember]?
    /// "yangtze-delta version 7"; empty when the digest alone is known.
    public let name: String

    /// A manifest that the verifier holds.
    public init(_ sealed: SealedManifest) {
        manifest = sealed.digest
        var members: [MemberID: ManifestMember] = [:]
        for member in sealed.manifest.members { members[member.id] = member }
        self.members = members
        name = "\(sealed.manifest.federation) version \(sealed.manifest.version)"
    }

    /// The digest of a manifest.
    public init(manifest: Digest) {
        self.manifest = manifest
        members = nil
        name = ""
    }
}

/// The members that a bundle may name, with what vouches for their entries.
struct BundleMembers {
    private let members: [MemberID: ManifestMember]

    /// Throws unless every entry in the bundle stands in the manifest of the digest that is
    /// believed. Without roots the bundle's own digest is.
    init(_ bundle: Bundle, _ roots: TrustRoots?) throws(BundleError) {
        if let roots, roots.manifest != bundle.manifest {
            throw .otherManifest(got: bundle.manifest, held: roots.manifest)
        }
        var shown: Set<Digest>?
        if !bundle.statement.isEmpty {
            guard SHA256.hash(bundle.statement) == bundle.manifest else { throw .statement }
            shown = try BundleMembers.entryDigests(bundle.statement)
        }
        var members: [MemberID: ManifestMember] = [:]
        for bytes in bundle.members {
            let entry: ManifestMember
            do throws(ManifestError) { entry = try ManifestMember(reading: bytes) } catch {
                throw .memberEntry(error)
            }
            guard members.updateValue(entry, forKey: entry.id) == nil else {
                throw .form("bundle.members")
            }
            if let held = roots?.members {
                guard held[entry.id] == entry else { throw .entryNotInManifest(entry.id) }
            } else {
                guard let shown, shown.contains(SHA256.hash(bytes)) else {
                    throw .entryNotInManifest(entry.id)
                }
            }
        }
        self.members = roots?.members ?? members
    }

    /// Field 15 of the statement: the hashes of the members' entries.
    private static func entryDigests(_ statement: [UInt8]) throws(BundleError) -> Set<Digest> {
        var digests: Set<Digest> = []
        do throws(WireError) {
            var reader = ProtobufReader(statement)
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
            guard again.bytes == statement else { throw .malformed("statement") }
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
