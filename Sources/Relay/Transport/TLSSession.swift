// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import Glibc

// Unsafe: owns one SSL and its BIO; OpenSSL reads from and writes to the loop's shared memory.

/// TLS over bytes in memory: no socket, no clock. OpenSSL's BIO is one of our own that reads what
/// the socket just gave and appends to the loop's cipher buffer, so a connection at rest holds no
/// buffers of ours and nothing is copied twice. Touched on its loop's thread only.
@safe
final class TLSSession {
    /// What a peer's certificate must say.
    enum Expectation {
        /// Server: ask the context's `authorize`.
        case authorized
        /// Client: exactly this member, with one of its pinned keys.
        case member(ExpectedMember)
        /// Client of a chain node: a chain to the authority and the host's name; no HTTP/2.
        case host
    }

    private let ssl: OpaquePointer
    private let authorize: (PeerIdentity) -> PeerVerdict
    private let buffers: LoopBuffers
    private let expectation: Expectation
    private var input: UnsafeRawBufferPointer
    private(set) var isEstablished = false
    private(set) var peer: PeerIdentity?
    /// Server: a certificate without a usable URI is let in, as nobody in particular.
    private var admitsNameless = false
    /// Why our side refused the peer's certificate.
    private var refusal: TransportError?

    /// Server side of a relay's listener, or client side towards a member.
    convenience init(
        _ context: TLSContext, _ buffers: LoopBuffers, expect expectation: Expectation
    ) throws(TransportError) {
        let role: TLSContext.Role =
            if case .authorized = expectation { .server } else { .client }
        try unsafe self.init(
            context.makeSSL(role), role, buffers, expectation, authorize: context.authorize)
        admitsNameless = context.admission != .named
    }

    /// Takes the SSL over.
    init(
        _ made: OpaquePointer?, _ role: TLSContext.Role, _ buffers: LoopBuffers,
        _ expectation: Expectation, authorize: @escaping (PeerIdentity) -> PeerVerdict
    ) throws(TransportError) {
        guard let ssl = unsafe made, let bio = unsafe BIO_new(LoopBIO.method) else {
            throw TransportError(.handshakeFailed, "out of memory for a TLS session")
        }
        unsafe self.ssl = unsafe ssl
        self.authorize = authorize
        self.buffers = buffers
        self.expectation = expectation
        unsafe input = UnsafeRawBufferPointer(start: nil, count: 0)
        let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe BIO_set_data(bio, owner)
        unsafe BIO_set_init(bio, 1)
        unsafe SSL_set_bio(ssl, bio, bio)
        _ = unsafe SSL_set_ex_data(ssl, 0, owner)
        if role == .server {
            unsafe SSL_set_accept_state(ssl)
        } else {
            unsafe SSL_set_connect_state(ssl)
        }
    }

    deinit { unsafe SSL_free(ssl) }

    /// Gives bytes from the socket; they must stay valid until `endInput`.
    func beginInput(_ bytes: UnsafeRawBufferPointer) { unsafe input = unsafe bytes }

    func endInput() { unsafe input = UnsafeRawBufferPointer(start: nil, count: 0) }

    /// One step of the handshake; true once it is finished. What it wants to send, an alert too, is
    /// in the cipher buffer afterwards, also when it throws.
    func handshake() throws(TransportError) -> Bool {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 {
            if case .host = expectation {
            } else if !isHTTP2 {
                throw TransportError(.noHTTP2, "the peer offers no ALPN h2")
            }
            isEstablished = true
            return true
        }
        guard unsafe SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ else { return false }
        throw refusal ?? TLSErrors.failure("TLS handshake")
    }

    /// Next piece of plain text in the shared buffer; nil when the input is used up.
    func read() throws(TransportError) -> UnsafeRawBufferPointer? {
        ERR_clear_error()
        let memory = unsafe buffers.plain
        let count = unsafe SSL_read(ssl, memory.baseAddress, Int32(memory.count))
        if count > 0 {
            return unsafe UnsafeRawBufferPointer(rebasing: memory[0..<Int(count)])
        }
        switch unsafe SSL_get_error(ssl, count) {
        case SSL_ERROR_WANT_READ: return nil
        case SSL_ERROR_ZERO_RETURN:
            throw TransportError(.connectionLost, "the peer closed its TLS session")
        default: throw TLSErrors.failure("TLS")
        }
    }

    /// Encrypts everything into the cipher buffer. Loops, since one call may take one record only.
    func write(_ bytes: UnsafeRawBufferPointer) throws(TransportError) {
        var sent = 0
        while sent < bytes.count {
            ERR_clear_error()
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
            let length = Int32(clamping: rest.count)
            let count = unsafe SSL_write(ssl, rest.baseAddress, length)
            guard count > 0 else { throw TLSErrors.failure("TLS write") }
            sent += Int(count)
        }
    }

    /// Puts a close_notify into the cipher buffer.
    func shutdown() {
        guard isEstablished else { return }
        ERR_clear_error()
        _ = unsafe SSL_shutdown(ssl)
        ERR_clear_error()
    }

