// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import LightClient

/// The file that holds the signing key of the relay's account: 64 hexadecimal digits, a secp256k1
/// scalar.
enum AccountKeyFile {
    enum Fault: Error, CustomStringConvertible {
        case unreadable(String)
        case readableByOthers(String, mode: UInt32)
        case malformed(String)

        var description: String {
            switch self {
            case .unreadable(let path):
                "key.unreadable: \(path) cannot be read. Check the path and its owner."
            case .readableByOthers(let path, let mode):
                "key.readable-by-others: \(path) has mode \(String(mode, radix: 8)). "
                    + "Run: chmod 600 \(path)"
            case .malformed(let path):
                "key.malformed: \(path) must hold 64 hexadecimal digits and nothing else. "
                    + "Write the account's secp256k1 key there."
            }
        }
    }

    /// Reads the key. A file that others can read is refused: its money would be theirs too.
    static func read(_ path: String, prefix: String) throws -> AccountKey {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let value = attributes?[.posixPermissions] as? any BinaryInteger,
            let data = FileManager.default.contents(atPath: path)
        else { throw Fault.unreadable(path) }
        let mode = Int(truncatingIfNeeded: value)
        guard mode & 0o077 == 0 else {
            throw Fault.readableByOthers(path, mode: UInt32(truncatingIfNeeded: mode & 0o777))
        }
        let text = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
        guard let scalar = Hex.decode(text), let key = try? SigningKey.secp256k1(scalar: scalar)
        else {
            throw Fault.malformed(path)
        }
        return AccountKey(key, prefix: prefix)
    }
}
