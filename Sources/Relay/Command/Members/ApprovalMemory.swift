// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient

// Unsafe: file descriptors' calls take pointers to C values.

/// What an authority's key has approved, in a file beside it. Two versions of one number that both
/// reach a quorum are evidence against all who signed both: whoever approves a second one is told.
enum ApprovalMemory {
    static let supersede = CommandOption(
        "supersede", "Approve although this key approved another version of the same number.")

    /// Bytes of the file: approvals of a century at one a day are some 4 MB.
    private static let maxBytes = 8 << 20

    /// Remembers an approval before it leaves this machine. Throws when another version of the same
    /// number was approved and it is not superseded.
    ///
    /// One look and one line under one lock: of two that approve at once the second sees the first.
    /// The memory lies beside the key itself, by whichever name the key is called.
    static func take(_ next: SealedManifest, key: String, _ arguments: Arguments) throws {
        let path = real(key) + ".approved"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw unusable(path) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else { throw unusable(path) }
        let text = try read(descriptor, path)
        let entry = Entry(next)
        let entries = text.split(separator: "\n").compactMap { Entry(line: $0) }
        for other in entries where other.contradicts(entry) && !arguments.has(supersede) {
            throw MemberFault(
                "member/approved-another",
                "\(key) approved another version \(other.version) already, digest \(other.digest)",
                "get that approval back from whoever holds it; then --supersede")
        }
        guard !entries.contains(entry) else { return }
        // A line that a crash cut off stays a line of its own.
        let start = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
        let bytes = Array("\(start)\(entry.line)\n".utf8)
        let written = unsafe bytes.withUnsafeBytes { bytes in
            unsafe write(descriptor, bytes.baseAddress, bytes.count)
        }
        guard written == bytes.count, fsync(descriptor) == 0 else { throw unusable(path) }
    }

    /// The key's own path, symbolic links followed.
    private static func real(_ key: String) -> String {
        guard let path = unsafe realpath(key, nil) else { return key }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }

    private static func read(_ descriptor: Int32, _ path: String) throws -> String {
        do throws(BoundedFile.Fault) {
            return String(
                decoding: try BoundedFile.read(descriptor, atMost: maxBytes), as: UTF8.self)
        } catch { throw unusable(path) }
    }

    private static func unusable(_ path: String) -> MemberFault {
        MemberFault(
            "file/unwritable", "\(path) cannot be read and written: what this key has approved",
            "check the file, its folder and its owner", status: .unavailable)
    }

    /// One approval.
    private struct Entry: Hashable {
        let version: String
        let digest: String
        let federation: String

        init(_ next: SealedManifest) {
            version = "\(next.manifest.version)"
            digest = next.digest.description
            federation = next.manifest.federation
        }

        init?(line: Substring) {
            let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard parts.count == 3 else { return nil }
            (version, digest, federation) = (parts[0], parts[1], parts[2])
        }

        var line: String { "\(version) \(digest) \(federation)" }

        func contradicts(_ other: Entry) -> Bool {
            version == other.version && federation == other.federation && digest != other.digest
        }
    }
}
