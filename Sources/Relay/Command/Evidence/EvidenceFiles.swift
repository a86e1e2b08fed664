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
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= limit else {
            throw EvidenceFault(
                code: "file/unreadable",
                message: "\(path) cannot be read, or has more than \(limit) bytes",
                remedy: "check the path and its owner")
        }
        return Array(data)
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
        return TrustRoots(try manifest(text))
    }

    static func manifest(_ path: String) throws -> SealedManifest {
        let text = String(decoding: try read(path), as: UTF8.self)
        guard let block = Armour.decode(text), block.kind == .manifest else {
            throw EvidenceFault(
                code: "file/no-manifest", message: "\(path) holds no manifest",
                remedy: "give the file that the federation's members share, or its digest")
        }
        do { return try SignedManifest(reading: block.bytes).sealed } catch {
            throw EvidenceFault(
                code: "file/no-manifest", message: "\(path) holds a manifest that is damaged",
                remedy: "fetch it again")
        }
    }
}
