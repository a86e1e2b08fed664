// SPDX-License-Identifier: Apache-2.0

import RelayLaboratory
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// HTTP/1.1 and websocket towards nodes that are well, slow, cut off, too talkative or not ours.
@Suite struct `Transport to chain nodes` {
    static func ask(
        _ client: NodeHTTP, _ request: NodeRequest
    ) async -> Result<NodeResponse, TransportError> {
        await withCheckedContinuation { continuation in
            client.request(request) { continuation.resume(returning: $0) }
        }
    }

    static func code(_ result: Result<NodeResponse, TransportError>) -> TransportError.Code? {
        if case .failure(let error) = result { error.code } else { nil }
    }

    /// One node and one client; the loop is stopped at the end.
    static func with(
        limits: NodeHTTPLimits = NodeHTTPLimits(),
        _ serve: @escaping @Sendable (ScriptedNode.Connection) -> Void,
        _ body: (NodeHTTP, ScriptedNode, String) async throws -> Void
    ) async throws {
        let node = try ScriptedNode(serve)
        let loop = try EventLoop(name: "node")
        defer {
            loop.stop()
            node.close()
        }
        let client = try NodeHTTP(loop: loop, limits: limits)
        try await body(client, node, "http://127.0.0.1:\(node.port)/")
    }

