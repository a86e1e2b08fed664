// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient

/// Why a file of evidence cannot be used.
struct EvidenceFault: Error, CustomStringConvertible {
    let code: String
    let message: String
    let remedy: String

    var description: String { "\(code): \(message); \(remedy)" }
}

/// Reads and writes the files that auditors and clerks hand around.
enum EvidenceFiles {
    /// Bytes of the largest file that is read whole: an export of a million entries.
    static let maxByteCount = 1 << 30

    static func read(_ path: String, limit: Int = maxByteCount) throws -> [UInt8] {
        do throws(BoundedFile.Fault) {
            return try BoundedFile.read(path, atMost: limit)
        } catch {
            switch error {
            case .missing:
                throw EvidenceFault(
                    code: "file/unreadable", message: "there is no file \(path)",
                    remedy: "check the path")
            case .unreadable:
                throw EvidenceFault(
                    code: "file/unreadable", message: "\(path) cannot be read",
                    remedy: "check its owner and mode")
            case .tooLarge:
                throw EvidenceFault(
                    code: "file/too-large", message: "\(path) has more than \(limit) bytes",
                    remedy: "check that it is the file that was meant")
            }
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        do { try Data(bytes).write(to: URL(filePath: path), options: .atomic) } catch {
            throw EvidenceFault(
                code: "file/unwritable", message: "\(path) cannot be written",
                remedy: "check the folder and its owner")
        }
    }

    /// A manifest in its file, or the digest of one in 64 hexadecimal digits.
    static func roots(_ text: String) throws -> TrustRoots {
        if text.utf8.count == 64, let bytes = Hex.decode(text), let digest = Digest(bytes) {
            return TrustRoots(manifest: digest)
        }
        return try manifests(text)
    }

    /// A file with one version of the manifest, or several, one behind the other: the newest is
    /// believed, and those that it leads back to.
    static func manifests(_ path: String) throws -> TrustRoots {
        let blocks = ManifestFile.versions(try read(path, limit: ManifestFile.maxBytes))
        var versions: [SealedManifest] = []
        for bytes in blocks {
            do { versions.append(try SignedManifest(reading: bytes).sealed) } catch {
                throw EvidenceFault(
                    code: "file/no-manifest",
                    message: "\(path) holds no manifest, or one that is damaged",
                    remedy: "give the file that the federation's members share, or its digest")
            }
        }
        guard let newest = versions.max(by: { $0.manifest.version < $1.manifest.version }) else {
            throw EvidenceFault(
                code: "file/no-manifest", message: "\(path) holds no manifest",
                remedy: "give the file that the federation's members share, or its digest")
        }
        return TrustRoots(newest, earlier: versions)
    }
}
