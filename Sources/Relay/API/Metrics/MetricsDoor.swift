// SPDX-License-Identifier: Apache-2.0

package import Federation
import RelayTransport

/// Where stock monitors on this machine may ask without a certificate.
package struct MetricsConfiguration: Hashable, Sendable {
    /// Numeric, on loopback.
    package var address: String
    package var port: Int

    package init(address: String, port: Int) {
        self.address = address
        self.port = port
    }
}

/// The plain listener of metrics and probes: what they say is about queues and clocks, never about
/// a packet or a person. On a loop of its own, so that `/livez` waits for nobody.
package final class MetricsDoor: Sendable {
    private let loop: EventLoop
    private let server: PlainHTTPServer

    /// Listens at once, with those of the routes that are monitors'.
    package init(
        _ configuration: MetricsConfiguration, own: MemberID, routes: [APIRoute]
    ) throws {
        let caller = CallerIdentity(
            member: own, kind: .person(name: "loopback", role: .observer))
        loop = try EventLoop(name: "metrics")
        do {
            server = try PlainHTTPServer(
                loop: loop, address: configuration.address, port: configuration.port
            ) { request, reply in
                let answer = APIReply(observing: { reply.finish($0.response) })
                do throws(APIError) {
                    try MetricsDoor.route(request, caller, routes, answer)
                } catch {
                    answer.finish(error)
                }
            }
        } catch {
            loop.stop()
            throw error
        }
    }

    package var port: Int { server.port }

    package func stop() {
        server.close()
        loop.stop()
    }

    private static func route(
        _ request: PlainRequest, _ caller: CallerIdentity, _ routes: [APIRoute],
        _ reply: APIReply
    ) throws(APIError) {
        guard request.isForLoopback else {
            throw APIError(
                421, "api/wrong-host", "this listener is for this machine alone",
                next: "Ask it as 127.0.0.1 or localhost; from elsewhere use the `api` listener.")
        }
        guard let target = PathPattern.read(request.target) else { throw .malformedPath }
        let path = String(request.target.prefix { $0 != "?" })
        guard let route = routes.first(where: { $0.pattern.match(target.parts) != nil }) else {
            throw .noSuchRoute(path)
        }
        try route.handler(
            APIRequest(caller: caller, method: .get, path: path, query: target.query), reply)
    }
}
