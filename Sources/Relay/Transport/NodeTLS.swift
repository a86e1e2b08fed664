// SPDX-License-Identifier: Apache-2.0

import COpenSSL

// Unsafe: SSL_CTX and SSL handles.

/// TLS towards a chain node, which has an ordinary server certificate: TLS 1.2 or later, chain to
/// the given authority or the system's, host name checked, no certificate of ours.
@safe
enum NodeTLS {
    static func session(
        host: String, authorityFile: String?, _ buffers: LoopBuffers
    ) throws(TransportError) -> TLSSession {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw TransportError(.handshakeFailed, "out of memory for TLS")
        }
        // The session below counts as a user of its own.
        defer { unsafe SSL_CTX_free(context) }
        _ = unsafe SSL_CTX_ctrl(
            context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        let loaded =
            if let authorityFile {
                unsafe SSL_CTX_load_verify_locations(context, authorityFile, nil)
            } else {
                unsafe SSL_CTX_set_default_verify_paths(context)
            }
        guard loaded == 1 else {
            throw TransportError(
                .badCredentials,
                "authority \(authorityFile ?? "of the system"): \(TLSErrors.drain())")
        }
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER) { verified, store in
            guard let store = unsafe store else { return 0 }
            return unsafe TLSSession.judge(verified: verified == 1, store)
        }
        let ssl = unsafe SSL_new(context)
        var isSet: Int32
        if SocketAddress(numeric: host, port: 0) != nil {
            isSet = unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host)
        } else {
            isSet = unsafe SSL_set1_host(ssl, host)
            var name = Array(host.utf8CString)
            _ = unsafe name.withUnsafeMutableBytes {
                unsafe SSL_ctrl(
                    ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
                    $0.baseAddress)
            }
        }
        let session = try unsafe TLSSession(
            ssl, .client, buffers, .host, authorize: { _ in .unknown })
        guard isSet == 1 else {
            throw TransportError(.badAddress, "\"\(host)\" cannot be checked in a certificate")
        }
        return session
    }
}
