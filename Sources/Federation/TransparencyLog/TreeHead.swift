// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A tree head as certificate logs sign it: RFC 6962 section 3.5, ECDSA over P-256 with SHA-256.
/// The federation's own logs sign notes; this is for reading others'.
public struct TreeHead: Hashable, Sendable {
    /// Milliseconds since 1970.
    public var timestamp: UInt64
    public var size: UInt64
    public var root: Digest

    public init(timestamp: UInt64, size: UInt64, root: Digest) {
        self.timestamp = timestamp
        self.size = size
        self.root = root
    }

    /// version v1, signature type tree_hash, timestamp, size, root.
    public var signedBytes: [UInt8] {
        var bytes: [UInt8] = [0, 1]
        for number in [timestamp, size] {
            for shift in stride(from: 56 as UInt64, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        root.append(to: &bytes)
        return bytes
    }

    /// Whether a DigitallySigned (hash sha256, signature ecdsa, u16 length, DER) is the key's.
    public func isSigned(_ signed: [UInt8], by key: P256Key) -> Bool {
        guard signed.count > 4, signed[0] == 4, signed[1] == 3,
            Int(signed[2]) << 8 | Int(signed[3]) == signed.count - 4
        else { return false }
        return key.isValid(Array(signed[4...]), of: signedBytes)
    }
}
