// SPDX-License-Identifier: Apache-2.0

import Federation

/// A file with signed versions of the federation's manifest: blocks of text as `cityrelay member`
/// writes them, one behind the other, or the bytes of one version.
package enum ManifestFile {
    /// A year of one version a day, as text: bytes beyond it are refused.
    package static let maxBytes = 64 << 20

    private static let end = "-----END \(Armour.Kind.manifest.rawValue)-----"

    /// The versions of a file, encoded, in its order. What is not whole is left out.
    package static func versions(_ bytes: [UInt8]) -> [[UInt8]] {
        let marker = Array("-----BEGIN \(Armour.Kind.manifest.rawValue)-----".utf8)
        guard contains(bytes, marker) else { return bytes.isEmpty ? [] : [bytes] }
        var found: [[UInt8]] = []
        var block = ""
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            block += line + "\n"
            guard line.hasPrefix(end) else { continue }
            if let (kind, content) = Armour.decode(block), kind == .manifest {
                found.append(content)
            }
            block = ""
        }
        return found
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        // Only a heading may stand before the first block.
        let last = min(bytes.count - part.count, 65_536)
        return (0...last).contains { bytes[$0..<($0 + part.count)] == part[...] }
    }
}

extension Topology {
    /// All members of a manifest and our routes: enough to know our own chain by. The daemon takes
    /// the members that hold from the versions that it verifies.
    init(naming manifest: Manifest, for own: MemberID) {
        self.init(
            name: manifest.federation, version: manifest.version,
            members: manifest.members.compactMap(\.member),
            routes: Topology(manifest, seenFrom: own).routes)
    }
}
