// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient

/// Reads and writes the files that members send each other.
enum MemberFiles {
    /// The largest of them is a manifest in base64, bytes.
    static let maxBytes = 2 * ManifestLimits.manifestBytes

    static func read(_ path: String) throws -> [UInt8] {
        do throws(BoundedFile.Fault) {
            return try BoundedFile.read(path, atMost: maxBytes)
        } catch {
            switch error {
            case .missing:
                throw MemberFault(
                    "file/unreadable", "there is no file \(path)", "check the path",
                    status: .unavailable)
            case .unreadable:
                throw MemberFault(
                    "file/unreadable", "\(path) cannot be read", "check its owner and mode",
                    status: .unavailable)
            case .tooLarge:
                throw MemberFault(
                    "file/too-large", "\(path) has more than \(maxBytes) bytes",
                    "check that it is the file that was meant")
            }
        }
    }

    /// The armoured block in a file, of one of the kinds that are right here.
    static func block(
        _ path: String, _ kinds: [Armour.Kind]
    ) throws -> (kind: Armour.Kind, bytes: [UInt8]) {
        let text = String(decoding: try read(path), as: UTF8.self)
        let names = kinds.map(\.rawValue).joined(separator: " or ")
        guard let block = Armour.decode(text) else {
            throw MemberFault(
                "file/no-block", "\(path) holds no whole block between BEGIN and END lines",
                "ask its sender for the file again; a \(names) is expected")
        }
        guard kinds.contains(block.kind) else {
            throw MemberFault(
                "file/other-kind", "\(path) holds a \(block.kind.rawValue)",
                "give a \(names) here")
        }
        return block
    }

    static func manifest(_ path: String) throws -> SignedManifest {
        try SignedManifest(reading: block(path, [.manifest]).bytes)
    }

    /// Writes text that others may read. Never over a file that is there, unless it holds the same
    /// kind of block.
    static func write(_ path: String, _ text: String) throws {
        try create(path, Array(text.utf8), mode: 0o644)
    }

    /// Writes a file that its owner alone may read, and never over one that is there.
    static func writeSecret(_ path: String, _ bytes: [UInt8]) throws {
        try refuse(path)
        try create(path, bytes, mode: 0o600)
    }

    /// Refuses a path that is taken.
    static func refuse(_ path: String) throws {
        guard exists(path) else { return }
        throw MemberFault(
            "file/exists", "\(path) is there already", "keep it, or name another folder")
    }

    private static func create(_ path: String, _ bytes: [UInt8], mode: Int) throws {
        // Made under another name with its mode set from the start: nobody reads half a file, and
        // nobody reads a key before its mode is narrowed.
        let draft = path + ".new"
        try? FileManager.default.removeItem(atPath: draft)
        let isMade = FileManager.default.createFile(
            atPath: draft, contents: nil, attributes: [.posixPermissions: mode])
        do {
            guard isMade else { throw CocoaError(.fileWriteUnknown) }
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: draft)
            try Data(bytes).write(to: URL(filePath: draft))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: draft)
            if FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
            }
            try FileManager.default.moveItem(atPath: draft, toPath: path)
        } catch {
            throw MemberFault(
                "file/unwritable", "\(path) cannot be written", "check its folder and its owner",
                status: .unavailable)
        }
    }

    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw MemberFault(
                "file/unwritable", "the folder \(path) cannot be made",
                "check the folder above it and its owner", status: .unavailable)
        }
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Takes the place of another file; for a key whose change is finished.
    static func move(_ path: String, to other: String) throws {
        do {
            if exists(other) { try FileManager.default.removeItem(atPath: other) }
            try FileManager.default.moveItem(atPath: path, toPath: other)
        } catch {
            throw MemberFault(
                "file/unwritable", "\(path) cannot be moved to \(other)",
                "check the folder and its owner", status: .unavailable)
        }
    }
}
