// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Whether anything new may be begun: the one place in which every door asks how old the manifest
/// is. What was begun before the hard expiry finishes.
struct NewWork: Sendable {
    /// As it holds; made of the topology, which does not run out, where there is none.
    let manifest: @Sendable () -> SealedManifest
    let now: @Sendable () -> Timestamp

    /// Why nothing new is begun; nil: it may be.
    var trouble: DisclosureFailure? { trouble(begun: now()) }

    /// The same for what was begun at a moment that is known.
    func trouble(begun moment: Timestamp) -> DisclosureFailure? {
        let manifest = manifest().manifest
        guard case .hardExpired(let since) = manifest.freshness(at: now()), moment >= since else {
            return nil
        }
        return DisclosureFailure(
            .manifestExpired,
            "version \(manifest.version) of the manifest ran out at \(RFC3339.format(since))")
    }
}
