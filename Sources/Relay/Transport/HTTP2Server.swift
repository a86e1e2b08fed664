// SPDX-License-Identifier: Apache-2.0
package final class HTTP2Server: @unchecked Sendable {
    package let port: Int
    package init(
        loop: EventLoop, address: String, port: Int, tls: TLSContext?,
        limits: TransportLimits = TransportLimits(),
        handler: @escaping @Sendable ([IncomingRequest]) -> Void
    ) throws { self.port = port }
    package func respond(_ answers: [(token: ResponseToken, response: Response)]) {}
    package func drain(completion: @escaping @Sendable () -> Void) { completion() }
    package func close() {}
}
