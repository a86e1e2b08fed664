// SPDX-License-Identifier: Apache-2.0

/// The node's listener: HTTP/1.1 with keep-alive, and `/websocket`.
package final class HTTPServer {
    /// Milliseconds between pings, CometBFT's 27 s; a client that misses one is closed at the next.
    package static let pingInterval: UInt64 = 27_000
    /// Websocket clients at once, CometBFT's max_subscription_clients.
    package static let webSocketLimit = 100
    /// Bytes that a slow client may leave unread before it loses its subscriptions: 16 MiB, above
    /// 200 of the largest blocks' events of a laboratory.
    package static let unreadLimit = 16_777_216

    private let loop: EventLoop
    private var listener: Listener?
    private let answer: (HTTPRequest) -> HTTPResponse
    private let dispatcher: RPCDispatcher?
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]

    /// JSON-RPC over HTTP and websocket.
    package convenience init(
        on loop: EventLoop, host: String, port: UInt16, dispatcher: RPCDispatcher
    ) throws {
        try self.init(on: loop, host: host, port: port, dispatcher: dispatcher) {
            dispatcher.answer($0)
        }
    }

    /// Plain HTTP, one answer a request; without a dispatcher there is no websocket.
    package init(
        on loop: EventLoop, host: String, port: UInt16, dispatcher: RPCDispatcher? = nil,
        answer: @escaping (HTTPRequest) -> HTTPResponse
    ) throws {
        self.loop = loop
        self.dispatcher = dispatcher
        self.answer = answer
        listener = try Listener(on: loop, host: host, port: port) { [weak self] stream in
            self?.accept(stream)
        }
        try loop.schedule(
            after: HTTPServer.pingInterval, every: HTTPServer.pingInterval
        ) { [weak self] in self?.pingAll() }
    }

    package var port: UInt16 { listener?.port ?? 0 }

    package func announce(_ announcement: Announcement) {
        for connection in connections.values { connection.announce(announcement) }
    }

    package func close() {
        listener?.close()
        listener = nil
        for connection in connections.values { connection.close() }
    }

    private func accept(_ stream: Stream) {
        let connection = HTTPConnection(stream, dispatcher: dispatcher, answer: answer) {
            [weak self] in self?.webSocketCount ?? 0
        }
        let key = ObjectIdentifier(connection)
        connections[key] = connection
        connection.open { [weak self] in self?.connections[key] = nil }
    }

    private var webSocketCount: Int { connections.values.filter(\.isWebSocket).count }

    private func pingAll() {
        for connection in connections.values { connection.ping() }
    }
}

/// One connection: HTTP until it asks for the websocket, frames from then on.
final class HTTPConnection {
    private let stream: Stream
    private let dispatcher: RPCDispatcher?
    private let answer: (HTTPRequest) -> HTTPResponse
    private let webSocketCount: () -> Int
    private var parser = HTTPParser()
    private var webSocket: WebSocket?
    private var subscriptions = Subscriptions()

    init(
        _ stream: Stream, dispatcher: RPCDispatcher?,
        answer: @escaping (HTTPRequest) -> HTTPResponse, webSocketCount: @escaping () -> Int
    ) {
        self.stream = stream
        self.dispatcher = dispatcher
        self.answer = answer
        self.webSocketCount = webSocketCount
    }

    var isWebSocket: Bool { webSocket != nil }

    func open(onClose: @escaping () -> Void) {
        stream.open(onBytes: { [weak self] in self?.receive($0) }, onClose: onClose)
    }

    func close() { stream.close() }

    func announce(_ announcement: Announcement) {
        guard webSocket != nil, !subscriptions.isEmpty else { return }
        if stream.queuedBytes > HTTPServer.unreadLimit {
            for message in subscriptions.cancelSlow() { send(message) }
            return
        }
        for message in subscriptions.messages(for: announcement) { send(message) }
    }

    func ping() {
        guard let webSocket else { return }
        guard webSocket.ping() else { return stream.close() }
        flush()
    }

    private func receive(_ bytes: [UInt8]) {
        guard webSocket == nil else { return receiveFrames(bytes) }
        parser.append(bytes)
        while true {
            switch parser.next() {
            case .needsMore: return
            case .expectsContinue: stream.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
            case .refuse(let status):
                let response = HTTPResponse(status: status, contentType: nil, body: [])
                return stream.write(response.encoded(keepsAlive: false), thenClose: true)
            case .request(let request):
                if upgrade(request) { return }
                let response = answer(request)
                stream.write(
                    response.encoded(keepsAlive: request.keepsAlive),
                    thenClose: !request.keepsAlive)
                if !request.keepsAlive { return }
            }
        }
    }

    /// Switches to frames when the request asks for it; false when it is an ordinary one.
    private func upgrade(_ request: HTTPRequest) -> Bool {
        guard dispatcher != nil, request.path == "/websocket",
            request.field("upgrade")?.lowercased() == "websocket",
            let key = request.field("sec-websocket-key")
        else { return false }
        guard webSocketCount() < HTTPServer.webSocketLimit, let socket = WebSocket() else {
            let response = HTTPResponse(status: 500, contentType: nil, body: [])
            stream.write(response.encoded(keepsAlive: false), thenClose: true)
            return true
        }
        let head =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: \(WebSocket.accept(key: key))\r\n\r\n"
        stream.write(Array(head.utf8))
        webSocket = socket
        let rest = parser.takeRest()
        if !rest.isEmpty { receiveFrames(rest) }
        return true
    }

    private func receiveFrames(_ bytes: [UInt8]) {
        guard let webSocket else { return }
        for message in webSocket.feed(bytes) { call(message) }
        flush()
        if webSocket.isFinished { stream.close() }
    }

    private func call(_ message: [UInt8]) {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONParser.parse(message)
        } catch {
            let text = "error unmarshaling request: \(error.message)"
            return send(RPCEnvelope.error(.parse(text), id: nil))
        }
        if let answer = answerSubscription(value) { return send(answer) }
        guard let answer = dispatcher?.answerCall(value, overWebSocket: true) else { return }
        send(answer)
    }

    /// Subscriptions belong to the connection; all other methods to the node.
    private func answerSubscription(_ call: JSONValue) -> JSONValue? {
        guard let id = RPCDispatcher.identifier(call["id"]), let method = call["method"]?.string
        else { return nil }
        do throws(RPCError) {
            let parameters = [Parameter("query", .string)]
            let arguments = try RPCArguments(params: call["params"] ?? .null, for: parameters)
            switch method {
            case "subscribe": try subscriptions.add(arguments.string("query"), id: id)
            case "unsubscribe": try subscriptions.remove(arguments.string("query"))
            case "unsubscribe_all": try subscriptions.removeAll()
            default: return nil
            }
            return RPCEnvelope.result([:], id: id)
        } catch {
            return RPCEnvelope.error(error, id: id)
        }
    }

    private func send(_ message: JSONValue) {
        webSocket?.send(message.encoded)
        flush()
    }

    private func flush() {
        guard let bytes = webSocket?.takeOutgoing(), !bytes.isEmpty else { return }
        stream.write(bytes)
    }
}
