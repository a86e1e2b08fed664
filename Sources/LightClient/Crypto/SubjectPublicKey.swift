// SPDX-License-Identifier: Apache-2.0

/// Keys as certificates carry them: the DER of a SubjectPublicKeyInfo (RFC 5280 section 4.1).
public enum SubjectPublicKey {
    /// Whether the key signed the message, by OpenSSL's rules: Ed25519, or any other algorithm that
    /// it knows with SHA-256. False for bytes that are no key, and for an empty signature.
    ///
    /// For proofs of possession. Chains' validators are judged by `SignatureVerifier`.
    public static func isValid(
        _ signature: [UInt8], of message: [UInt8], by info: [UInt8]
    ) -> Bool {
        guard !signature.isEmpty, !info.isEmpty else { return false }
        return OpenSSL.isValid(signature, of: message, info: info)
    }
}
