// SPDX-License-Identifier: Apache-2.0

import CUV

// Unsafe: reads the bytes of a channel, valid during its call, and passes on new connections.

/// A listener for stock monitors on this very machine: HTTP/1.1 in plain text, on loopback alone.
/// One request a connection, GET and HEAD, no bodies.
///
/// `@unchecked Sendable`, because everything stored is a constant or touched on the loop's thread
/// only: methods for other threads do nothing but post to the loop.
@safe
package final class PlainHTTPServer: LoopResident, @unchecked Sendable {
    /// Connections at once: a monitor has one, a person another.
    static let connections = 16
    /// Milliseconds for a whole exchange, the answer's making included.
    static let exchangeMilliseconds = 15_000

    private let loop: EventLoop
    private let listener: TCPListener
    private var handler: @Sendable (PlainRequest, PlainReply) -> Void
    private var open: [UInt64: PlainHTTPConnection] = [:]
    private var next: UInt64 = 0
    private var isClosed = false

    package var port: Int { listener.port }

    /// Listens at once. The handler runs on the loop: it answers at once or later, from any thread.
    package init(
        loop: EventLoop, address: String, port: Int,
        handler: @escaping @Sendable (PlainRequest, PlainReply) -> Void
    ) throws {
        guard let target = SocketAddress(numeric: address, port: port) else {
            throw TransportError(.cannotListen, "\(address):\(port) is no numeric address and port")
        }
        guard target.isLoopback else {
            throw TransportError(.notLoopback, "no plain-text listener on \(address)")
        }
        self.loop = loop
        self.handler = handler
        listener = try loop.performAndWait {
            try TCPListener(loop, target, "\(address):\(port)")
        }
        try loop.performAndWait { try self.listen() }
    }

    fileprivate func respond(_ id: UInt64, _ response: Response) {
        perform { $0.open[id]?.respond(response) }
    }

    package func close() { perform { $0.loopIsStopping() } }

    func loopIsStopping() {
        guard !isClosed else { return }
        isClosed = true
        loop.leave(self)
        listener.close()
        for connection in open.values { connection.close() }
        handler = { _, _ in }
    }

    // MARK: On the loop

    private func listen() throws {
        try unsafe listener.listen { stream in unsafe self.accept(stream) }
        guard loop.enter(self) else {
            listener.close()
            throw TransportError(.cannotListen, "the loop has stopped")
        }
    }

    private func accept(_ stream: UnsafeMutablePointer<uv_stream_t>) {
        next += 1
        let connection = PlainHTTPConnection(id: next, server: self)
        open[next] = connection
        let problem =
            open.count > PlainHTTPServer.connections
            ? TransportError(.queueFull, "too many connections on this listener") : nil
        unsafe connection.begin(loop, stream, butRefuse: problem)
    }

    fileprivate func take(_ request: PlainRequest, _ id: UInt64) {
        handler(request, PlainReply(server: self, id: id))
    }

    fileprivate func closed(_ id: UInt64) { open[id] = nil }

    private func perform(_ work: @escaping @Sendable (PlainHTTPServer) -> Void) {
        if loop.isOnLoop { work(self) } else { loop.postAlways { work(self) } }
    }
}

/// The place for one answer. One whose connection is gone is let go.
package struct PlainReply: Sendable {
    fileprivate let server: PlainHTTPServer
    fileprivate let id: UInt64

    package func finish(_ response: Response) { server.respond(id, response) }
}

/// One connection: reads a head, sends an answer, closes. On the loop.
private final class PlainHTTPConnection: ChannelDelegate {
    private let id: UInt64
    private let server: PlainHTTPServer
    private var channel: ByteChannel?
    private var loop: EventLoop?
    private var timer: LoopTimer?
    private var head: [UInt8] = []
    private var request: PlainRequest?
    private var isAnswered = false

    init(id: UInt64, server: PlainHTTPServer) {
        self.id = id
        self.server = server
    }

    func begin(
        _ loop: EventLoop, _ stream: UnsafeMutablePointer<uv_stream_t>,
        butRefuse problem: TransportError?
    ) {
        self.loop = loop
        let channel = ByteChannel(loop, tls: nil, delegate: self)
        self.channel = channel
        timer = loop.schedule(afterMilliseconds: PlainHTTPServer.exchangeMilliseconds) {
            [weak self] in self?.close()
        }
        unsafe channel.accept(from: stream, butRefuse: problem)
    }

    func close() { channel?.close(TransportError(.connectionLost, "closed by us")) }

    func respond(_ response: Response) {
        guard !isAnswered else { return }
        isAnswered = true
        var text = "HTTP/1.1 \(response.status) \(PlainHTTPConnection.words(response.status))\r\n"
        for header in response.headers { text += "\(header.name): \(header.value)\r\n" }
        text += "content-length: \(response.body.count)\r\nconnection: close\r\n\r\n"
        let bytes = Array(text.utf8) + (request?.isHead == true ? [] : response.body)
        unsafe bytes.withUnsafeBytes { unsafe channel?.send($0) }
        channel?.closeGracefully(TransportError(.connectionLost, "answered"))
    }

    // MARK: ChannelDelegate

    func channelOpened() {}

    func channelReceived(_ bytes: UnsafeRawBufferPointer) {
        guard request == nil, !isAnswered else { return }
        unsafe head.append(contentsOf: bytes.prefix(PlainRequest.maxHead + 1 - head.count))
        guard let end = PlainHTTPConnection.end(of: head) else {
            if head.count > PlainRequest.maxHead { refuse(.tooLarge) }
            return
        }
        do throws(PlainRequest.Fault) {
            let request = try PlainRequest(head: Array(head[..<end]))
            self.request = request
            server.take(request, id)
        } catch {
            refuse(error)
        }
    }

    func channelTurnEnded() {}
    func channelDrained() {}

    func channelClosed(_ error: TransportError) {
        if let timer { loop?.cancel(timer) }
        channel = nil
        server.closed(id)
    }

    // MARK: Private

    private func refuse(_ fault: PlainRequest.Fault) {
        respond(
            Response(
                status: fault.rawValue, headers: [HTTPHeader("content-type", "text/plain")],
                body: Array("this listener takes GET of /metrics, /livez, /readyz, /routez\n".utf8))
        )
    }

    /// Where the empty line begins.
    private static func end(of head: [UInt8]) -> Int? {
        guard head.count >= 4 else { return nil }
        return (0...(head.count - 4)).first {
            head[$0] == 13 && head[$0 + 1] == 10 && head[$0 + 2] == 13 && head[$0 + 3] == 10
        }
    }

    private static func words(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 413: "Content Too Large"
        case 421: "Misdirected Request"
        case 431: "Request Header Fields Too Large"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: status < 400 ? "OK" : "Error"
        }
    }
}
