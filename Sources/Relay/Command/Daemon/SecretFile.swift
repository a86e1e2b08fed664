// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
package import LightClient

/// A file that holds one key and that nobody else can read.
package enum SecretFile {
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
    /// As `member init` makes it, in PEM, or its seed in hexadecimal digits.
    package static func evidenceKey(_ path: String, passphraseFile: String?) throws -> SigningKey {
        let start = FileManager.default.contents(atPath: path)?.prefix(11) ?? Data()
        guard String(decoding: start, as: UTF8.self) == "-----BEGIN " else {
            return try read(path, "the Ed25519 seed") { try? SigningKey.ed25519(seed: $0) }
        }
        return try MemberKeyring.signingKey(path) {
            guard let passphraseFile else {
                throw MemberFault(
                    "key/no-passphrase", "\(path) is encrypted",
                    "name its passphrase's file as records.evidence_passphrase_file")
            }
            let all = try text(passphraseFile)
            return Array((all.split(whereSeparator: \.isNewline).first ?? "").utf8)
        }
    }

    /// The centre's X25519 secret. Whoever else could read it could read its letters.
    static func sealingSecret(_ path: String) throws -> [UInt8] {
        try read(path, "the X25519 secret") { $0.count == HPKE.keyByteCount ? $0 : nil }
    }

    private static func read<Key>(
        _ path: String, _ what: String, _ key: ([UInt8]) -> Key?
    ) throws -> Key {
        let digits = try text(path).filter { !$0.isWhitespace }
        guard let key = Hex.decode(digits).flatMap(key) else {
            throw Fault.malformed(path, what: what)
        }
        return key
    }

    /// What stands in a file that nobody else can read.
    private static func text(_ path: String) throws -> String {
        guard let mode = MemberKeyring.mode(path),
            let data = FileManager.default.contents(atPath: path)
        else { throw Fault.unreadable(path) }
        guard mode & 0o077 == 0 else { throw Fault.readableByOthers(path, mode: UInt32(mode)) }
        return String(decoding: data, as: UTF8.self)
    }
}
