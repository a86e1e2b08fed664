// SPDX-License-Identifier: Apache-2.0

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
    public static func hash(_ bytes: [UInt8]) -> Digest { OpenSSL.sha256(bytes) }

    /// H(a ‖ b ‖ …) without the caller building the concatenation.
    public static func hash(_ parts: [UInt8]...) -> Digest {
        OpenSSL.sha256(Array(parts.joined()))
    }

    /// H("").
    public static let empty = hash([UInt8]())
}
