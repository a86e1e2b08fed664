// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient

/// A file that holds one key as 64 hexadecimal digits and that nobody else can read.
enum SecretFile {
    enum Fault: Error, CustomStringConvertible {
        case unreadable(String)
        case readableByOthers(String, mode: UInt32)
        case malformed(String, what: String)

        var description: String {
            switch self {
            case .unreadable(let path):
                "key/unreadable: \(path) cannot be read. Check the path and its owner."
            case .readableByOthers(let path, let mode):
                "key/readable-by-others: \(path) has mode \(String(mode, radix: 8)). "
                    + "Run: chmod 600 \(path)"
            case .malformed(let path, let what):
                "key/malformed: \(path) must hold 64 hexadecimal digits and nothing else. "
                    + "Write \(what) there."
            }
        }
    }

    /// The account that signs and pays. A file that others can read is refused: its money would be
    /// theirs too.
    static func account(_ path: String, prefix: String) throws -> AccountKey {
        let key = try read(path, "the account's secp256k1 key") {
            try? SigningKey.secp256k1(scalar: $0)
        }
        return AccountKey(key, prefix: prefix)
    }

    /// The member's evidence key. Whoever else could read it could sign for the city.
    static func evidenceKey(_ path: String) throws -> SigningKey {
        try read(path, "the Ed25519 seed") { try? SigningKey.ed25519(seed: $0) }
    }

    /// The centre's X25519 secret. Whoever else could read it could read its letters.
    static func sealingSecret(_ path: String) throws -> [UInt8] {
        try read(path, "the X25519 secret") { $0.count == HPKE.keyByteCount ? $0 : nil }
    }

    private static func read<Key>(
        _ path: String, _ what: String, _ key: ([UInt8]) -> Key?
    ) throws -> Key {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let value = attributes?[.posixPermissions] as? any BinaryInteger,
            let data = FileManager.default.contents(atPath: path)
        else { throw Fault.unreadable(path) }
        let mode = UInt32(truncatingIfNeeded: value) & 0o777
        guard mode & 0o077 == 0 else { throw Fault.readableByOthers(path, mode: mode) }
        let text = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
        guard let key = Hex.decode(text).flatMap(key) else {
            throw Fault.malformed(path, what: what)
        }
        return key
    }
}
