// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// What an authority's key has approved, in a file beside it. Two versions of one number that both
/// reach a quorum are evidence against all who signed both: whoever approves a second one is told.
enum ApprovalMemory {
    static let supersede = CommandOption(
        "supersede", "Approve although this key approved another version of the same number.")

    private static func path(_ key: String) -> String { key + ".approved" }

    /// Throws when another version of the same number was approved and it is not superseded.
    static func check(
        _ next: SealedManifest, key: String, _ arguments: Arguments
    ) throws {
        for (version, digest, federation) in entries(key)
        where version == "\(next.manifest.version)" && federation == next.manifest.federation
            && digest != next.digest.description && !arguments.has(supersede)
        {
            throw MemberFault(
                "member/approved-another",
                "\(key) approved another version \(version) already, digest \(digest)",
                "get that approval back from whoever holds it; then --supersede")
        }
    }

    /// Remembers an approval before it leaves this machine.
    static func remember(_ next: SealedManifest, key: String) throws {
        let line =
            "\(next.manifest.version) \(next.digest) \(next.manifest.federation)"
        let all = entries(key).map { "\($0.0) \($0.1) \($0.2)" }
        guard !all.contains(line) else { return }
        try MemberFiles.write(
            path(key), (all + [line]).joined(separator: "\n") + "\n")
    }

    /// Version, digest and federation of each line.
    private static func entries(_ key: String) -> [(String, String, String)] {
        guard let bytes = try? MemberFiles.read(path(key)) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
            return parts.count == 3 ? (parts[0], parts[1], parts[2]) : nil
        }
    }
}
