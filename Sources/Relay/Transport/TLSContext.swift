// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import Synchronization

// Unsafe: SSL_CTX handles and C callbacks.

/// Certificate, key and authority of one relay, ready for both roles: TLS 1.3 only, a certificate
/// asked of every client, ALPN h2, no tickets (long-lived connections do not resume, and a ticket
/// costs more than a hundred requests).
package final class TLSContext: Sendable {
    /// Paths of PEM files.
    package struct Files: Hashable, Sendable {
        /// Our certificate, then its intermediates.
        package var certificate: String
        package var key: String
        /// The authorities whose certificates we believe.
        package var authority: String
        /// Holds in its first line what opens an encrypted key; nil: the key is plain.
        package var passphraseFile: String?

        package init(
            certificate: String, key: String, authority: String, passphraseFile: String? = nil
        ) {
            self.certificate = certificate
            self.key = key
            self.authority = authority
            self.passphraseFile = passphraseFile
        }
    }

    enum Role { case server, client }

    /// Whom a listener lets in to be answered; everybody else is refused in the handshake.
    package enum Admission: Hashable, Sendable {
        /// Whoever's certificate names a member, application or person that `authorize` accepts.
        case named
        /// A certificate without a usable URI too: the request's peer is then `nameless`.
        case anyCertificate
        /// Callers without a certificate too: the request's peer is then nil.
        case anybody
    }

    /// The contexts of one reading of the files. `@unchecked Sendable`, because an SSL_CTX is not
    /// changed after it was made, and OpenSSL counts the sessions that still use it.
    @safe
    private final class Pair: @unchecked Sendable {
        let server: OpaquePointer
        let client: OpaquePointer
        let own: PeerIdentity

        init(server: OpaquePointer, client: OpaquePointer, own: PeerIdentity) {
            unsafe self.server = unsafe server
            unsafe self.client = unsafe client
            self.own = own
        }

        deinit {
            unsafe SSL_CTX_free(server)
            unsafe SSL_CTX_free(client)
        }
    }

    package let files: Files
    /// Judges a client whose certificate is in order. Runs on loops, inside the handshake.
    let authorize: @Sendable (PeerIdentity) -> PeerVerdict
    let admission: Admission
    private let current: Mutex<Pair>

    /// Throws `badCredentials` that names the file and OpenSSL's reason.
    package init(
        files: Files, admission: Admission = .named,
        authorize: @escaping @Sendable (PeerIdentity) -> PeerVerdict
    ) throws {
        self.files = files
        self.admission = admission
        self.authorize = authorize
        current = Mutex(try TLSContext.load(files, admission))
    }

    /// New connections use the files as they are now; open ones go on undisturbed. Throws and
    /// changes nothing when a file is wrong.
    package func reload() throws {
        let fresh = try TLSContext.load(files, admission)
        current.withLock { $0 = fresh }
    }

    /// Who we are, by our own certificate.
    package var own: PeerIdentity { current.withLock { $0.own } }

    /// A new SSL of the present files. The caller owns it.
    func makeSSL(_ role: Role) -> OpaquePointer? {
        let pair = current.withLock { $0 }
        return unsafe SSL_new(role == .server ? pair.server : pair.client)
    }

    // MARK: Loading

    private static func load(
        _ files: Files, _ admission: Admission
    ) throws(TransportError) -> Pair {
        let server = try unsafe make(files, .server)
        if admission == .anybody {
            // Asked for, but not required.
            unsafe SSL_CTX_set_verify(
                server, SSL_VERIFY_PEER, SSL_CTX_get_verify_callback(server))
        }
        let client: OpaquePointer
        do throws(TransportError) {
            unsafe client = try unsafe make(files, .client)
        } catch {
            unsafe SSL_CTX_free(server)
            throw error
        }
        let own: PeerIdentity
        do throws(TransportError) {
            guard let certificate = unsafe SSL_CTX_get0_certificate(server) else {
                throw TransportError(.badCredentials, "\(files.certificate) holds no certificate")
            }
            own = try unsafe CertificateFacts.identity(certificate)
        } catch {
            unsafe SSL_CTX_free(server)
            unsafe SSL_CTX_free(client)
            throw error
        }
        return unsafe Pair(server: server, client: client, own: own)
    }

    private static func make(_ files: Files, _ role: Role) throws(TransportError) -> OpaquePointer {
        ERR_clear_error()
        let method = unsafe role == .server ? TLS_server_method() : TLS_client_method()
        guard let context = unsafe SSL_CTX_new(method) else {
            throw TransportError(.badCredentials, "OpenSSL makes no context: \(TLSErrors.drain())")
        }
        do throws(TransportError) {
            try unsafe configure(context, files, role)
        } catch {
            unsafe SSL_CTX_free(context)
            throw error
        }
        return unsafe context
    }

    private static func configure(
        _ context: OpaquePointer, _ files: Files, _ role: Role
    ) throws(TransportError) {
        func require(_ result: Int32, _ what: String) throws(TransportError) {
            guard result == 1 else {
                throw TransportError(.badCredentials, "\(what): \(TLSErrors.drain())")
            }
        }
        try require(
            unsafe SSL_CTX_use_certificate_chain_file(context, files.certificate),
            "certificate \(files.certificate)")
        let key = try KeyFile.key(files)
        try require(unsafe key.use(in: context), "key \(files.key)")
        try require(
            unsafe SSL_CTX_check_private_key(context),
            "key \(files.key) does not fit certificate \(files.certificate)")
        try require(
            unsafe SSL_CTX_load_verify_locations(context, files.authority, nil),
            "authority \(files.authority)")
        try require(
            Int32(
                unsafe SSL_CTX_ctrl(
                    context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_3_VERSION), nil)), "TLS 1.3")
        try require(
            unsafe SSL_CTX_set_ciphersuites(
                context,
                "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"),
            "cipher suites")
        try require(unsafe SSL_CTX_set_num_tickets(context, 0), "tickets")
        let name = Array("cityrelay".utf8)
        try require(
            unsafe SSL_CTX_set_session_id_context(context, name, UInt32(name.count)),
            "session context")
        _ = unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, 0, nil)
        // One read of up to a record instead of a header, then a body.
        _ = unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, nil)
        unsafe SSL_CTX_set_verify(
            context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
            { verified, store in
                guard let store = unsafe store else { return 0 }
                return unsafe TLSSession.judge(verified: verified == 1, store)
            })
        if role == .server { unsafe offerHTTP2(context) } else { unsafe askHTTP2(context) }
    }

    /// Length-prefixed, as ALPN has it on the wire.
    private static let protocolList: [UInt8] = [2] + Array("h2".utf8)

    private static func askHTTP2(_ context: OpaquePointer) {
        _ = unsafe SSL_CTX_set_alpn_protos(context, protocolList, UInt32(protocolList.count))
    }

    private static func offerHTTP2(_ context: OpaquePointer) {
        unsafe SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, chosenCount, offered, offeredCount, _ in
                // Walks the client's list; the answer must point into it.
                var position = 0
                while let offered = unsafe offered, position < Int(offeredCount) {
                    let length = Int(unsafe offered[position])
                    let start = position + 1
                    position = start + length
                    guard position <= Int(offeredCount) else { break }
                    if length == 2, unsafe offered[start] == UInt8(ascii: "h"),
                        unsafe offered[start + 1] == UInt8(ascii: "2")
                    {
                        unsafe chosen?.pointee = offered + start
                        unsafe chosenCount?.pointee = 2
                        return SSL_TLSEXT_ERR_OK
                    }
                }
                return SSL_TLSEXT_ERR_ALERT_FATAL
            }, nil)
    }
}