    @Test func `a JSON request is posted and its answer comes whole, over one connection`()
        async throws
    {
        try await Self.with { connection in
            while let request = connection.request() {
                let body = request.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
                let isPost =
                    request.hasPrefix("POST / HTTP/1.1\r\n")
                    && request.contains("Content-Type: application/json\r\n")
                    && !request.contains("Expect:")
                connection.answer("{\"post\":\(isPost),\"echo\":\(body)}")
            }
        } _: { client, node, url in
            for round in 0..<20 {
                let answer = try await Self.ask(
                    client, NodeRequest(url: url, body: Array("[\(round)]".utf8))
                ).get()
                #expect(answer.status == 200)
                #expect(
                    String(decoding: answer.body, as: UTF8.self)
                        == "{\"post\":true,\"echo\":[\(round)]}")
            }
            #expect(node.connections == 1)
        }
    }

    @Test func `many requests at once share a bounded number of connections`() async throws {
        try await Self.with { connection in
            while let request = connection.request() {
                connection.answer(String(request.split(separator: " ")[1]))
            }
        } _: { client, node, url in
            let answers = await withTaskGroup(of: String.self) { group in
                for index in 0..<60 {
                    group.addTask {
                        let result = await Self.ask(
                            client, NodeRequest(method: .get, url: "\(url)\(index)"))
                        return (try? result.get()).map { String(decoding: $0.body, as: UTF8.self) }
                            ?? "failed"
                    }
                }
                return await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(answers == Set((0..<60).map { "/\($0)" }))
            #expect(node.connections <= 8)
        }
    }

    @Test func `an HTTP error is an answer, not a failure`() async throws {
        try await Self.with { connection in
            while connection.request() != nil {
                connection.answer("{\"error\":1}", status: "500 Internal Server Error")
            }
        } _: { client, _, url in
            let answer = try await Self.ask(client, NodeRequest(url: url)).get()
            #expect(answer.status == 500)
            #expect(String(decoding: answer.body, as: UTF8.self) == "{\"error\":1}")
        }
    }

    @Test func `a node that is slow, cut off or not there has its own code each`() async throws {
        try await Self.with { connection in
            guard let request = connection.request() else { return }
            if request.contains("/slow") {
                _ = connection.read()
            } else if request.contains("/cut") {
                connection.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
            } else if request.contains("/noise") {
                connection.write("this is no HTTP\r\n\r\n")
            }
        } _: { client, node, url in
            func code(_ path: String, _ milliseconds: Int = 5_000) async -> TransportError.Code? {
                Self.code(
                    await Self.ask(
                        client, NodeRequest(url: url + path, timeoutMilliseconds: milliseconds)))
            }
            #expect(await code("slow", 200) == .timeout)
            #expect(await code("cut") == .connectionLost)
            #expect(await code("silent") == .connectionLost)
            #expect(await code("noise") == .badAnswer)
            let none = await Self.ask(client, NodeRequest(url: "http://127.0.0.1:1/"))
            #expect(Self.code(none) == .cannotConnect)
            for bad in ["", "file:///etc/passwd", "ftp://127.0.0.1/", "http://[bad/"] {
                #expect(Self.code(await Self.ask(client, NodeRequest(url: bad))) == .badAddress)
            }
        }
    }

    @Test func `an answer over the limit is cut off, announced or not`() async throws {
        var limits = NodeHTTPLimits()
        limits.bodyBytes = 10_000
        try await Self.with(limits: limits) { connection in
            guard let request = connection.request() else { return }
            if request.contains("/announced") {
                connection.write("HTTP/1.1 200 OK\r\ncontent-length: 10001\r\n\r\n")
                _ = connection.read()
            } else {
                connection.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                let piece = "1000\r\n" + String(repeating: "x", count: 4_096) + "\r\n"
                while connection.write(piece) {}
            }
        } _: { client, _, url in
            for path in ["announced", "endless"] {
                let result = await Self.ask(client, NodeRequest(url: url + path))
                #expect(Self.code(result) == .bodyTooLarge, "\(path)")
            }
        }
    }

    @Test func `a redirect is not followed`() async throws {
        try await Self.with { connection in
            while connection.request() != nil {
                connection.write(
                    "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n"
                        + "content-length: 0\r\n\r\n"
                )
            }
        } _: { client, _, url in
            let answer = try await Self.ask(client, NodeRequest(url: url)).get()
            #expect(answer.status == 302)
        }
    }

    @Test func `closing the client fails what is open`() async throws {
        try await Self.with { connection in
            _ = connection.request()
            _ = connection.read()
        } _: { client, node, url in
            async let open = Self.ask(client, NodeRequest(url: url))
            while node.connections == 0 { await Task.yield() }
            client.close()
            #expect(Self.code(await open) == .loopStopped)
            #expect(Self.code(await Self.ask(client, NodeRequest(url: url))) == .loopStopped)
        }
    }

    @Test func `https is believed only from the given authority`() async throws {
        guard let openssl = Program.path("openssl") else { return }
        let node = try Laboratory.issue("node", division: "330100")
        let stranger = try Laboratory.issue(
            "stranger-node", division: "330100", authority: "\(Laboratory.folder)/other-ca")
        let port = Int.random(in: 20_000..<30_000)
        let pid = try Program.start(
            [
                openssl, "s_server", "-accept", "127.0.0.1:\(port)", "-cert",
                node.files.certificate, "-key", node.files.key, "-www", "-quiet",
            ], output: "\(Laboratory.folder)/s_server")
        defer { Program.end(pid) }
        let loop = try EventLoop(name: "tls node")
        defer { loop.stop() }
        let trusting = try NodeHTTP(loop: loop, authorityFile: node.files.authority)
        let other = try NodeHTTP(loop: loop, authorityFile: stranger.files.authority)
        let request = NodeRequest(method: .get, url: "https://localhost:\(port)/")
        var answer = await Self.ask(trusting, request)
        for _ in 0..<100 where Self.code(answer) == .cannotConnect {
            try await Task.sleep(for: .milliseconds(50))
            answer = await Self.ask(trusting, request)
        }
        #expect(try answer.get().status == 200)
        #expect(Self.code(await Self.ask(other, request)) == .wrongAuthority)
        let wrongName = NodeRequest(method: .get, url: "https://127.0.0.2:\(port)/")
        #expect(
            [.wrongAuthority, .cannotConnect].contains(
                Self.code(await Self.ask(trusting, wrongName))))
    }
}
