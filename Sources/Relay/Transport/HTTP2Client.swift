// SPDX-License-Identifier: Apache-2.0

/// Requests to one peer over one long-lived connection, which is opened when the first request
/// comes and again, with jittered delays, when it was lost.
///
/// `@unchecked Sendable`, because everything stored is a constant or touched on the loop's thread
/// only: methods for other threads do nothing but post to the loop.
package final class HTTP2Client: HTTP2Owner, LoopResident, @unchecked Sendable {
    let loop: EventLoop
    private let host: String
    private let port: Int
    private let tls: TLSContext?
    /// On the loop's thread alone, once made.
    var expected: ExpectedMember?
    private let limits: TransportLimits
    private let random: @Sendable () -> Double
    private let onEvent: @Sendable (TransportEvent) -> Void
    private let authority: String

    /// The connection in use or being made.
    private(set) var current: HTTP2Connection?
    /// Old ones that finish their streams.
    private(set) var draining: [UInt64: HTTP2Connection] = [:]
    private var nextConnection: UInt64 = 0
    private var addresses: [SocketAddress] = []
    private var isResolving = false
    private var queue: [HTTP2Exchange] = []
    private var queueHead = 0
    private var finished: [HTTP2Batch] = []
    private var openBatches: [ObjectIdentifier: HTTP2Batch] = [:]
    private var failures = 0
    private var retryTimer: LoopTimer?
    private var sweepTimer: LoopTimer?
    private var hasEntered = false
    private var isClosed = false

    /// Opens nothing yet. `expected` is required with `tls`; `random` gives numbers in 0..<1 for
    /// the jitter of reconnects.
    package init(
        loop: EventLoop, host: String, port: Int, tls: TLSContext?, expected: ExpectedMember?,
        limits: TransportLimits = TransportLimits(),
        onEvent: @escaping @Sendable (TransportEvent) -> Void = { _ in },
        random: @escaping @Sendable () -> Double
    ) {
        precondition((tls == nil) == (expected == nil), "a TLS client knows whom it calls")
        self.loop = loop
        self.host = host
        self.port = port
        self.tls = tls
        self.expected = expected
        self.limits = limits
        self.onEvent = onEvent
        self.random = random
        authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    // MARK: From any thread

    /// Sends a batch. `completion` runs exactly once, on the loop, with one outcome a request in
    /// the same order, at the latest when the deadline has passed.
    package func send(
        _ requests: [OutgoingRequest], deadlineMilliseconds: Int,
        completion: @escaping @Sendable ([RequestOutcome]) -> Void
    ) {
        guard !requests.isEmpty else {
            completion([])
            return
        }
        if loop.isOnLoop {
            enqueue(requests, deadlineMilliseconds, completion)
            return
        }
        let posted = loop.post { self.enqueue(requests, deadlineMilliseconds, completion) }
        if !posted {
            let error = TransportError(.queueFull, "the loop \(loop.name) takes no more work")
            completion(requests.map { _ in .failed(RequestFailure(fate: .notSent, error: error)) })
        }
    }

    /// Ends every connection at once; what is open fails.
    package func close() {
        if loop.isOnLoop { loopIsStopping() } else { loop.postAlways { self.loopIsStopping() } }
    }

    /// Lets open requests finish, then closes. New requests open a new connection.
    package func drain() {
        let work: @Sendable () -> Void = { self.retire() }
        if loop.isOnLoop { work() } else { loop.postAlways(work) }
    }

    // MARK: Queue

    private func enqueue(
        _ requests: [OutgoingRequest], _ deadline: Int,
        _ completion: @escaping @Sendable ([RequestOutcome]) -> Void
    ) {
        let batch = HTTP2Batch(count: requests.count, completion: completion)
        if !hasEntered, !isClosed { hasEntered = loop.enter(self) }
        openBatches[ObjectIdentifier(batch)] = batch
        guard hasEntered, !isClosed else {
            fail(batch, requests.count, TransportError(.loopStopped, "the client is closed"))
            return
        }
        guard queue.count - queueHead + requests.count <= limits.queuedRequests else {
            fail(
                batch, requests.count,
                TransportError(
                    .queueFull, "\(limits.queuedRequests) requests wait for \(authority)"))
            return
        }
        let exchanges = requests.enumerated().map { HTTP2Exchange($1, batch, $0) }
        queue += exchanges
        batch.timer = loop.schedule(afterMilliseconds: deadline) { [weak self] in
            self?.expire(exchanges, deadline)
        }
        if sweepTimer == nil { sweep() }
        advance()
    }

    private func fail(_ batch: HTTP2Batch, _ count: Int, _ error: TransportError) {
        for index in 0..<count
        where batch.settle(index, .failed(RequestFailure(fate: .notSent, error: error))) {
            finished.append(batch)
        }
        completeBatches()
    }

    /// Submits what fits; opens a connection where there is none.
    private func advance() {
        guard !isClosed, queueHead < queue.count else { return }
        guard let connection = current else {
            if retryTimer == nil { open() }
            return
        }
        var room = connection.room
        while room > 0, queueHead < queue.count {
            let exchange = queue[queueHead]
            queueHead += 1
            guard !exchange.isSettled else { continue }
            guard
                let stream = connection.submit(
                    exchange.request, authority: authority, scheme: tls == nil ? "http" : "https")
            else {
                // Stream identifiers are used up, or a header is unusable: the next try is on a new
                // connection, the deadline ends it.
                queueHead -= 1
                retire()
                break
            }
            exchange.connection = connection
            exchange.stream = stream
            stream.exchange = exchange
            room -= 1
        }
        if queueHead == queue.count || queueHead > 1_024 {
            queue.removeFirst(queueHead)
            queueHead = 0
        }
        connection.flush()
    }

    private func settle(_ exchange: HTTP2Exchange, _ outcome: RequestOutcome) {
        guard !exchange.isSettled else { return }
        exchange.isSettled = true
        exchange.stream = nil
        if exchange.batch.settle(exchange.index, outcome) { finished.append(exchange.batch) }
    }

    /// The only place where callers' code runs; never inside a callback of nghttp2.
    private func completeBatches() {
        while !finished.isEmpty {
            let done = finished
            finished = []
            for batch in done {
                if let timer = batch.timer { loop.cancel(timer) }
                batch.timer = nil
                openBatches[ObjectIdentifier(batch)] = nil
                batch.complete()
            }
        }
    }

    private func expire(_ exchanges: [HTTP2Exchange], _ deadline: Int) {
        let error = TransportError(.timeout, "\(authority) did not answer within \(deadline) ms")
        var touched: HTTP2Connection?
        for exchange in exchanges where !exchange.isSettled {
            let stream = exchange.stream
            settle(
                exchange,
                .failed(RequestFailure(fate: stream == nil ? .notSent : .unknown, error: error)))
            guard let stream, let connection = exchange.connection else { continue }
            connection.cancel(stream)
            touched = connection
        }
        touched?.flush()
        completeBatches()
    }

    // MARK: Connections

    private func open() {
        guard addresses.isEmpty else {
            dial()
            return
        }
        guard !isResolving else { return }
        isResolving = true
        Resolver.resolve(loop, host: host, port: port) { [weak self] result in
            guard let self else { return }
            isResolving = false
            guard !isClosed else { return }
            switch result {
            case .success(let found):
                addresses = found
                dial()
            case .failure(let error): gaveUp(error)
            }
        }
    }

    private func dial() {
        guard let address = addresses.first else { return }
        addresses.removeFirst()
        nextConnection += 1
        let connection = HTTP2Connection(
            id: nextConnection, role: .client, loop: loop, limits: limits, owner: self)
        do throws(TransportError) {
            var session: TLSSession?
            if let tls, let expected {
                session = try TLSSession(tls, loop.buffers, expect: .member(expected))
            }
            current = connection
            connection.makeChannel(tls: session).connect(address)
        } catch {
            current = nil
            gaveUp(error)
        }
    }

    /// No address worked: what waits is told so, and the next attempt waits its time.
    private func gaveUp(_ error: TransportError) {
        let told = TransportError(error.code, "\(authority): \(error.detail)")
        let waiting = queue[queueHead...]
        queue = []
        queueHead = 0
        for exchange in waiting {
            settle(exchange, .failed(RequestFailure(fate: .notSent, error: told)))
        }
        backOff()
        completeBatches()
    }

    private func backOff() {
        guard retryTimer == nil, !isClosed else { return }
        let doublings = min(failures, 16)
        failures += 1
        let most = min(
            limits.reconnectMostMilliseconds, limits.reconnectFirstMilliseconds << doublings)
        // Between half and the whole: peers that lost one relay do not come back in step.
        let delay = Double(most) * (0.5 + 0.5 * random())
        retryTimer = loop.schedule(afterMilliseconds: Int(delay)) { [weak self] in
            self?.retryTimer = nil
            self?.advance()
        }
    }

    /// The current connection gets no more requests; a new one is opened for the next.
    private func retire() {
        guard let connection = current else { return }
        current = nil
        draining[connection.id] = connection
        connection.drain()
    }

    // MARK: HTTP2Owner

    func connectionOpened(_ connection: HTTP2Connection) {
        guard connection === current else { return }
        onEvent(.connected(connection.peer))
        advance()
    }

    func connection(_ connection: HTTP2Connection, completed stream: HTTP2Stream) {
        // The first answer, not the handshake, shows that the peer accepts us (TLS 1.3).
        failures = 0
    }

    func connection(_ connection: HTTP2Connection, closed stream: HTTP2Stream, code: UInt32) {
        guard let exchange = stream.exchange else { return }
        stream.exchange = nil
        exchange.stream = nil
        guard !exchange.isSettled else { return }
        settle(exchange, outcome(connection, stream, code))
    }

    private func outcome(
        _ connection: HTTP2Connection, _ stream: HTTP2Stream, _ code: UInt32
    ) -> RequestOutcome {
        func failed(
            _ fate: RequestFailure.Fate, _ code: TransportError.Code, _ words: String
        ) -> RequestOutcome {
            .failed(
                RequestFailure(fate: fate, error: TransportError(code, "\(authority): \(words)")))
        }
        switch stream.refusal {
        case .bodyTooLarge:
            return failed(
                .unknown, .bodyTooLarge, "the answer has more than \(limits.bodyBytes) bytes")
        case .headersTooLarge:
            return failed(
                .unknown, .headersTooLarge,
                "the answer has more than \(limits.headerListBytes) bytes of headers")
        default: break
        }
        if stream.isComplete, stream.status >= 200 {
            return .response(
                ReceivedResponse(
                    status: stream.status, headers: stream.headers,
                    framePrefix: stream.framePrefix, body: stream.body, trailers: stream.trailers))
        }
        switch code {
        case HTTP2Code.refusedStream:
            return failed(.refused, .goingAway, "the peer refused the stream")
        case HTTP2Code.enhanceYourCalm:
            return failed(.refused, .enhanceYourCalm, "the peer asks for calm")
        case HTTP2Code.connectionLost:
            let error = connection.closeReason ?? TransportError(.connectionLost, "closed")
            // A peer that refuses our certificate has read no request.
            let fate: RequestFailure.Fate = error.code == .refusedByPeer ? .refused : .unknown
            return failed(fate, error.code, error.detail)
        default: return failed(.unknown, .streamReset, "the stream was reset with code \(code)")
        }
    }

    func connectionGoingAway(_ connection: HTTP2Connection) {
        if connection === current { retire() }
    }

    func connectionTurnEnded(_ connection: HTTP2Connection) {
        completeBatches()
        advance()
    }

    func connectionFlushed(_ connection: HTTP2Connection) { completeBatches() }

    func connectionClosed(_ connection: HTTP2Connection, _ error: TransportError) {
        draining[connection.id] = nil
        onEvent(.disconnected(connection.peer, error))
        guard connection === current else {
            completeBatches()
            return
        }
        current = nil
        if !connection.wasUseful, !addresses.isEmpty, !isClosed {
            dial()
        } else if !connection.wasUseful {
            gaveUp(error)
        } else {
            addresses = []
            backOff()
        }
        completeBatches()
    }

    private func sweep() {
        let now = loop.nowMilliseconds
        current?.sweep(now: now)
        for connection in draining.values { connection.sweep(now: now) }
        sweepTimer = loop.schedule(afterMilliseconds: limits.sweepMilliseconds) { [weak self] in
            self?.sweep()
        }
    }

    // MARK: LoopResident

    func loopIsStopping() {
        guard !isClosed else { return }
        isClosed = true
        loop.leave(self)
        if let sweepTimer { loop.cancel(sweepTimer) }
        if let retryTimer { loop.cancel(retryTimer) }
        let error = TransportError(.loopStopped, "the client for \(authority) was closed")
        let waiting = queue[queueHead...]
        queue = []
        queueHead = 0
        for exchange in waiting {
            settle(exchange, .failed(RequestFailure(fate: .notSent, error: error)))
        }
        current?.close(error)
        for connection in draining.values { connection.close(error) }
        completeBatches()
    }
}
