// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import LightClient

/// The file that holds the member's evidence key: 64 hexadecimal digits, an Ed25519 seed.
enum EvidenceKeyFile {
    enum Fault: Error, CustomStringConvertible {
        case unreadable(String)
        case readableByOthers(String, mode: UInt32)
        case malformed(String)

        var description: String {
            switch self {
            case .unreadable(let path):
                "key/unreadable: \(path) cannot be read. Check the path and its owner."
            case .readableByOthers(let path, let mode):
                "key/readable-by-others: \(path) has mode \(String(mode, radix: 8)). "
                    + "Run: chmod 600 \(path)"
            case .malformed(let path):
                "key/malformed: \(path) must hold 64 hexadecimal digits and nothing else. "
                    + "Write the Ed25519 seed there."
            }
        }
    }

    /// Reads the key. A file that others can read is refused: they could sign for the city.
    static func read(_ path: String) throws -> SigningKey {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let value = attributes?[.posixPermissions] as? any BinaryInteger,
            let data = FileManager.default.contents(atPath: path)
        else { throw Fault.unreadable(path) }
        let mode = UInt32(truncatingIfNeeded: value) & 0o777
        guard mode & 0o077 == 0 else { throw Fault.readableByOthers(path, mode: mode) }
        let text = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
        guard let seed = Hex.decode(text), let key = try? SigningKey.ed25519(seed: seed) else {
            throw Fault.malformed(path)
        }
        return key
    }
}
