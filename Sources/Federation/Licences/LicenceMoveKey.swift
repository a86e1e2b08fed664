// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Names a licence's move between two cities and says nothing of the licence: a salted commitment
/// to its identifier. Chains and relays see the key; whoever holds the salt can show whose it is.
/// Source: FORMATS.md "Licence moves".
public struct LicenceMoveKey: Hashable, Sendable, Comparable {
    public let digest: Digest

    /// Bytes of a salt, exactly: 128 bits, so that nobody can try identifiers.
    public static let saltByteCount = 16
    private static let domain = Array("cityrelay/licence-move/1".utf8) + [0x00]

    public init(_ digest: Digest) { self.digest = digest }

    /// SHA-256("cityrelay/licence-move/1" ‖ 00 ‖ salt ‖ identifier). The identifier is in its
    /// canonical form. Nil for a salt of another length.
    public init?(licence: String, salt: [UInt8]) {
        guard salt.count == LicenceMoveKey.saltByteCount else { return nil }
        digest = SHA256.hash(LicenceMoveKey.domain, salt + Array(licence.utf8))
    }

    public static func < (left: LicenceMoveKey, right: LicenceMoveKey) -> Bool {
        left.digest < right.digest
    }
}

extension LicenceMoveKey: CustomStringConvertible {
    /// 64 hexadecimal digits.
    public var description: String { digest.description }

    /// Nil unless the text is 64 hexadecimal digits.
    public init?(_ text: String) {
        guard let digest = Digest(hex: text) else { return nil }
        self.init(digest)
    }
}
