// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Which versions of the manifest are taken, and what its age means.
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

    /// Why packets that were not sent before the manifest ran out are not taken; nil: it has not.
    func newWorkTrouble(provenAt time: Timestamp) -> (code: String, detail: String)? {
        guard let terms = configuration.manifest, terms.hardExpiry <= now, terms.hardExpiry <= time
        else { return nil }
        return (RelayEngine.expiredCode, "version \(configuration.topologyVersion) ran out")
    }

    /// Whether a packet of ours was sent after the manifest ran out.
    func isHeld(_ record: PacketRecord) -> Bool {
        guard let terms = configuration.manifest, terms.hardExpiry <= now else { return false }
        return record.state == .observed && record.firstSeen >= terms.hardExpiry
    }

    /// Not sent on; a later version lets it go on, and its deadline ends it.
    mutating func hold(_ slot: Int) {
        let version = configuration.topologyVersion
        packets.edit(slot) { record in
            record.reasonCode = RelayEngine.expiredCode
            record.reasonDetail = "version \(version) ran out"
        }
        packets.setPhase(slot, .waiting)
        setTimer(slot, max(deadline(slot), clock &+ 1))
    }

    /// A later version holds: what waited for it goes on.
    mutating func releaseHeld() {
        for slot in packets.slots.indices
        where packets[slot].isOpen && packets[slot].phase == .waiting
            && packets[slot].record.state == .observed
            && packets[slot].record.reasonCode == RelayEngine.expiredCode
        {
            packets.edit(slot) { record in
                record.reasonCode = ""
                record.reasonDetail = ""
            }
            proceed(slot)
        }
    }

    /// Nanoseconds between two warnings that the manifest grows old.
    static let manifestWarningInterval: Int64 = 3_600 * EngineTiming.second

    mutating func careForManifest() {
        guard let terms = configuration.manifest, manifestDue <= clock else { return }
        manifestDue = clock &+ RelayEngine.manifestWarningInterval
        let version = configuration.topologyVersion
        if terms.hardExpiry <= now {
            note(
                .alarm, RelayEngine.expiredCode,
                "version \(version) ran out: nothing new is begun, what is open finishes; the "
                    + "authorities must sign the next version")
            return
        }
        if terms.softExpiry <= now {
            let days = terms.hardExpiry.nanoseconds(since: now) / (86_400 * EngineTiming.second)
            note(
                .warning, "manifest/grows-old",
                "version \(version) should have been renewed; nothing new is begun in \(days) days")
        }
        for moment in [terms.softExpiry, terms.hardExpiry] where moment > now {
            manifestDue = min(manifestDue, moment.unixNanoseconds)
        }
    }
}
