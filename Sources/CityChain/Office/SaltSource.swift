// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// Where salts come from: the system's randomness, or a seed when a test wants the same ones again.
package enum SaltSource: Hashable, Sendable {
    case system
    /// Every salt is HMAC-SHA-256 of its place under the seed: no two places share one.
    case seeded([UInt8])

    /// 32 bytes for a place: a record's index, a revision and a name.
    package func bytes(_ index: RecordIndex, revision: UInt64, _ name: String) -> Digest {
        guard case .seeded(let seed) = self else { return SaltSource.random() }
        let place = index.digest.bytes + [UInt8](bigEndian: revision) + Array(name.utf8)
        return HMACSHA256.code(key: seed, Array("salt/".utf8) + place)
    }

    package func salt(
        _ index: RecordIndex, revision: UInt64, _ name: String
    ) throws(FieldTreeError) -> FieldSalt {
        let bytes = bytes(index, revision: revision, name).bytes
        return try FieldSalt(Array(bytes.prefix(FieldSalt.byteCount)))
    }

    /// The key under which the city's record indices are made.
    package var indexKey: [UInt8] {
        guard case .seeded(let seed) = self else { return SaltSource.random().bytes }
        return HMACSHA256.code(key: seed, Array("index-key".utf8)).bytes
    }

    /// The X25519 secret of the office.
    package var sealingSecret: [UInt8] {
        guard case .seeded(let seed) = self else { return SaltSource.random().bytes }
        return HMACSHA256.code(key: seed, Array("sealing-secret".utf8)).bytes
    }

    /// 32 bytes that nobody can foresee, whatever the salts come from.
    static func random() -> Digest {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return Digest(bytes) ?? .zero
    }
}
