// SPDX-License-Identifier: Apache-2.0

/// What went wrong on a connection: a code that never changes its meaning, what is known, and what
/// to do next.
package struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    package let code: Code
    /// What is known: address, peer, library's words.
    package let detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { "\(code.rawValue): \(detail). \(code.advice)" }

    /// Stable codes: they appear in logs, metrics and answers, and are never renamed.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case unknownPeer = "tls.unknown-peer"
        case wrongAuthority = "tls.wrong-authority"
        case certificateExpired = "tls.certificate-expired"
        case certificateNotYetValid = "tls.certificate-not-yet-valid"
        case wrongMember = "tls.wrong-member"
        case wrongKey = "tls.wrong-key"
        case noCertificate = "tls.no-certificate"
        case noIdentity = "tls.no-identity"
        case handshakeFailed = "tls.handshake-failed"
        case noHTTP2 = "tls.no-http2"
        case badCredentials = "tls.bad-credentials"
        case refusedByPeer = "tls.refused-by-peer"

        case cannotListen = "net.cannot-listen"
        case notLoopback = "net.not-loopback"
        case cannotResolve = "net.cannot-resolve"
        case cannotConnect = "net.cannot-connect"
        case connectionLost = "net.connection-lost"
        case timeout = "net.timeout"
        case loopStopped = "net.loop-stopped"
        case queueFull = "net.queue-full"

        case protocolViolation = "http2.protocol-violation"
        case streamReset = "http2.stream-reset"
        case goingAway = "http2.going-away"
        case enhanceYourCalm = "http2.enhance-your-calm"

        case bodyTooLarge = "http.body-too-large"
        case headersTooLarge = "http.headers-too-large"
        case badAddress = "http.bad-address"
        case badAnswer = "http.bad-answer"
        case websocketRefused = "websocket.refused"
        case websocketClosed = "websocket.closed"
    }
}

extension TransportError.Code {
    /// One sentence: what the reader should do.
    package var advice: String {
        switch self {
        case .unknownPeer: "Add the member and its key pin to the topology, or refuse it knowingly."
        case .wrongAuthority: "Ask the peer for a certificate issued by the federation's authority."
        case .certificateExpired: "Issue a new certificate and reload; no restart is needed."
        case .certificateNotYetValid: "Compare both clocks, then the certificate's first day."
        case .wrongMember: "Check that the address in the topology belongs to that member."
        case .wrongKey: "Compare the key pin in the topology with the one the member publishes."
        case .noCertificate: "Give the client a certificate: every listener asks for one."
        case .noIdentity: "Reissue the certificate with a cityrelay:// URI as alternative name."
        case .handshakeFailed: "Check that the other side speaks TLS 1.3 and trusts our authority."
        case .noHTTP2: "Check that the address is a relay's: it must offer ALPN h2."
        case .badCredentials: "Check the three PEM files named in the configuration."
        case .refusedByPeer: "Ask the peer's operator: it did not accept our certificate."
        case .cannotListen: "Check that the address is ours and the port is free."
        case .notLoopback: "Use 127.0.0.1 or ::1 for --lab, or configure certificates."
        case .cannotResolve: "Check the host name and the resolver."
        case .cannotConnect: "Check that the other side runs and that no filter is between."
        case .connectionLost: "Nothing to do: the connection is opened again by itself."
        case .timeout: "Look at the other side's load, then at the limit named here."
        case .loopStopped: "Nothing to do: the process is ending."
        case .queueFull: "Send again later; if it lasts, the other side is too slow."
        case .protocolViolation: "Report it with the peer's version: one side has a fault."
        case .streamReset: "Send again if the request may be repeated."
        case .goingAway: "Send again: the peer did not take this request."
        case .enhanceYourCalm: "Send more slowly, or raise the limit named here."
        case .bodyTooLarge: "Send smaller batches, or raise the limit on both sides."
        case .headersTooLarge: "Send fewer or shorter headers."
        case .badAddress: "Write the address as http://host:port/path or https://…."
        case .badAnswer: "Check that the address is a chain node's."
        case .websocketRefused: "Check the node's address and that it serves /websocket."
        case .websocketClosed: "Connect again: events are only hints, nothing is lost."
        }
    }
}
