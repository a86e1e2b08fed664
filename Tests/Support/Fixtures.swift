// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import LightClient

// Unsafe: posix_spawn takes C arrays. No pointer leaves this file.

/// Packed data of real nodes under Tests/Fixtures, unpacked once under .build/fixtures.
///
/// The folder's name carries the archive's hash and appears by one rename, so that any number of
/// test processes may ask at once and a new archive is never mistaken for an old one.
public enum Fixtures {
    public enum Failure: Error { case unpack(archive: String, status: Int32) }

    /// The folder that holds `Tests/Fixtures/<name>.tar.xz`, unpacked; or `override` when one is
    /// given.
    public static func unpack(_ name: String, override: String? = nil) throws -> String {
        if let override { return override }
        let archive = "\(Corpus.root)/Tests/Fixtures/\(name).tar.xz"
        let hash = SHA256.hash(try Corpus.read(archive)).description.prefix(16)
        let place = "\(Corpus.root)/.build/fixtures/\(name)-\(hash)"
        if FileManager.default.fileExists(atPath: place) { return place }

        let draft = "\(place).\(getpid()).\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: draft, withIntermediateDirectories: true)
        try run("tar", ["-xJf", archive, "-C", draft], archive)
        // Whoever comes second finds a full folder in place and drops the draft.
        if unsafe rename(draft, place) != 0 { try FileManager.default.removeItem(atPath: draft) }
        return place
    }

    /// `verdicts/<name>`: below $CITYRELAY_VERDICTS where it is set, else `verdicts-<name>.tar.xz`.
    public static func verdicts(_ name: String) throws -> String {
        try unpack("verdicts-\(name)", override: place("CITYRELAY_VERDICTS", name))
    }

    /// `recordings/<name>`: where $CITYRELAY_RECORDINGS is set, that folder if it is a recording
    /// itself, else below it; otherwise `recordings-<name>.tar.xz`.
    public static func recordings(_ name: String) throws -> String {
        var override = place("CITYRELAY_RECORDINGS", name)
        if let folder = ProcessInfo.processInfo.environment["CITYRELAY_RECORDINGS"],
            FileManager.default.fileExists(atPath: "\(folder)/chains.jsonl")
        {
            override = folder
        }
        return try unpack("recordings-\(name)", override: override)
    }

    private static func place(_ variable: String, _ name: String) -> String? {
        ProcessInfo.processInfo.environment[variable].map { "\($0)/\(name)" }
    }

    private static func run(
        _ program: String, _ arguments: [String], _ archive: String
    ) throws {
        let words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        defer { _ = unsafe words.map { unsafe free($0) } }
        var child: pid_t = 0
        var status = unsafe posix_spawnp(&child, program, nil, nil, words, environ)
        guard status == 0 else { throw Failure.unpack(archive: archive, status: status) }
        while unsafe waitpid(child, &status, 0) < 0 && errno == EINTR {}
        guard status == 0 else { throw Failure.unpack(archive: archive, status: status) }
    }
}
