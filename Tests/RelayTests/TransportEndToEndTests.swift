// SPDX-License-Identifier: Apache-2.0

import RelayLaboratory
import RelayTransport
import Synchronization
import Testing

/// Our client and server over real loopback sockets with mutual TLS.
@Suite struct `Transport end to end` {
    @Test func `bodies of every size come back byte for byte over many streams`() async throws {
        let rig = try Rig()
        defer { rig.stop() }
        for size in [0, 1, 1_024, 16_384, 65_536, 300_000] {
            let requests = (0..<40).map { index in
                OutgoingRequest(
                    method: .post, path: "/echo/\(index)", body: pattern(size, seed: index))
            }
            let outcomes = await rig.send(requests)
            #expect(outcomes.count == requests.count)
            for (index, outcome) in outcomes.enumerated() {
                let answer = try #require(
                    outcome.response, "\(String(describing: outcome.failure))")
                #expect(answer.status == 200)
                #expect(answer.headers["x-path"] == "/echo/\(index)")
                #expect(answer.body == requests[index].body, "\(size) bytes, stream \(index)")
            }
        }
        #expect(rig.events.connections == 1)
    }

    @Test func `answers given by another thread arrive, one wake-up a batch`() async throws {
        let rig = try Rig { server, requests in
            let elsewhere = Task.detached { Rig.echo(server, requests) }
            _ = elsewhere
        }
        defer { rig.stop() }
        let outcomes = await rig.send(
            (0..<200).map {
                OutgoingRequest(method: .post, path: "/", body: pattern(1_024, seed: $0))
            })
        for (index, outcome) in outcomes.enumerated() {
            #expect(outcome.response?.body == pattern(1_024, seed: index))
        }
    }

    @Test func `the handler knows the member behind a request`() async throws {
        let seen = Mutex<[PeerIdentity?]>([])
        let rig = try Rig { server, requests in
            seen.withLock { $0 += requests.map(\.peer) }
            Rig.echo(server, requests)
        }
        defer { rig.stop() }
        _ = await rig.post([1])
        let beijing = try Laboratory.beijing.get()
        let peer = try #require(seen.withLock { $0.first } ?? nil)
        #expect(peer.role == .member)
        #expect(peer.divisionCode == "110000")
        #expect(peer.institutionCode == "GJJ")
        #expect(peer.spkiSHA256 == beijing.pin)
        #expect(peer.notAfter > 1_700_000_000)
    }

    @Test func `a gRPC call carries its message, status and metadata both ways`() async throws {
        let rig = try Rig { server, requests in
            let service = GRPCServer(methods: ["/cityrelay.Echo/Call"], messageBytes: 500_000)
            server.respond(
                requests.map { request in
                    switch service.admit(request) {
                    case .failure(let refusal): return (request.token, refusal.response)
                    case .success(let call) where call.message.isEmpty:
                        let status = GRPCStatus.tryAgain(inMilliseconds: 40, "满了 100%")
                        return (request.token, GRPCServer.response(status))
                    case .success(let call):
                        return (
                            request.token,
                            GRPCServer.response(
                                message: call.message,
                                metadata: [HTTPHeader("x-ms", "\(call.timeoutMilliseconds ?? -1)")])
                        )
                    }
                })
        }
        defer { rig.stop() }
        let client = GRPCClient(http: rig.client)
        let messages = [pattern(1, seed: 1), pattern(1_024, seed: 2), pattern(300_000, seed: 3)]
        let calls =
            messages.map { GRPCRequest(method: "/cityrelay.Echo/Call", message: $0) }
            + [
                GRPCRequest(method: "/cityrelay.Echo/Call", message: []),
                GRPCRequest(method: "/cityrelay.Echo/None", message: [1]),
                GRPCRequest(method: "/cityrelay.Echo/Call", message: pattern(500_001, seed: 4)),
            ]
        let outcomes = await withCheckedContinuation { continuation in
            client.call(calls, deadlineMilliseconds: 15_000) { continuation.resume(returning: $0) }
        }
        for (index, message) in messages.enumerated() {
            guard case .message(let answer, let metadata) = outcomes[index] else {
                Issue.record("\(outcomes[index])")
                continue
            }
            #expect(answer == message)
            #expect(metadata["x-ms"] == "15000")
        }
        guard case .status(let full) = outcomes[3], case .status(let missing) = outcomes[4],
            case .status(let large) = outcomes[5]
        else {
            Issue.record("\(outcomes[3...])")
            return
        }
        #expect(full == .tryAgain(inMilliseconds: 40, "满了 100%"))
        #expect(missing.code == .unimplemented)
        #expect(large.code == .resourceExhausted)
    }

    @Test func `a streaming answer comes in pieces and ends where it should`() async throws {
        let rig = try Rig { server, requests in
            for request in requests {
                server.beginStreaming(
                    request.token, headers: [HTTPHeader("content-type", "text/event-stream")])
                for piece in 0..<50 {
                    server.append([
                        (request.token, pattern(1_000, seed: piece), end: piece == 49)
                    ])
                }
            }
        }
        defer { rig.stop() }
        let answer = try #require(await rig.post([]).response)
        #expect(answer.headers["content-type"] == "text/event-stream")
        #expect(answer.body == (0..<50).flatMap { pattern(1_000, seed: $0) })
    }

    @Test func `new certificates are used by new connections, open streams go on`() async throws {
        let old = try Laboratory.issue("reload", division: "431300")
        let files = old.files
        let waiting = Mutex<[IncomingRequest]>([])
        let server = Rig.ServerBox()
        let loop = try EventLoop(name: "reload")
        defer { loop.stop() }
        let context = try TLSContext(files: files, authorize: { _ in .accept })
        server.server = try HTTP2Server(
            loop: loop, address: "127.0.0.1", port: 0, tls: context
        ) { requests in
            waiting.withLock { $0 += requests }
        }
        let port = try #require(server.server).port
        let tls = try TLSContext(
            files: try Laboratory.beijing.get().files, authorize: { _ in .accept })
        func client(_ pin: KeyPin) -> HTTP2Client {
            HTTP2Client(
                loop: loop, host: "127.0.0.1", port: port, tls: tls,
                expected: ExpectedMember(
                    divisionCode: "431300", institutionCode: "GJJ", pins: [pin]),
                random: { 0 })
        }
        let first = client(old.pin)
        async let open = withCheckedContinuation { continuation in
            first.send(
                [OutgoingRequest(method: .post, path: "/", body: [7])], deadlineMilliseconds: 20_000
            ) { continuation.resume(returning: $0[0]) }
        }
        while waiting.withLock({ $0.isEmpty }) { await Task.yield() }

        let fresh = try Laboratory.issue("reload", division: "431300")
        #expect(fresh.pin != old.pin)
        try context.reload()
        #expect(context.own.spkiSHA256 == fresh.pin)
        async let later = withCheckedContinuation { continuation in
            client(fresh.pin).send(
                [OutgoingRequest(method: .post, path: "/", body: [8])], deadlineMilliseconds: 20_000
            ) { continuation.resume(returning: $0[0]) }
        }
        while waiting.withLock({ $0.count < 2 }) { await Task.yield() }
        if let running = server.server { Rig.echo(running, waiting.withLock { $0 }) }
        let outcomes = await (open, later)
        #expect(outcomes.0.response?.body == [7])
        #expect(outcomes.1.response?.body == [8])
    }

    @Test func `files that are wrong leave the old certificate in use`() throws {
        let one = try Laboratory.issue("broken", division: "431300")
        let context = try TLSContext(files: one.files, authorize: { _ in .accept })
        _ = try Laboratory.issue("other", division: "431300")
        let result = try Program.run([
            "/bin/cp", "\(Laboratory.folder)/ca/other.key", one.files.key,
        ])
        #expect(result.status == 0)
        #expect { try context.reload() } throws: { error in
            (error as? TransportError)?.code == .badCredentials
                && "\(error)".contains(one.files.key)
        }
        #expect(context.own.spkiSHA256 == one.pin)
    }

    @Test func `a drained server finishes open requests and the client comes back`() async throws {
        let waiting = Mutex<[IncomingRequest]>([])
        let rig = try Rig { _, requests in waiting.withLock { $0 += requests } }
        defer { rig.stop() }
        async let open = rig.post(pattern(50_000, seed: 9))
        while waiting.withLock({ $0.isEmpty }) { await Task.yield() }
        let drained = Mutex(false)
        rig.server.drain { drained.withLock { $0 = true } }
        try await Task.sleep(for: .milliseconds(600))
        #expect(drained.withLock { $0 } == false)
        Rig.echo(rig.server, waiting.withLock { $0 })
        #expect(await open.response?.body == pattern(50_000, seed: 9))
        for _ in 0..<200 where !drained.withLock({ $0 }) {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(drained.withLock { $0 })
        // The listener is gone: the next request fails without having been sent.
        let next = await rig.post([1], deadlineMilliseconds: 5_000)
        #expect(next.failure?.fate == .notSent)
        #expect(next.failure?.error.code == .cannotConnect)
    }

    @Test func `a client opens a lost connection again by itself`() async throws {
        let rig = try Rig()
        defer { rig.stop() }
        #expect(await rig.post([1]).response?.body == [1])
        rig.client.drain()
        #expect(await rig.post([2]).response?.body == [2])
        #expect(rig.events.connections == 2)
    }

    @Test func `stopping a loop settles every request that is open`() async throws {
        let arrived = Arrivals()
        let rig = try Rig(handler: { _, requests in
            arrived.count.withLock { $0 += requests.count }
        })
        async let open = rig.send(
            (0..<300).map { OutgoingRequest(method: .post, path: "/", body: [UInt8($0 & 255)]) })
        for _ in 0..<1_000 where arrived.count.withLock({ $0 }) < 256 {
            try await Task.sleep(for: .milliseconds(20))
        }
        rig.clientLoop.stop()
        let outcomes = await open
        #expect(outcomes.count == 300)
        #expect(outcomes.allSatisfy { $0.failure?.error.code == .loopStopped })
        // 256 streams were open; the rest had not left.
        #expect(outcomes.count { $0.failure?.fate == .unknown } == 256)
        #expect(outcomes.count { $0.failure?.fate == .notSent } == 44)
        rig.serverLoop.stop()
    }
}

/// How many requests a server that never answers has seen.
private final class Arrivals: Sendable {
    let count = Mutex(0)
}
