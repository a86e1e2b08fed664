// SPDX-License-Identifier: Apache-2.0

/// One unary call, whole and unframed.
package struct GRPCCall: Sendable {
    package let token: ResponseToken
    package let peer: PeerIdentity?
    /// `/package.Service/Method`.
    package let method: String
    package let message: [UInt8]
    package let metadata: HeaderBlock
    /// What the caller said in `grpc-timeout`; nil when it sets no deadline.
    package let timeoutMilliseconds: Int?
}

/// Unary gRPC over `HTTP2Server`: turns requests into calls and replies into responses. Pure; only
/// bytes go in and out, messages are read and written elsewhere.
///
/// Source: gRPC over HTTP/2 (grpc/grpc doc/PROTOCOL-HTTP2.md).
package struct GRPCServer: Sendable {
    private let methods: Set<String>
    /// Bytes of one message; larger ones are answered RESOURCE_EXHAUSTED.
    private let messageBytes: Int

    /// `methods` are full paths, `/package.Service/Method`.
    package init(methods: Set<String>, messageBytes: Int = 4_000_000) {
        self.methods = methods
        self.messageBytes = messageBytes
    }

    /// True when a request speaks gRPC; other requests belong to other services.
    package static func isGRPC(_ request: IncomingRequest) -> Bool {
        GRPCFraming.isContentType(request.headers)
    }

    /// A call, or the answer to what is not one.
    package func admit(_ request: IncomingRequest) -> Result<GRPCCall, GRPCRefusal> {
        guard request.method == .post else {
            return .failure(
                GRPCRefusal(Response(status: 405, headers: [HTTPHeader("allow", "POST")])))
        }
        guard GRPCFraming.isContentType(request.headers) else {
            return .failure(GRPCRefusal(Response(status: 415)))
        }
        guard methods.contains(request.path) else {
            return refuse(.unimplemented, "no method \(request.path)")
        }
        if let encoding = request.headers["grpc-encoding"], encoding != "identity" {
            return refuse(.unimplemented, "no message encoding but identity is spoken here")
        }
        switch GRPCFraming.check(request.framePrefix, request.body, limit: messageBytes) {
        case .failure(let status): return .failure(GRPCRefusal(GRPCServer.response(status)))
        case .success: break
        }
        var timeout: Int?
        if let text = request.headers["grpc-timeout"] {
            guard let parsed = GRPCFraming.timeoutMilliseconds(text) else {
                return refuse(.internal, "grpc-timeout \"\(text.prefix(20))\" is malformed")
            }
            timeout = parsed
        }
        return .success(
            GRPCCall(
                token: request.token, peer: request.peer, method: request.path,
                message: request.body, metadata: request.headers, timeoutMilliseconds: timeout))
    }

    /// The answer that carries one message.
    package static func response(message: [UInt8], metadata: [HTTPHeader] = []) -> Response {
        Response(
            status: 200, headers: [HTTPHeader("content-type", "application/grpc")] + metadata,
            body: message, trailers: [HTTPHeader("grpc-status", "0")], framed: true)
    }

    /// The answer that carries only a status ("Trailers-Only": one HEADERS frame).
    package static func response(_ status: GRPCStatus) -> Response {
        Response(
            status: 200,
            headers: [HTTPHeader("content-type", "application/grpc")] + status.trailers)
    }

    private func refuse(
        _ code: GRPCStatus.Code, _ message: String
    ) -> Result<GRPCCall, GRPCRefusal> {
        .failure(GRPCRefusal(GRPCServer.response(GRPCStatus(code, message))))
    }
}

/// A ready answer to a request that is no acceptable call.
package struct GRPCRefusal: Error, Sendable {
    package let response: Response

    init(_ response: Response) { self.response = response }
}
