// SPDX-License-Identifier: Apache-2.0

import COpenSSL

// Unsafe: an SSL_CTX reads the file and is freed again here.

/// What a certificate file of ours says, for those who watch its days.
package struct CertificateFile: Hashable, Sendable {
    /// What it serves: "peer", "api".
    package let use: String
    package let path: String
    /// Its `cityrelay://` URI; empty where it has none.
    package let name: String
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
        pin = identity.spkiSHA256
        notAfter = identity.notAfter
    }
}
