// SPDX-License-Identifier: Apache-2.0
package struct NodeRequest: Sendable {
    package enum Method: Hashable, Sendable { case get, post }
    package var method: Method
    package var url: String
    package var body: [UInt8]
    package var contentType: String
    /// Milliseconds for the whole exchange.
    package var timeoutMilliseconds: Int
    package init(
        method: Method = .post, url: String, body: [UInt8] = [],
        contentType: String = "application/json", timeoutMilliseconds: Int = 10_000
    ) {
        self.method = method
        self.url = url
        self.body = body
        self.contentType = contentType
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

package struct NodeResponse: Sendable {
    package let status: Int
    package let body: [UInt8]
}

package struct NodeHTTPLimits: Hashable, Sendable {
    package var bodyBytes = 67_108_864
    package var connectMilliseconds = 3_000
    package var connectionsPerHost = 8
    package var queuedRequests = 4_096
    package init() {}
}

package final class NodeHTTP: @unchecked Sendable {
    package init(
        loop: EventLoop, authorityFile: String? = nil, limits: NodeHTTPLimits = NodeHTTPLimits()
    ) throws {}
    /// From any thread; `completion` runs once, on the loop.
    package func request(
        _ request: NodeRequest,
        completion: @escaping @Sendable (Result<NodeResponse, TransportError>) -> Void
    ) {}
    package func close() {}
}
