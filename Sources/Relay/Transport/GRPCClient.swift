// SPDX-License-Identifier: Apache-2.0

/// One unary call to make.
package struct GRPCRequest: Sendable {
    /// `/package.Service/Method`.
    package var method: String
    package var message: [UInt8]
    package var metadata: [HTTPHeader]

    package init(method: String, message: [UInt8], metadata: [HTTPHeader] = []) {
        self.method = method
        self.message = message
        self.metadata = metadata
    }
}

/// How one call ended.
package enum GRPCOutcome: Sendable {
    case message([UInt8], metadata: HeaderBlock)
    /// The peer answered with a status other than OK.
    case status(GRPCStatus)
    /// No answer of the peer's service: see the failure's fate before sending again.
    case failed(RequestFailure)
}

/// Unary gRPC over one `HTTP2Client`.
package struct GRPCClient: Sendable {
    private let http: HTTP2Client
    private let messageBytes: Int

    package init(http: HTTP2Client, messageBytes: Int = 4_000_000) {
        self.http = http
        self.messageBytes = messageBytes
    }

    /// Sends a batch; `completion` runs once, on the loop, with one outcome a call, in order.
    package func call(
        _ calls: [GRPCRequest], deadlineMilliseconds: Int,
        completion: @escaping @Sendable ([GRPCOutcome]) -> Void
    ) {
        let limit = messageBytes
        // Eight digits at most: the coarser unit when milliseconds do not fit.
        let timeout =
            deadlineMilliseconds < 100_000_000
            ? "\(max(1, deadlineMilliseconds))m"
            : "\(min(99_999_999, deadlineMilliseconds / 1_000))S"
        let requests = calls.map { call in
            OutgoingRequest(
                method: .post, path: call.method,
                headers: [
                    HTTPHeader("content-type", GRPCFraming.contentType),
                    HTTPHeader("te", "trailers"),
                    HTTPHeader("grpc-timeout", timeout),
                ] + call.metadata,
                body: call.message, framed: true)
        }
        http.send(requests, deadlineMilliseconds: deadlineMilliseconds) { outcomes in
            completion(outcomes.map { GRPCClient.outcome($0, limit: limit) })
        }
    }

    private static func outcome(_ outcome: RequestOutcome, limit: Int) -> GRPCOutcome {
        switch outcome {
        case .failed(let failure): return .failed(failure)
        case .response(let response):
            guard response.status == 200, GRPCFraming.isContentType(response.headers) else {
                return .status(GRPCStatus(code(http: response.status), "HTTP \(response.status)"))
            }
            // "Trailers-Only" answers put the status into the one header block.
            let trailers = response.trailers.isEmpty ? response.headers : response.trailers
            let status = GRPCStatus(trailers: trailers)
            guard status.code == .ok else { return .status(status) }
            switch GRPCFraming.check(response.framePrefix, response.body, limit: limit) {
            case .success: return .message(response.body, metadata: response.headers)
            case .failure(let problem): return .status(problem)
            }
        }
    }

    /// gRPC's table for answers that came from something else than a gRPC server.
    private static func code(http status: Int) -> GRPCStatus.Code {
        switch status {
        case 400: .internal
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .unimplemented
        case 429, 502, 503, 504: .unavailable
        default: .unknown
        }
    }
}
