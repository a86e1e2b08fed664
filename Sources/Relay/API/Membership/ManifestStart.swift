// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
import RelayEngine

/// Where a relay takes the federation's manifest from at its start. The latest version that its
/// store has verified wins; files bring the first, and later ones.
package struct ManifestSource: Sendable {
    /// Digest of a version that was compared by other means; needed while the store has none.
    package var anchor: Digest?
    /// Signed versions, encoded, in any order.
    package var versions: [[UInt8]]

    package init(anchor: Digest?, versions: [[UInt8]]) {
        self.anchor = anchor
        self.versions = versions
    }
}

/// Why a relay does not start with the manifest it was given.
package enum ManifestStartError: Error, CustomStringConvertible {
    case noAnchor
    case anchorNotFound(Digest)
    case stored(ManifestError)
    case first(ManifestError)
    case notAMember(MemberID, version: UInt64)

    package var description: String {
        switch self {
        case .noAnchor:
            "manifest/no-anchor: the store holds no version yet. Compare the digest of the manifest "
                + "with another member by telephone and set federation.manifest_anchor."
        case .anchorNotFound(let digest):
            "manifest/wrong-anchor: no version in the file has the digest \(digest). Compare it "
                + "again with the member that gave you the file."
        case .stored(let error):
            "manifest/store: a version in the store does not verify: \(error). Restore the store "
                + "from its backup."
        case .first(let error): "\(error)"
        case .notAMember(let id, let version):
            "manifest/not-a-member: version \(version) does not list \(id). Ask the authorities for "
                + "the version that does."
        }
    }
}

/// What the start found: the chain of versions, and what is to be journaled of it.
struct ManifestStart {
    var chain: ManifestChain
    /// What the latest version has against exchanges of ours, and since when.
    private(set) var bars: [String: MemberBar] = [:]
    var records: [ManifestRecord] = []
    /// Why versions of the file were not taken; the relay starts without them.
    var refusals: [ManifestError] = []

    /// - Parameters:
    ///   - stored: the store's last versions, ascending, the first of them whole.
    ///   - followsUnread: whether the store may hold versions before those.
    init(
        _ source: ManifestSource, stored: [ManifestRecord], followsUnread: Bool, own: MemberID,
        now: Timestamp
    ) throws(ManifestStartError) {
        var signatures = SignatureVerifier()
        var fromFile: [SignedManifest] = []
        for bytes in source.versions {
            do throws(ManifestError) {
                fromFile.append(try SignedManifest(reading: bytes))
            } catch {
                refusals.append(error)
            }
        }
        fromFile.sort { $0.manifest.version < $1.manifest.version }
        if let first = stored.first {
            do throws(ManifestError) {
                let signed = try SignedManifest(reading: first.bytes)
                var chain = try ManifestChain(anchor: ManifestAnchor(signed.sealed), signed)
                bars = MemberBar.all(
                    in: chain.manifest, of: own,
                    at: followsUnread ? .unixEpoch : first.adoptedAt, before: [:])
                for record in stored.dropFirst() {
                    let next = try ManifestBook.read(record.step, after: chain.latest.sealed)
                    _ = try chain.append(next, signatures: &signatures)
                    bars = MemberBar.all(
                        in: chain.manifest, of: own, at: record.adoptedAt, before: bars)
                }
                self.chain = chain
            } catch {
                throw .stored(error)
            }
        } else {
            guard let anchor = source.anchor else { throw .noAnchor }
            guard let first = fromFile.first(where: { $0.digest == anchor }) else {
                throw .anchorNotFound(anchor)
            }
            do throws(ManifestError) {
                chain = try ManifestChain(anchor: ManifestAnchor(first.sealed), first)
            } catch {
                throw .first(error)
            }
            bars = MemberBar.all(in: chain.manifest, of: own, at: now, before: [:])
            records = [ManifestRecord(first, after: nil, source: "file", at: now)]
        }
        for next in fromFile where next.manifest.version >= chain.anchor.version {
            let before = chain.latest.sealed
            do throws(ManifestError) {
                guard case .advanced = try chain.append(next, signatures: &signatures) else {
                    continue
                }
                bars = MemberBar.all(in: chain.manifest, of: own, at: now, before: bars)
                records.append(ManifestRecord(next, after: before, source: "file", at: now))
            } catch {
                refusals.append(error)
            }
        }
    }
}
