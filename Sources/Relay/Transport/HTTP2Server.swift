// SPDX-License-Identifier: Apache-2.0

import CUV

// Unsafe: passes on the connections that its listener is told of.

/// A listener for HTTP/2 over mutual TLS. Whole requests go to the handler in batches, one batch a
/// read; answers come back from any thread, with one wake-up a batch.
///
/// `@unchecked Sendable`, because everything stored is a constant or touched on the loop's thread
/// only: methods for other threads do nothing but post to the loop.
@safe
package final class HTTP2Server: HTTP2Owner, LoopResident, @unchecked Sendable {
    private let loop: EventLoop
    private let tls: TLSContext?
    private let limits: TransportLimits
    /// Both are let go when the last connection has closed: they often hold the server themselves.
    private var handler: @Sendable ([IncomingRequest]) -> Void
    private var onEvent: @Sendable (TransportEvent) -> Void
    private let listener: TCPListener
    private var isListening = false
    private var connections: [UInt64: HTTP2Connection] = [:]
    private var nextConnection: UInt64 = 0
    private var gathered: [IncomingRequest] = []
    private var streaming: Set<ResponseToken> = []
    private var isPaused = false
    private var sweepTimer: LoopTimer?
    private var drained: (@Sendable () -> Void)?

    /// The port that the kernel gave when 0 was asked for.
    package var port: Int { listener.port }

    /// Listens at once. Without `tls` it is the laboratory's plain-text listener, which is refused
    /// on any address but loopback. The handler runs on the loop: it hands over or answers at once.
    package init(
        loop: EventLoop, address: String, port: Int, tls: TLSContext?,
        limits: TransportLimits = TransportLimits(),
        onEvent: @escaping @Sendable (TransportEvent) -> Void = { _ in },
        handler: @escaping @Sendable ([IncomingRequest]) -> Void
    ) throws {
        guard let target = SocketAddress(numeric: address, port: port) else {
            throw TransportError(.cannotListen, "\(address):\(port) is no numeric address and port")
        }
        guard tls != nil || target.isLoopback else {
            throw TransportError(.notLoopback, "no plain-text listener on \(address)")
        }
        self.loop = loop
        self.tls = tls
        self.limits = limits
        self.handler = handler
        self.onEvent = onEvent
        listener = try loop.performAndWait {
            try TCPListener(loop, target, "\(address):\(port)")
        }
        try loop.performAndWait { try self.listen() }
    }

    // MARK: From any thread

    /// Sends answers; those whose request is gone are let go. On the loop it happens at once.
    package func respond(_ answers: [(token: ResponseToken, response: Response)]) {
        perform { server in
            server.onConnections(answers) { connection, answer in
                connection.respond(answer.token.stream, answer.response)
            } token: {
                $0.token
            }
        }
    }

    /// Begins an answer whose body comes in pieces (server-sent events).
    package func beginStreaming(
        _ token: ResponseToken, status: Int = 200, headers: [HTTPHeader] = []
    ) {
        perform { server in
            guard let connection = server.connections[token.connection] else {
                server.onEvent(.streamEnded(token))
                return
            }
            server.streaming.insert(token)
            connection.beginStreaming(token.stream, status: status, headers: headers)
            connection.flush()
        }
    }

    /// Pieces of streaming answers. A reader that is too slow is cut off, with `streamEnded`.
    package func append(_ pieces: [(token: ResponseToken, bytes: [UInt8], end: Bool)]) {
        perform { server in
            server.onConnections(pieces) { connection, piece in
                _ = connection.append(piece.token.stream, piece.bytes, end: piece.end)
            } token: {
                $0.token
            }
        }
    }

    /// Back pressure: true stops reading from every connection, so that windows and kernel buffers
    /// stop the peers; false goes on.
    package func setPaused(_ paused: Bool) {
        perform { server in
            server.isPaused = paused
            for connection in server.connections.values {
                if paused {
                    connection.channel?.pauseReading()
                } else {
                    connection.channel?.resumeReading()
                }
            }
        }
    }

    /// Stops accepting, tells every peer (GOAWAY), lets open requests finish within the limit, then
    /// calls back on the loop.
    package func drain(completion: @escaping @Sendable () -> Void) {
        perform { server in
            server.stopListening()
            server.drained = completion
            for connection in server.connections.values { connection.drain() }
            server.checkDrained()
        }
    }

    /// Ends at once every connection whose peer may talk no more.
    package func closeConnections(where isBarred: @escaping @Sendable (PeerIdentity) -> Bool) {
        perform { server in
            for connection in server.connections.values {
                guard let peer = connection.peer, isBarred(peer) else { continue }
                connection.close(TransportError(.unknownPeer, "\(peer) may talk to us no more"))
            }
        }
    }

    /// Asks every peer to come anew (GOAWAY), so that it sees our present certificate: open
    /// requests finish on the old connections.
    package func renewConnections() {
        perform { server in
            for connection in server.connections.values where connection.peer != nil {
                connection.drain()
            }
        }
    }

    /// Closes everything at once.
    package func close() {
        perform { $0.loopIsStopping() }
    }

    // MARK: HTTP2Owner

    func connectionOpened(_ connection: HTTP2Connection) {
        onEvent(.connected(connection.peer))
        if isPaused { connection.channel?.pauseReading() }
    }

    func connection(_ connection: HTTP2Connection, completed stream: HTTP2Stream) {
        gathered.append(
            IncomingRequest(
                token: ResponseToken(connection: connection.id, stream: stream.id),
                peer: connection.peer, method: stream.method, path: stream.path,
                headers: stream.headers, framePrefix: stream.framePrefix, body: stream.body))
        stream.dropBody()
    }

    func connection(_ connection: HTTP2Connection, closed stream: HTTP2Stream, code: UInt32) {
        guard !streaming.isEmpty else { return }
        let token = ResponseToken(connection: connection.id, stream: stream.id)
        if streaming.remove(token) != nil { onEvent(.streamEnded(token)) }
    }

    func connectionGoingAway(_ connection: HTTP2Connection) {}

    func connectionTurnEnded(_ connection: HTTP2Connection) {
        guard !gathered.isEmpty else { return }
        let batch = gathered
        gathered = []
        handler(batch)
    }

    func connectionFlushed(_ connection: HTTP2Connection) {}

    func connectionClosed(_ connection: HTTP2Connection, _ error: TransportError) {
        connections[connection.id] = nil
        onEvent(.disconnected(connection.peer, error))
        checkDrained()
        letGo()
    }

    // MARK: LoopResident

    func loopIsStopping() {
        loop.leave(self)
        stopListening()
        if let sweepTimer { loop.cancel(sweepTimer) }
        sweepTimer = nil
        for connection in connections.values {
            connection.close(TransportError(.loopStopped, "the listener was closed"))
        }
        letGo()
    }

    private func letGo() {
        guard !isListening, connections.isEmpty else { return }
        handler = { _ in }
        onEvent = { _ in }
    }

    // MARK: Private

    private func listen() throws {
        // The listener keeps the server alive until it is closed.
        isListening = true
        do {
            try unsafe listener.listen { stream in unsafe self.accept(stream) }
        } catch {
            isListening = false
            throw error
        }
        guard loop.enter(self) else {
            stopListening()
            throw TransportError(.cannotListen, "the loop has stopped")
        }
        sweep()
    }

    private func stopListening() {
        guard isListening else { return }
        isListening = false
        listener.close()
    }

    private func accept(_ stream: UnsafeMutablePointer<uv_stream_t>) {
        nextConnection += 1
        let connection = HTTP2Connection(
            id: nextConnection, role: .server, loop: loop, limits: limits, owner: self)
        var session: TLSSession?
        var problem: TransportError?
        if let tls {
            do throws(TransportError) {
                session = try TLSSession(tls, loop.buffers, expect: .authorized)
            } catch {
                problem = error
            }
        }
        connections[connection.id] = connection
        if connections.count > limits.connections {
            problem = TransportError(
                .queueFull, "more than \(limits.connections) connections on this listener")
        }
        unsafe connection.makeChannel(tls: session).accept(from: stream, butRefuse: problem)
    }

    private func sweep() {
        let now = loop.nowMilliseconds
        for connection in connections.values { connection.sweep(now: now) }
        sweepTimer = loop.schedule(afterMilliseconds: limits.sweepMilliseconds) { [weak self] in
            self?.sweep()
        }
    }

    private func checkDrained() {
        guard connections.isEmpty, let completion = drained else { return }
        drained = nil
        loopIsStopping()
        completion()
    }

    private func perform(_ work: @escaping @Sendable (HTTP2Server) -> Void) {
        if loop.isOnLoop { work(self) } else { loop.postAlways { work(self) } }
    }

    /// Applies a batch, then flushes each connection once.
    private func onConnections<Item>(
        _ items: [Item], _ body: (HTTP2Connection, Item) -> Void,
        token: (Item) -> ResponseToken
    ) {
        var touched: [HTTP2Connection] = []
        for item in items {
            let id = token(item).connection
            if touched.last?.id != id {
                guard let connection = connections[id] else { continue }
                touched.append(connection)
            }
            if let connection = touched.last { body(connection, item) }
        }
        for connection in touched { connection.flush() }
    }
}
