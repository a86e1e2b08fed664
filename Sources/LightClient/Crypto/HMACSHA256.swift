// SPDX-License-Identifier: Apache-2.0

/// HMAC with SHA-256 (RFC 2104, FIPS 198-1).
public enum HMACSHA256 {
    /// Bytes of SHA-256's block.
    private static let blockByteCount = 64

    /// The 32-byte code of a message. Keys of any length; below 32 bytes they are weaker than the
    /// hash.
    public static func code(key: [UInt8], _ message: [UInt8]) -> Digest {
        var block = key.count > blockByteCount ? SHA256.hash(key).bytes : key
        block += [UInt8](repeating: 0, count: blockByteCount - block.count)
        let inner = SHA256.hash(block.map { $0 ^ 0x36 }, message)
        return SHA256.hash(block.map { $0 ^ 0x5c }, inner.bytes)
    }
}
