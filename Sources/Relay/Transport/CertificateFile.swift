// SPDX-License-Identifier: Apache-2.0

import COpenSSL

// Unsafe: an SSL_CTX reads the file and is freed again here.

/// What a certificate file of ours says, for those who watch its days.
package struct CertificateFile: Hashable, Sendable {
    /// Codes of the member, as the URI has them.
    package struct Holder: Hashable, Sendable {
        package let division: String
        package let institution: String
    }

    /// What it serves: "peer", "api".
    package let use: String
    package let path: String
    /// Its `cityrelay://` URI; empty where it has none.
    package let name: String
    /// The member that it speaks for; nil where it has no name.
    package let holder: Holder?
    package let pin: KeyPin
    /// Last second, in seconds since 1970.
    package let notAfter: Int64

    /// Reads the first certificate of a PEM file. Throws `badCredentials` that names it.
    package init(use: String, path: String) throws(TransportError) {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_method()) else {
            throw TransportError(.badCredentials, "OpenSSL makes no context")
        }
        defer { unsafe SSL_CTX_free(context) }
        guard unsafe SSL_CTX_use_certificate_chain_file(context, path) == 1,
            let certificate = unsafe SSL_CTX_get0_certificate(context)
        else {
            throw TransportError(.badCredentials, "certificate \(path): \(TLSErrors.drain())")
        }
        let identity: PeerIdentity
        do throws(TransportError) {
            identity = try unsafe CertificateFacts.identity(certificate)
        } catch {
            guard let nameless = unsafe CertificateFacts.nameless(certificate) else { throw error }
            identity = nameless
        }
        self.use = use
        self.path = path
        name = identity.role == .nameless ? "" : identity.uri
        holder =
            identity.role == .nameless
            ? nil
            : Holder(division: identity.divisionCode, institution: identity.institutionCode)
        pin = identity.spkiSHA256
        notAfter = identity.notAfter
    }
}
