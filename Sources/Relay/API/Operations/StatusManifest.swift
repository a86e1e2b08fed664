// SPDX-License-Identifier: Apache-2.0

package import LightClient
package import RelayEngine

extension StatusReport {
    /// What the list of members' age, or a later one elsewhere, means for us.
    package static func judge(
        _ manifest: ManifestStanding, _ now: Timestamp, _ troubles: inout [Trouble]
    ) {
        func add(_ level: Level, _ code: String, _ sentence: String, _ next: String) {
            troubles.append(
                Trouble(
                    level: level, code: code, subject: "members", cause: Cause.people.rawValue,
                    turn: Explanation.Turn.operators.rawValue, sentence: sentence, next: next))
        }
        let version = "Version \(manifest.version) of the manifest"
        let renew = "Have an authority propose new dates: `cityrelay member dates`."
        if manifest.hardExpiry <= now {
            add(
                .critical, "manifest/expired",
                "\(version) ran out at \(manifest.hardExpiry.utcText): nothing new is begun.", renew
            )
        } else if manifest.softExpiry <= now {
            add(
                .warning, "manifest/grows-old",
                "\(version) should be renewed; nothing new is begun from "
                    + "\(manifest.hardExpiry.utcText) on.", renew)
        }
        if let chain = manifest.aheadChain {
            add(
                .warning, "manifest/behind",
                "\(chain)'s relay holds version \(manifest.aheadVersion), ours is "
                    + "\(manifest.version), and what is between does not come.",
                "Put the versions into the file that `federation.manifest` names, then SIGHUP.")
        }
    }
}
