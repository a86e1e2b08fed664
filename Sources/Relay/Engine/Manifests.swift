// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Which versions of the manifest are taken, and what is said of its age.
extension RelayEngine {
    /// Each version must follow the one that holds, by number and by digest; what was verified on
    /// an older one is sorted out here.
    mutating func manifestsVerified(_ versions: [VerifiedManifest]) {
        for version in versions {
            let record = version.record
            guard record.version > configuration.topologyVersion else { continue }
            guard record.version == configuration.topologyVersion &+ 1,
                version.previousDigest == configuration.topologyDigest
            else {
                note(
                    .warning, "manifest/not-next",
                    "version \(record.version) from \(record.source) does not follow ours, "
                        + "\(configuration.topologyVersion)")
                return
            }
            entries.append(.manifest(record))
            topologyChanged(version.change)
            note(.info, "manifest/adopted", "version \(record.version) from \(record.source)")
        }
    }

    /// An offered manifest was wrong; two signed versions of one number are kept as evidence.
    mutating func manifestRefused(_ refusal: ManifestRefusal) {
        count("manifest/refused")
        if let evidence = refusal.evidence { entries.append(.evidence(evidence)) }
        note(
            refusal.evidence == nil ? .warning : .alarm, refusal.code,
            route: routeOfChain[refusal.source], "from \(refusal.source): \(refusal.detail)")
    }

    // MARK: Age

    static let expiredCode = "manifest/expired"

    /// Nanoseconds between two warnings that the manifest grows old.
    static let manifestWarningInterval: Int64 = 3_600 * EngineTiming.second

    mutating func careForManifest() {
        guard let terms = configuration.manifest, manifestDue <= clock else { return }
        manifestDue = min(clock &+ RelayEngine.manifestWarningInterval, behindDue)
        tellBehind()
        let version = configuration.topologyVersion
        if terms.hardExpiry <= now {
            note(
                .alarm, RelayEngine.expiredCode,
                "version \(version) ran out: nothing new is begun, what is open finishes; the "
                    + "authorities must sign the next version (`cityrelay member dates`)")
            return
        }
        if terms.softExpiry <= now {
            let days = terms.hardExpiry.nanoseconds(since: now) / (86_400 * EngineTiming.second)
            note(
                .warning, "manifest/grows-old",
                "version \(version) should have been renewed; nothing new is begun in \(days) days: "
                    + "`cityrelay member dates`")
        }
        for moment in [terms.softExpiry, terms.hardExpiry] where moment > now {
            manifestDue = min(manifestDue, moment.unixNanoseconds)
        }
    }
}
