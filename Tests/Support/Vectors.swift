// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Where third-party vectors, verdicts and recordings lie: beside the repository, or where an
/// environment variable says. Tests skip, and say so, where they are absent.
public enum Corpus {
    /// The repository's root, found from this file's own place.
    public static let root: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/")
    }()

    public static let vectors = place("CITYRELAY_VECTORS", "../shared/vectors")
    public static let verdicts = place("CITYRELAY_VERDICTS", "../shared/verdicts")
    public static let live = place("CITYRELAY_LIVE", "../shared/live")

    /// Nil when the folder is not there.
    private static func place(_ variable: String, _ fallback: String) -> String? {
        let path = ProcessInfo.processInfo.environment[variable] ?? "\(root)/\(fallback)"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    public static func read(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: path)))
    }

    /// The lines of a JSON Lines file.
    public static func lines(_ path: String) throws -> [JSON] {
        try read(path).split(separator: 0x0a).map { try JSON.parse($0) }
    }
}
