// SPDX-License-Identifier: Apache-2.0

package import Federation
package import RelayTransport
import Synchronization

/// Where the API listens, and with which certificate.
package struct APIConfiguration: Hashable, Sendable {
    package var address: String
    package var port: Int
    package var tls: TLSContext.Files
    /// Whether callers without a certificate reach the routes that everybody may call.
    package var admitsAnybody: Bool

    package init(
        address: String, port: Int, tls: TLSContext.Files, admitsAnybody: Bool = false
    ) {
        self.address = address
        self.port = port
        self.tls = tls
        self.admitsAnybody = admitsAnybody
    }
}

/// The listener for applications, operators and the console: JSON over HTTP/2 and mutual TLS, for
/// callers of our own member alone. Finds a call's route, lets the caller through or says why not.
///
/// `@unchecked Sendable`, because `server` is set once before the first call can come, `streams` is
/// a `Mutex`, and everything else is constant.
package final class APIDoor: @unchecked Sendable {
    /// Event streams open at once: each costs a little of every change. A hall has some clerks, the
    /// console some screens.
    package static let maxStreams = 64
    /// Of them by one caller, whatever its certificates: a person's screens, an application's
    /// clerks. So it takes four at least to keep the others out.
    package static let maxStreamsByCaller = 16
    /// Bytes of one request's body at most, whatever its route takes.
    package static let bodyBytes = 1_048_576
    /// Bytes of an event stream that wait for a slow reader.
    package static let streamBacklogBytes = 262_144

    private let own: MemberID
    private let routes: [APIRoute]
    private let session: (@Sendable (HeaderBlock) -> CallerIdentity?)?
    private let tls: TLSContext
    private var server: HTTP2Server?
    private let streams = Mutex<[ResponseToken: EventStream]>([:])

    /// Listens at once.
    ///
    /// - Parameters:
    ///   - loop: where handlers run; not one that peers depend on.
    ///   - session: who a caller without a certificate is, by a login that it did before.
    package init(
        loop: EventLoop, configuration: APIConfiguration, own: MemberID, routes: [APIRoute],
        session: (@Sendable (HeaderBlock) -> CallerIdentity?)? = nil
    ) throws {
        self.own = own
        self.routes = routes.sorted { $0.pattern.nameCount < $1.pattern.nameCount }
        self.session = session
        tls = try TLSContext(
            files: configuration.tls,
            admission: configuration.admitsAnybody ? .anybody : .anyCertificate
        ) { _ in .accept }
        var limits = TransportLimits()
        limits.bodyBytes = APIDoor.bodyBytes
        limits.streamingBacklogBytes = APIDoor.streamBacklogBytes
        server = try HTTP2Server(
            loop: loop, address: configuration.address, port: configuration.port, tls: tls,
            limits: limits,
            onEvent: { [weak self] event in
                if case .streamEnded(let token) = event { self?.streamEnded(token) }
            },
            handler: { [weak self] requests in
                for request in requests { self?.take(request) }
            })
    }

    package var port: Int { server?.port ?? 0 }

    /// New connections use the certificate files as they are now.
    package func reload() throws { try tls.reload() }

    package func close() { server?.close() }

    // MARK: Calls, on the loop

    private func take(_ request: IncomingRequest) {
        let (route, call): (APIRoute, APIRequest)
        do throws(APIError) {
            (route, call) = try find(request)
        } catch {
            return respond(request.token, error.answer)
        }
        let reply = APIReply(door: self, token: request.token, caller: call.caller.name)
        do throws(APIError) {
            try route.handler(call, reply)
        } catch {
            reply.finish(error)
        }
    }

    /// The call's route, and the call after its caller was let through to it.
    private func find(_ request: IncomingRequest) throws(APIError) -> (APIRoute, APIRequest) {
        guard let target = PathPattern.read(request.path) else { throw .malformedPath }
        let isHead = request.method == .other("HEAD")
        let method = isHead ? .get : request.method
        var allowed: [String] = []
        var isPublic = false
        var found: (APIRoute, [String: String])?
        for route in routes {
            guard let parameters = route.pattern.match(target.parts) else { continue }
            if route.method == method, !isHead || route.answersHead {
                found = (route, parameters)
                isPublic = route.access.isPublic
                break
            }
            allowed.append(route.method.name)
            if route.access.isPublic { isPublic = true }
        }
        // Strangers do not learn which paths there are.
        let caller = try caller(request, isPublic: isPublic)
        let path = String(request.path.prefix { $0 != "?" })
        guard let (route, parameters) = found else {
            throw allowed.isEmpty
                ? absent(path) : .wrongMethod(request.method.name, allowed: allowed)
        }
        try route.access.check(caller)
        guard request.body.count <= route.bodyBytes else {
            throw .bodyTooLarge(request.body.count, limit: route.bodyBytes)
        }
        return (
            route,
            APIRequest(
                caller: caller, method: request.method, path: path, parameters: parameters,
                query: target.query, headers: request.headers, body: request.body)
        )
    }

    /// Paths that are there with a section of the configuration alone.
    private static let sections = [
        ("/v1/letters", "letters"), ("/v1/licences", "records"), ("/v1/cities", "records"),
        ("/v1/proofs", "records"), ("/v1/presentations", "records"), ("/v1/accesses", "records"),
        ("/v1/consents", "records"),
    ]

    private func absent(_ path: String) -> APIError {
        let section = APIDoor.sections.first { start, _ in
            path.hasPrefix(start) && !routes.contains { $0.pattern.text.hasPrefix(start) }
        }
        return section.map { .noSuchRoute(path, section: $0.1) } ?? .noSuchRoute(path)
    }

    /// Nobody, where everybody may call.
    private static let nobody = "nobody"

    private func caller(
        _ request: IncomingRequest, isPublic: Bool
    ) throws(APIError) -> CallerIdentity {
        if request.peer == nil, let caller = session?(request.headers) { return caller }
        do throws(APIError) {
            return try CallerIdentity(request.peer, own: own)
        } catch {
            guard isPublic else { throw error }
            return CallerIdentity(member: own, kind: .application(name: APIDoor.nobody))
        }
    }

    // MARK: For replies, any thread

    func respond(_ token: ResponseToken, _ answer: APIAnswer) {
        server?.respond([(token, answer.response)])
    }

    func beginEvents(
        _ token: ResponseToken, caller: String, onEnd: @escaping @Sendable () -> Void
    ) throws(APIError) -> EventStream {
        let stream = EventStream(door: self, token: token, caller: caller, onEnd: onEnd)
        let refusal = streams.withLock { streams -> APIError? in
            let own = streams.values.count { $0.caller == caller }
            guard own < APIDoor.maxStreamsByCaller else { return .tooManyStreams(of: caller) }
            guard streams.count < APIDoor.maxStreams else { return .tooManyStreams }
            streams[token] = stream
            return nil
        }
        if let refusal { throw refusal }
        server?.beginStreaming(
            token,
            headers: [
                HTTPHeader("content-type", "text/event-stream"),
                HTTPHeader("cache-control", "no-store"),
            ])
        return stream
    }

    func append(_ token: ResponseToken, _ bytes: [UInt8], end: Bool) {
        server?.append([(token, bytes, end)])
    }

    private func streamEnded(_ token: ResponseToken) {
        streams.withLock { $0.removeValue(forKey: token) }?.closed()
    }
}