    // MARK: Called by OpenSSL

    /// Copies waiting input; 0 when there is none.
    fileprivate func take(_ target: UnsafeMutablePointer<CChar>, _ capacity: Int) -> Int {
        let count = unsafe min(capacity, input.count)
        guard count > 0, let source = unsafe input.baseAddress else { return 0 }
        unsafe memcpy(target, source, count)
        unsafe input = UnsafeRawBufferPointer(rebasing: input[count...])
        return count
    }

    fileprivate func put(_ source: UnsafePointer<CChar>, _ count: Int) {
        unsafe buffers.cipher.append(UnsafeRawPointer(source), count)
    }

    /// The verify callback: keeps OpenSSL's own verdict, then asks who the peer is.
    static func judge(verified: Bool, _ store: OpaquePointer) -> Int32 {
        guard
            let ssl = unsafe X509_STORE_CTX_get_ex_data(
                store, SSL_get_ex_data_X509_STORE_CTX_idx()),
            let owner = unsafe SSL_get_ex_data(OpaquePointer(ssl), 0)
        else { return 0 }
        let session = unsafe Unmanaged<TLSSession>.fromOpaque(owner).takeUnretainedValue()
        return unsafe session.judge(verified: verified, store) ? 1 : 0
    }

    private func judge(verified: Bool, _ store: OpaquePointer) -> Bool {
        guard let certificate = unsafe X509_STORE_CTX_get_current_cert(store) else { return false }
        guard verified else {
            let result = Int(unsafe X509_STORE_CTX_get_error(store))
            let words = unsafe X509_verify_cert_error_string(result).map {
                unsafe String(cString: $0)
            }
            refusal = unsafe TransportError(
                TLSErrors.code(verification: result),
                "certificate \"\(CertificateFacts.subject(certificate))\": \(words ?? "refused")")
            return false
        }
        guard unsafe X509_STORE_CTX_get_error_depth(store) == 0 else { return true }
        if case .host = expectation { return true }
        do throws(TransportError) {
            let identity = try unsafe identity(certificate)
            try decide(identity)
            peer = identity
            return true
        } catch {
            refusal = error
            unsafe X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION)
            return false
        }
    }

    private func identity(_ certificate: OpaquePointer) throws(TransportError) -> PeerIdentity {
        do throws(TransportError) {
            return try unsafe CertificateFacts.identity(certificate)
        } catch {
            guard admitsNameless, let nameless = unsafe CertificateFacts.nameless(certificate)
            else { throw error }
            return nameless
        }
    }

    private func decide(_ identity: PeerIdentity) throws(TransportError) {
        switch expectation {
        case .authorized:
            switch authorize(identity) {
            case .accept: return
            case .unknown: throw TransportError(.unknownPeer, "\(identity) is not one of ours")
            case .wrongKey: throw TransportError(.wrongKey, "\(identity) has another pin with us")
            }
        case .host: return
        case .member(let member):
            guard identity.role == .member, identity.divisionCode == member.divisionCode,
                identity.institutionCode == member.institutionCode
            else {
                throw TransportError(
                    .wrongMember,
                    "expected cityrelay://member/\(member.divisionCode)/\(member.institutionCode), "
                        + "found \(identity)")
            }
            guard member.admits(identity.spkiSHA256) else {
                throw TransportError(.wrongKey, "\(identity) has another pin in the topology")
            }
        }
    }

    private var isHTTP2: Bool {
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &bytes, &count)
        guard count == 2, let bytes = unsafe bytes else { return false }
        return unsafe bytes[0] == UInt8(ascii: "h") && bytes[1] == UInt8(ascii: "2")
    }
}

/// The BIO between OpenSSL and a session's memory.
@safe
enum LoopBIO {
    /// Made once; read-only afterwards, which is why sharing it between loops is safe.
    nonisolated(unsafe) static let method: OpaquePointer? = {
        let method = unsafe BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "loop")
        unsafe BIO_meth_set_write(method) { bio, bytes, count in
            guard let owner = unsafe BIO_get_data(bio), let bytes = unsafe bytes, count > 0 else {
                return 0
            }
            let session = unsafe Unmanaged<TLSSession>.fromOpaque(owner).takeUnretainedValue()
            unsafe session.put(bytes, Int(count))
            return count
        }
        unsafe BIO_meth_set_read(method) { bio, bytes, count in
            guard let owner = unsafe BIO_get_data(bio), let bytes = unsafe bytes, count > 0 else {
                return 0
            }
            unsafe cityrelay_bio_clear_retry(bio)
            let session = unsafe Unmanaged<TLSSession>.fromOpaque(owner).takeUnretainedValue()
            let taken = unsafe session.take(bytes, Int(count))
            guard taken > 0 else {
                unsafe cityrelay_bio_retry_read(bio)
                return -1
            }
            return Int32(taken)
        }
        unsafe BIO_meth_set_ctrl(method) { _, command, _, _ in
            command == BIO_CTRL_FLUSH ? 1 : 0
        }
        return unsafe method
    }()
}
