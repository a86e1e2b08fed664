// SPDX-License-Identifier: Apache-2.0

package enum HTTPMethod: Hashable, Sendable {
    case get, post
    /// Any other method, answered by whoever serves the path (usually with 405).
    case other(String)

    package var name: String {
        switch self {
        case .get: "GET"
        case .post: "POST"
        case .other(let name): name
        }
    }
}

/// A header that we send. Names are known when the program is written, so they cost nothing.
package struct HTTPHeader: Sendable {
    package let name: StaticString
    package let value: String

    package init(_ name: StaticString, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Names one request that waits for its answer; worth nothing once its connection is gone.
package struct ResponseToken: Hashable, Sendable {
    let connection: UInt64
    let stream: Int32

    /// For tests of what stands on the transport.
    package init(connection: UInt64, stream: Int32) {
        self.connection = connection
        self.stream = stream
    }
}

/// The five bytes before a gRPC message, taken off the body while it arrives so that the message
/// needs no second copy.
package struct FramePrefix: Hashable, Sendable {
    package let compressed: UInt8
    package let length: UInt32

    package init(compressed: UInt8, length: UInt32) {
        self.compressed = compressed
        self.length = length
    }
}

/// A whole request, body included.
package struct IncomingRequest: Sendable {
    package let token: ResponseToken
    /// Nil on the plain-text laboratory listener only.
    package let peer: PeerIdentity?
    package let method: HTTPMethod
    package let path: String
    /// All but the pseudo headers.
    package let headers: HeaderBlock
    /// Present when the content type is gRPC's and five bytes came; then `body` starts after them.
    package let framePrefix: FramePrefix?
    package let body: [UInt8]

    package init(
        token: ResponseToken, peer: PeerIdentity?, method: HTTPMethod, path: String,
        headers: HeaderBlock, framePrefix: FramePrefix?, body: [UInt8]
    ) {
        self.token = token
        self.peer = peer
        self.method = method
        self.path = path
        self.headers = headers
        self.framePrefix = framePrefix
        self.body = body
    }
}

/// An answer, sent at once and whole.
package struct Response: Sendable {
    package var status: Int
    package var headers: [HTTPHeader]
    package var body: [UInt8]
    /// Non-empty for gRPC: sent after the body.
    package var trailers: [HTTPHeader]
    /// True: five bytes of gRPC framing go before the body.
    package var framed: Bool

    package init(
        status: Int, headers: [HTTPHeader] = [], body: [UInt8] = [], trailers: [HTTPHeader] = [],
        framed: Bool = false
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.trailers = trailers
        self.framed = framed
    }
}

/// A request that a client sends.
package struct OutgoingRequest: Sendable {
    package var method: HTTPMethod
    package var path: String
    package var headers: [HTTPHeader]
    package var body: [UInt8]
    /// True: five bytes of gRPC framing go before the body.
    package var framed: Bool

    package init(
        method: HTTPMethod, path: String, headers: [HTTPHeader] = [], body: [UInt8] = [],
        framed: Bool = false
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.framed = framed
    }
}

/// A whole answer, as a client receives it.
package struct ReceivedResponse: Sendable {
    package let status: Int
    package let headers: HeaderBlock
    package let framePrefix: FramePrefix?
    package let body: [UInt8]
    package let trailers: HeaderBlock
}

/// How one request of a client ended.
package enum RequestOutcome: Sendable {
    case response(ReceivedResponse)
    case failed(RequestFailure)
}

package struct RequestFailure: Error, Sendable {
    /// What is known about the other side's part.
    package enum Fate: Hashable, Sendable {
        /// No byte of it left: may be sent again.
        case notSent
        /// The peer said that it did not take it: may be sent again.
        case refused
        /// It left, no answer came: only an idempotent request may be sent again.
        case unknown
    }

    package let fate: Fate
    package let error: TransportError
}
