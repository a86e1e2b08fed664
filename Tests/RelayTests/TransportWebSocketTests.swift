// SPDX-License-Identifier: Apache-2.0

import Glibc
import RelayLaboratory
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// The websocket client against frames written by hand (RFC 6455 5.2).
@Suite struct `Transport websocket` {
    /// What the client reported, for a test to wait on.
    final class Events: Sendable {
        private let list = Mutex<[NodeWebSocket.Event]>([])

        func add(_ event: NodeWebSocket.Event) { list.withLock { $0.append(event) } }

        var texts: [String] {
            list.withLock { all in
                all.compactMap {
                    if case .text(let bytes) = $0 {
                        String(decoding: bytes, as: UTF8.self)
                    } else {
                        nil
                    }
                }
            }
        }

        var isOpen: Bool {
            list.withLock { all in
                all.contains { if case .opened = $0 { true } else { false } }
            }
        }

        var closed: TransportError? {
            list.withLock { all in
                for case .closed(let error) in all { return error }
                return nil
            }
        }

        func wait(_ condition: (Events) -> Bool) async throws {
            for _ in 0..<500 where !condition(self) { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    /// An unmasked frame, as servers send.
    static func frame(_ opcode: UInt8, _ payload: [UInt8], final: Bool = true) -> [UInt8] {
        var bytes = [(final ? 0x80 : 0) | opcode]
        if payload.count < 126 {
            bytes.append(UInt8(payload.count))
        } else {
            bytes += [126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        }
        return bytes + payload
    }

    /// Reads one masked frame of the client.
    static func read(_ connection: ScriptedNode.Connection) -> (opcode: UInt8, payload: [UInt8])? {
        guard let head = connection.read(2), head[1] & 0x80 != 0 else { return nil }
        var length = Int(head[1] & 0x7f)
        if length == 126 {
            guard let more = connection.read(2) else { return nil }
            length = Int(more[0]) << 8 | Int(more[1])
        }
        guard let mask = connection.read(4), let body = length == 0 ? [] : connection.read(length)
        else { return nil }
        return (head[0] & 15, body.enumerated().map { $1 ^ mask[$0 % 4] })
    }

    /// The accept value comes from openssl, so that our own code is not its own judge.
    static func upgrade(_ connection: ScriptedNode.Connection, accept wrong: String? = nil) -> Bool
    {
        guard let request = connection.request(),
            let line = request.split(separator: "\r\n").first(where: {
                $0.hasPrefix("Sec-WebSocket-Key: ")
            })
        else { return false }
        let key = line.dropFirst(19)
        let script =
            "printf %s '\(key)258EAFA5-E914-47DA-95CA-C5AB0DC85B11' | openssl dgst -sha1 -binary"
            + " | openssl base64"
        guard let result = try? Program.run(["/bin/sh", "-c", script]) else { return false }
        let accept = wrong ?? result.output.filter { !$0.isWhitespace }
        return connection.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: \(accept)\r\n\r\n")
    }

    static func with(
        limits: WebSocketLimits = WebSocketLimits(),
        _ serve: @escaping @Sendable (ScriptedNode.Connection) -> Void,
        _ body: (NodeWebSocket, Events) async throws -> Void
    ) async throws {
        let node = try ScriptedNode(serve)
        let loop = try EventLoop(name: "websocket")
        defer {
            loop.stop()
            node.close()
        }
        let events = Events()
        let socket = try NodeWebSocket(
            loop: loop, url: "ws://127.0.0.1:\(node.port)/websocket", limits: limits
        ) { events.add($0) }
        try await body(socket, events)
    }

    @Test func `messages go both ways, fragments are joined, pings are answered`() async throws {
        try await Self.with { connection in
            guard Self.upgrade(connection), let first = Self.read(connection) else { return }
            connection.write(Self.frame(1, first.payload))
            connection.write(Self.frame(1, Array("half ".utf8), final: false))
            connection.write(Self.frame(9, Array("beat".utf8)))
            connection.write(Self.frame(0, Array("whole".utf8)))
            guard let pong = Self.read(connection) else { return }
            connection.write(Self.frame(1, Array("\(pong.opcode) ".utf8) + pong.payload))
            let long = pattern(40_000, seed: 5).map { 0x61 + $0 % 26 }
            connection.write(Self.frame(1, long))
            _ = connection.read()
        } _: { socket, events in
            try await events.wait(\.isOpen)
            socket.send(text: Array("{\"subscribe\":\"杭州\"}".utf8))
            try await events.wait { $0.texts.count == 4 }
            let long = pattern(40_000, seed: 5).map { 0x61 + $0 % 26 }
            #expect(
                events.texts == [
                    "{\"subscribe\":\"杭州\"}", "half whole", "10 beat",
                    String(decoding: long, as: UTF8.self),
                ])
            socket.close()
            try await events.wait { $0.closed != nil }
            #expect(events.closed?.code == .websocketClosed)
        }
    }

    /// TLS in front of a plain port: python's own ssl module.
    static let proxy = """
        import socket, ssl, sys, threading
        certificate, key, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)
        def pump(source, target):
            try:
                while data := source.recv(65536): target.sendall(data)
                target.shutdown(socket.SHUT_WR)
            except OSError: pass
        while True:
            raw = listener.accept()[0]
            try: outer = context.wrap_socket(raw, server_side=True)
            except OSError: continue
            inner = socket.create_connection(("127.0.0.1", port))
            for pair in ((outer, inner), (inner, outer)):
                threading.Thread(target=pump, args=pair, daemon=True).start()
        """

    static let python = Program.path("python3") ?? Program.path("python3.11")

    @Test(.enabled(if: python != nil, "python3 is not installed"))
    func `wss works, and only with the right authority and host name`() async throws {
        let node = try ScriptedNode { connection in
            guard Self.upgrade(connection), let first = Self.read(connection) else { return }
            connection.write(Self.frame(1, first.payload))
            _ = connection.read()
        }
        defer { node.close() }
        let credentials = try Laboratory.issue("wss", division: "330100")
        let stranger = try Laboratory.issue(
            "wss-stranger", division: "330100", authority: "\(Laboratory.folder)/wss-ca")
        let output = "\(Laboratory.folder)/wss-port"
        let pid = try Program.start(
            [
                try #require(Self.python), "-c", Self.proxy, credentials.files.certificate,
                credentials.files.key, "\(node.port)",
            ], output: output)
        defer { Program.end(pid) }
        var port: Int?
        for _ in 0..<500 where port == nil {
            try await Task.sleep(for: .milliseconds(20))
            let text = (try? Corpus.read(output)) ?? []
            port = Int(String(decoding: text.prefix { $0 != 0x0a }, as: UTF8.self))
        }
        let found = try #require(port)
        let loop = try EventLoop(name: "wss")
        defer { loop.stop() }
        func attempt(_ host: String, _ authority: String) async throws -> Events {
            let events = Events()
            let socket = try NodeWebSocket(
                loop: loop, url: "wss://\(host):\(found)/websocket", authorityFile: authority,
                onEvent: { events.add($0) })
            try await events.wait { $0.isOpen || $0.closed != nil }
            socket.send(text: Array("hello".utf8))
            try await events.wait { !$0.texts.isEmpty || $0.closed != nil }
            socket.close()
            try await events.wait { $0.closed != nil }
            return events
        }
        let authority = credentials.files.authority
        #expect(try await attempt("127.0.0.1", authority).texts == ["hello"])
        #expect(try await attempt("localhost", authority).texts == ["hello"])
        let wrong = try await attempt("127.0.0.1", stranger.files.authority)
        #expect(wrong.closed?.code == .wrongAuthority)
        #expect(try await attempt("127.0.0.2", authority).isOpen == false)
    }

    @Test func `a message over the limit ends the connection`() async throws {
        var limits = WebSocketLimits()
        limits.messageBytes = 1_000
        try await Self.with(limits: limits) { connection in
            guard Self.upgrade(connection) else { return }
            connection.write(Self.frame(1, [UInt8](repeating: 0x61, count: 1_000)))
            connection.write(Self.frame(1, [UInt8](repeating: 0x61, count: 1_001)))
            while connection.read() != nil {}
        } _: { _, events in
            try await events.wait { $0.closed != nil }
            #expect(events.texts.map(\.count) == [1_000])
            #expect(events.closed?.code == .bodyTooLarge)
        }
    }

    @Test func `what is no websocket is refused with a reason`() async throws {
        let answers: [(answer: String, code: TransportError.Code)] = [
            ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", .websocketRefused),
            ("HTTP/1.1 101 Switching Protocols\r\n\r\n", .websocketRefused),
            (String(repeating: "x", count: 20_000), .headersTooLarge),
            ("", .connectionLost),
        ]
        for row in answers {
            try await Self.with { connection in
                _ = connection.request()
                connection.write(row.answer)
                if row.code == .headersTooLarge { _ = connection.read() }
            } _: { _, events in
                try await events.wait { $0.closed != nil }
                #expect(events.closed?.code == row.code, "\(row.answer.prefix(40))")
                #expect(!events.isOpen)
            }
        }
        try await Self.with { connection in
            _ = Self.upgrade(connection, accept: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
            _ = connection.read()
        } _: { _, events in
            try await events.wait { $0.closed != nil }
            #expect(events.closed?.code == .websocketRefused)
        }
    }

    @Test func `frames that break the protocol end the connection`() async throws {
        let wrong: [[UInt8]] = [
            Self.frame(1, [0xff, 0xfe]),  // No UTF-8.
            [0xc1, 0x01, 0x61],  // A reserved bit.
            [0x83, 0x01, 0x61],  // A reserved opcode.
            [0x80, 0x01, 0x61],  // A continuation of nothing.
        ]
        for bytes in wrong {
            try await Self.with { connection in
                guard Self.upgrade(connection) else { return }
                connection.write(bytes)
                while connection.read() != nil {}
            } _: { _, events in
                try await events.wait { $0.closed != nil }
                #expect(events.closed?.code == .websocketClosed, "\(bytes)")
                #expect(events.texts.isEmpty)
            }
        }
    }

    @Test func `silence is asked and then given up`() async throws {
        var limits = WebSocketLimits()
        limits.pingAfterMilliseconds = 100
        limits.pingAnswerMilliseconds = 200
        let pings = Mutex(0)
        try await Self.with(limits: limits) { connection in
            guard Self.upgrade(connection) else { return }
            while let frame = Self.read(connection) {
                guard frame.opcode == 9 else { continue }
                let count = pings.withLock { value in
                    value += 1
                    return value
                }
                if count < 3 { connection.write(Self.frame(10, frame.payload)) }
            }
        } _: { _, events in
            try await events.wait { $0.closed != nil }
            #expect(events.closed?.code == .timeout)
            #expect(pings.withLock { $0 } == 3)
        }
    }

    @Test func `a node that never answers is given up in time`() async throws {
        var limits = WebSocketLimits()
        limits.connectMilliseconds = 200
        try await Self.with(limits: limits) { connection in
            _ = connection.request()
            _ = connection.read()
        } _: { _, events in
            try await events.wait { $0.closed != nil }
            #expect(events.closed?.code == .timeout)
        }
    }

    @Test func `addresses that are none are refused at once`() throws {
        let loop = try EventLoop(name: "addresses")
        defer { loop.stop() }
        for bad in [
            "", "ws://", "127.0.0.1:80", "ws://host:0/", "ws://host:70000/", "ws://u@h/",
            "ws://host/a b", "ws://host/\r\nx: y",
        ] {
            #expect(throws: TransportError.self, "\(bad)") {
                try NodeWebSocket(loop: loop, url: bad) { _ in }
            }
        }
    }
}
