// SPDX-License-Identifier: Apache-2.0

/// A public key of NIST's curve P-256, for statements of others that are signed so: certificate
/// logs, Fabric's orderers. No member of the federation signs with it.
public struct P256Key: Hashable, Sendable {
    /// SubjectPublicKeyInfo in DER, the point uncompressed.
    public let der: [UInt8]

    /// Everything in front of X and Y: the algorithm, the curve, and the mark of an uncompressed
    /// point. Source: RFC 5480 section 2.
    private static let header: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ]

    /// Nil unless the bytes are exactly such a key in form. Whether the point lies on the curve is
    /// judged with the first signature.
    public init?(subjectPublicKeyInfo der: [UInt8]) {
        guard der.count == P256Key.header.count + 64, der.starts(with: P256Key.header) else {
            return nil
        }
        self.der = der
    }

    /// Whether `signature`, a SEQUENCE of two INTEGERs in DER, is the key's over
    /// SHA-256(`message`).
    public func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard ECDSASignature(der: signature) != nil else { return false }
        return OpenSSL.isValidECDSA(signature, of: message, subjectPublicKeyInfo: der)
    }
}
