// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import Glibc

// Unsafe: one blocking connection's SSL and BIO handles, which do not leave this file.

/// Connects to a relay's listener from outside, once and waiting, as a peer would or as nobody
/// should, and says what came of it. For commands; relays connect on their loops.
package struct TLSProbe {
    /// What the client shows.
    package enum Showing {
        case nothing
        /// The certificate and key in these files.
        case files(TLSContext.Files)
        /// A certificate that nobody vouches for, made for this call.
        case selfSigned
    }

    package struct Outcome: Hashable, Sendable {
        /// Whether the server completed the handshake and spoke to us afterwards.
        package var isAccepted = false
        /// Why not.
        package var detail = ""
        /// "TLSv1.3"
        package var version = ""
        package var isHTTP2 = false
        /// Whether the given authorities vouch for the server's certificate.
        package var isVouchedFor = false
        /// Who the server's certificate says it is; nameless without the URI.
        package var identity: PeerIdentity?
        /// From the first byte of the handshake to its end, milliseconds.
        package var milliseconds: Int64 = 0
    }

    package let address: String
    package let authorities: String
    /// For connecting, and for each answer, seconds.
    package static let patienceSeconds = 5

    /// - Parameter address: `host:port`, an IPv6 host in brackets.
    package init(address: String, authorities: String) {
        self.address = address
        self.authorities = authorities
    }

    /// Throws where there is nothing to connect to, or a file is wrong.
    package func connect(
        _ showing: Showing, atMostTLS12: Bool = false
    ) throws(TransportError) -> Outcome {
        ERR_clear_error()
        // A server that hangs up must not end the command.
        signal(SIGPIPE, SIG_IGN)
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw TransportError(.handshakeFailed, "OpenSSL makes no context")
        }
        defer { unsafe SSL_CTX_free(context) }
        guard unsafe SSL_CTX_load_verify_locations(context, authorities, nil) == 1 else {
            throw TransportError(
                .badCredentials, "authorities \(authorities): \(TLSErrors.drain())")
        }
        // Judged afterwards: what is wrong is to be told, not only that something is.
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        let highest = atMostTLS12 ? TLS1_2_VERSION : TLS1_3_VERSION
        _ = unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(highest), nil)
        let protocols: [UInt8] = [2] + Array("h2".utf8)
        _ = unsafe SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count))
        try unsafe show(showing, context)
        return try unsafe run(context)
    }

    private func show(
        _ showing: Showing, _ context: OpaquePointer
    ) throws(TransportError) {
        switch showing {
        case .nothing: return
        case .files(let files):
            guard unsafe SSL_CTX_use_certificate_chain_file(context, files.certificate) == 1
            else {
                throw TransportError(
                    .badCredentials, "certificate \(files.certificate): \(TLSErrors.drain())")
            }
            let key = try KeyFile.key(files)
            guard unsafe key.use(in: context) == 1, unsafe SSL_CTX_check_private_key(context) == 1
            else {
                throw TransportError(
                    .badCredentials,
                    "key \(files.key) does not fit \(files.certificate): \(TLSErrors.drain())")
            }
        case .selfSigned:
            guard let key = try? PrivateKey.make(.p256),
                let certificate = unsafe key.selfSigned()
            else { throw TransportError(.badCredentials, "OpenSSL makes no certificate") }
            defer { unsafe X509_free(certificate) }
            guard unsafe SSL_CTX_use_certificate(context, certificate) == 1,
                unsafe key.use(in: context) == 1
            else { throw TransportError(.badCredentials, TLSErrors.drain()) }
        }
    }

    private func run(_ context: OpaquePointer) throws(TransportError) -> Outcome {
        guard let bio = unsafe BIO_new_connect(address) else {
            throw TransportError(.badAddress, "\(address) is no address")
        }
        guard unsafe BIO_do_connect_retry(bio, Int32(TLSProbe.patienceSeconds), 50) == 1 else {
            unsafe BIO_free_all(bio)
            throw TransportError(
                .cannotConnect, "\(address) does not answer: \(TLSErrors.drain())")
        }
        unsafe TLSProbe.limitWaiting(bio)
        guard let ssl = unsafe SSL_new(context) else {
            unsafe BIO_free_all(bio)
            throw TransportError(.handshakeFailed, "OpenSSL makes no session")
        }
        // Frees the BIO too.
        defer { unsafe SSL_free(ssl) }
        unsafe SSL_set_bio(ssl, bio, bio)
        let begun = TLSProbe.now
        let result = unsafe SSL_connect(ssl)
        var outcome = Outcome()
        outcome.milliseconds = TLSProbe.now - begun
        if let certificate = unsafe SSL_get0_peer_certificate(ssl) {
            outcome.isVouchedFor = unsafe SSL_get_verify_result(ssl) == Int(X509_V_OK)
            outcome.identity =
                (try? unsafe CertificateFacts.identity(certificate))
                ?? (unsafe CertificateFacts.nameless(certificate))
        }
        guard result == 1 else {
            outcome.detail = TLSErrors.drain()
            return outcome
        }
        outcome.version = unsafe SSL_get_version(ssl).map { unsafe String(cString: $0) } ?? ""
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &name, &count)
        if let name = unsafe name, count == 2 {
            outcome.isHTTP2 =
                unsafe name[0] == UInt8(ascii: "h") && name[1] == UInt8(ascii: "2")
        }
        // In TLS 1.3 a server judges the client after the client is done: only what it says next
        // shows whether it let us in. Its settings come first.
        var byte: UInt8 = 0
        outcome.isAccepted = unsafe SSL_read(ssl, &byte, 1) == 1
        if !outcome.isAccepted { outcome.detail = TLSErrors.drain() }
        return outcome
    }

    private static func limitWaiting(_ bio: OpaquePointer) {
        var descriptor: Int32 = -1
        _ = unsafe BIO_ctrl(bio, BIO_C_GET_FD, 0, &descriptor)
        var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, option, &patience, size)
        }
        // The BIO connected without blocking, to keep its time.
        let flags = fcntl(descriptor, F_GETFL, 0)
        _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
    }

    /// Milliseconds on a clock that only ascends.
    private static var now: Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
