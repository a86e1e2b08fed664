// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A stand-in for a person: 32 bytes that only the holder of a key can make again, so that entries
/// about one person can be found by that holder and by nobody else.
public struct OpaqueReference: Hashable, Sendable, Comparable {
    public let digest: Digest

    /// Bytes of a key, at least: as strong as the hash.
    public static let minKeyByteCount = 32

    /// A reference that was made elsewhere.
    public init(_ digest: Digest) { self.digest = digest }

    /// Of an officer: HMAC-SHA256(key, "officer" ‖ 00 ‖ identifier). The key is the requester's
    /// own; nil when it is shorter than `minKeyByteCount`.
    public init?(officer identifier: String, key: [UInt8]) {
        self.init(key, "officer", [identifier])
    }

    /// Of the person whom a record is about: HMAC-SHA256(key, "subject" ‖ 00 ‖ purpose ‖ 00 ‖
    /// identifier). The key is that of one pair of members, so that two requesters, or one
    /// requester in two matters, cannot tell that they asked about the same person.
    /// Source: specs/domain.md sections 3.1 and 3.2.
    public init?(subject identifier: String, purpose: AccessCode, pairKey: [UInt8]) {
        self.init(pairKey, "subject", [purpose.text, identifier])
    }

    private init?(_ key: [UInt8], _ label: String, _ parts: [String]) {
        guard key.count >= OpaqueReference.minKeyByteCount else { return nil }
        var message = Array(label.utf8)
        for part in parts { message += [0x00] + Array(part.utf8) }
        digest = HMACSHA256.code(key: key, message)
    }

    public static func < (left: OpaqueReference, right: OpaqueReference) -> Bool {
        left.digest < right.digest
    }
}

extension OpaqueReference: CustomStringConvertible {
    /// 64 hexadecimal digits.
    public var description: String { digest.description }

    /// Nil unless the text is 64 hexadecimal digits.
    public init?(_ text: String) {
        guard let digest = Digest(hex: text) else { return nil }
        self.init(digest)
    }
}
