// SPDX-License-Identifier: Apache-2.0

import COpenSSL

// Unsafe: reads OpenSSL's per-thread error queue.

/// OpenSSL's error queue in our words.
enum TLSErrors {
    /// Empties the queue; the text of its first entry.
    static func drain() -> String {
        let code = ERR_peek_error()
        ERR_clear_error()
        return code == 0 ? "no reason given" : text(code)
    }

    static func text(_ code: UInt) -> String {
        guard let reason = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
        return unsafe String(cString: reason)
    }

    /// The verification result of a chain as one of our codes.
    static func code(verification result: Int) -> TransportError.Code {
        switch Int32(result) {
        case X509_V_ERR_CERT_HAS_EXPIRED: .certificateExpired
        case X509_V_ERR_CERT_NOT_YET_VALID: .certificateNotYetValid
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_SIGNATURE_FAILURE,
            X509_V_ERR_INVALID_CA, X509_V_ERR_CERT_UNTRUSTED:
            .wrongAuthority
        default: .handshakeFailed
        }
    }

    /// A failed SSL call as one of our errors: an alert that the peer sent, a missing certificate,
    /// or whatever else OpenSSL says.
    static func failure(_ what: String) -> TransportError {
        let code = ERR_peek_error()
        ERR_clear_error()
        guard code != 0 else { return TransportError(.connectionLost, "\(what): the peer closed") }
        let reason = cityrelay_err_reason(code)
        guard cityrelay_err_is_ssl(code) == 1 else {
            return TransportError(.handshakeFailed, "\(what): \(text(code))")
        }
        switch reason {
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return TransportError(.noCertificate, "\(what): the client sent no certificate")
        case SSL_R_NO_APPLICATION_PROTOCOL, 1_120:  // The alert of the same name.
            return TransportError(.noHTTP2, "\(what): ALPN h2 was not agreed")
        case 1_000..<1_256:  // SSL_AD_REASON_OFFSET: an alert that came from the peer.
            return TransportError(.refusedByPeer, "\(what): the peer answered \(text(code))")
        default: return TransportError(.handshakeFailed, "\(what): \(text(code))")
        }
    }
}
