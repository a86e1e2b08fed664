// SPDX-License-Identifier: Apache-2.0

import Glibc
import RelayLaboratory
import RelayTransport
import Synchronization
import Testing

/// Each named limit, reached.
@Suite struct `Transport limits` {
    static func limits(_ change: (inout TransportLimits) -> Void) -> TransportLimits {
        var limits = TransportLimits()
        limits.sweepMilliseconds = 20
        change(&limits)
        return limits
    }

    static func wait(_ condition: () -> Bool) async throws {
        for _ in 0..<400 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
    }

    @Test func `a body over the limit is answered 413 and the connection lives on`() async throws {
        let rig = try Rig(serverLimits: Self.limits { $0.bodyBytes = 100_000 })
        defer { rig.stop() }
        #expect(await rig.post(pattern(100_000, seed: 1)).response?.status == 200)
        let answer = await rig.post(pattern(100_001, seed: 2)).response
        #expect(answer?.status == 413)
        let words = String(decoding: answer?.body ?? [], as: UTF8.self)
        #expect(words.contains("http.body-too-large"))
        #expect(await rig.post([1]).response?.status == 200)
        #expect(rig.events.connections == 1)
    }

    @Test func `headers over the limit are answered 431`() async throws {
        let rig = try Rig(serverLimits: Self.limits { $0.headerListBytes = 4_096 })
        defer { rig.stop() }
        let large = OutgoingRequest(
            method: .get, path: "/",
            headers: [HTTPHeader("x-large", String(repeating: "x", count: 5_000))])
        let outcome = await rig.send([large])[0]
        #expect(outcome.response?.status == 431)
        #expect(await rig.post([1]).response?.status == 200)
    }

    @Test func `an answer over the client's limit fails with its code`() async throws {
        let rig = try Rig(clientLimits: Self.limits { $0.bodyBytes = 1_000 })
        defer { rig.stop() }
        let failure = await rig.post(pattern(1_001, seed: 1)).failure
        #expect(failure?.error.code == .bodyTooLarge)
        #expect(failure?.fate == .unknown)
        #expect(await rig.post(pattern(1_000, seed: 2)).response?.body.count == 1_000)
    }

    @Test func `a stranger who says nothing is shown out`() async throws {
        let rig = try Rig(serverLimits: Self.limits { $0.handshakeMilliseconds = 100 })
        defer { rig.stop() }
        let raw = RawPeer(port: rig.server.port)
        #expect(raw.frames().isEmpty)
        try await Self.wait { !rig.events.errors.isEmpty }
        #expect(rig.events.errors.first?.code == .timeout)
    }

    @Test func `an idle connection is ended gracefully and opened again`() async throws {
        let rig = try Rig(serverLimits: Self.limits { $0.idleMilliseconds = 100 })
        defer { rig.stop() }
        #expect(await rig.post([1]).response?.status == 200)
        try await Self.wait { !rig.events.errors.isEmpty }
        #expect(rig.events.errors.first?.code == .goingAway)
        #expect(await rig.post([2]).response?.status == 200)
        #expect(rig.events.connections == 2)
    }

    @Test func `a request that trickles in is given up with 408`() async throws {
        let rig = try Rig(
            serverLimits: Self.limits { $0.requestMilliseconds = 100 }, plain: true)
        defer { rig.stop() }
        let raw = RawPeer(port: rig.server.port)
        // One byte of body and no end.
        raw.write(
            RawPeer.preface + RawPeer.frame(4) + RawPeer.frame(1, flags: 4, stream: 1, RawPeer.post)
                + RawPeer.frame(0, stream: 1, [1]))
        try await Task.sleep(for: .milliseconds(400))
        shutdown(raw.descriptor, Int32(SHUT_WR))
        let frames = raw.frames()
        // 408 is not in HPACK's table: it comes as three digits, plain or in Huffman code.
        #expect(frames.contains { $0.type == 1 })
        #expect(frames.contains { $0.type == 3 })
        let text = frames.filter { $0.type == 0 }.flatMap(\.payload)
        #expect(String(decoding: text, as: UTF8.self).hasPrefix("net.timeout"))
    }

    @Test func `a peer that does not answer pings is dropped`() async throws {
        let rig = try Rig(
            serverLimits: Self.limits {
                $0.pingAfterMilliseconds = 60
                $0.pingAnswerMilliseconds = 60
            }, plain: true)
        defer { rig.stop() }
        let raw = RawPeer(port: rig.server.port)
        raw.write(RawPeer.preface + RawPeer.frame(4))
        #expect(raw.frames().contains { $0.type == 6 })
        try await Self.wait { !rig.events.errors.isEmpty }
        #expect(rig.events.errors.first?.code == .timeout)
    }

    @Test func `keep-alive pings keep a quiet connection alive`() async throws {
        let quick = Self.limits {
            $0.pingAfterMilliseconds = 40
            $0.pingAnswerMilliseconds = 1_000
        }
        let rig = try Rig(serverLimits: quick, clientLimits: quick)
        defer { rig.stop() }
        #expect(await rig.post([1]).response?.status == 200)
        try await Task.sleep(for: .milliseconds(400))
        #expect(await rig.post([2]).response?.status == 200)
        #expect(rig.events.connections == 1)
    }

    static let floods: [(name: String, frame: [UInt8])] = [
        ("pings", RawPeer.frame(6, [0, 0, 0, 0, 0, 0, 0, 0])),
        ("settings", RawPeer.frame(4)),
        ("rapid resets", []),
        ("priorities", RawPeer.frame(2, stream: 1, [0, 0, 0, 0, 1])),
    ]

    @Test(arguments: floods)
    func `a flood ends with GOAWAY and ENHANCE_YOUR_CALM`(_ row: (name: String, frame: [UInt8]))
        async throws
    {
        let rig = try Rig(
            serverLimits: Self.limits {
                $0.controlFrameBurst = 200
                $0.resetBurst = 100
            }, plain: true)
        defer { rig.stop() }
        let raw = RawPeer(port: rig.server.port)
        var bytes = RawPeer.preface + RawPeer.frame(4)
        for index in 0..<400 {
            if row.frame.isEmpty {
                let stream = UInt32(2 * index + 1)
                bytes += RawPeer.frame(1, flags: 5, stream: stream, RawPeer.get)
                bytes += RawPeer.frame(3, stream: stream, [0, 0, 0, 8])
            } else {
                bytes += row.frame
            }
        }
        raw.write(bytes)
        #expect(raw.goAwayCode() == 11, "\(row.name)")
        try await Self.wait { !rig.events.errors.isEmpty }
        #expect(rig.events.errors.first?.code == .enhanceYourCalm)
        #expect(await rig.post([1]).response?.status == 200)
    }

    @Test func `resets of requests that are worked on do not grow memory without bound`()
        async throws
    {
        let limits = Self.limits {
            $0.concurrentStreams = 10
            $0.resetBurst = 10_000
        }
        let handed = Mutex(0)
        let rig = try Rig(serverLimits: limits, plain: true) { _, requests in
            handed.withLock { $0 += requests.count }
        }
        defer { rig.stop() }
        let raw = RawPeer(port: rig.server.port)
        raw.write(RawPeer.preface + RawPeer.frame(4))
        for index in 0..<100 {
            let stream = UInt32(2 * index + 1)
            raw.write(
                RawPeer.frame(1, flags: 5, stream: stream, RawPeer.get)
                    + RawPeer.frame(3, stream: stream, [0, 0, 0, 8]))
        }
        #expect(raw.goAwayCode() == 11)
        #expect(handed.withLock { $0 } <= 12)
    }

    static func bodies(_ seeds: Range<Int>) -> [OutgoingRequest] {
        seeds.map { OutgoingRequest(method: .post, path: "/", body: pattern(200_000, seed: $0)) }
    }

    static func heldMegabyte() -> TransportLimits {
        limits {
            $0.heldBodyBytes = 1_000_000
            $0.connectionWindowBytes = 1_000_000
            $0.bodyBytes = 300_000
        }
    }

    @Test func `bodies that nobody has answered shut the connection's window`() async throws {
        let handed = Mutex<[IncomingRequest]>([])
        let rig = try Rig(serverLimits: Self.heldMegabyte()) { _, requests in
            handed.withLock { $0 += requests }
        }
        defer { rig.stop() }
        async let first = rig.send(Self.bodies(0..<5))
        try await Self.wait { handed.withLock { $0.count } == 5 }
        async let second = rig.send(Self.bodies(5..<20))
        try await Task.sleep(for: .milliseconds(300))
        // One megabyte is held and one more fits into the window; three wait with the client.
        #expect((5...10).contains(handed.withLock { $0.count }))
        // Answers free memory, which lets the next bodies in, until all are through.
        var answered = 0
        for _ in 0..<200 where answered < 20 {
            let ready = handed.withLock { list in
                defer { list = [] }
                return list
            }
            answered += ready.count
            Rig.echo(rig.server, ready)
            try await Task.sleep(for: .milliseconds(5))
        }
        for (index, outcome) in (await first + second).enumerated() {
            // Some of the second batch may be refused while the first is answered: they may come
            // again.
            let isWhole = outcome.response?.body == pattern(200_000, seed: index)
            #expect(isWhole || index >= 5 && outcome.failure?.fate == .refused)
        }
    }

    @Test func `interleaved bodies that do not fit are refused, the oldest get through`()
        async throws
    {
        let rig = try Rig(serverLimits: Self.heldMegabyte())
        defer { rig.stop() }
        var missing = Set(0..<40)
        var rounds = 0
        while !missing.isEmpty, rounds < 40 {
            rounds += 1
            let order = missing.sorted()
            let outcomes = await rig.send(
                order.map {
                    OutgoingRequest(method: .post, path: "/", body: pattern(200_000, seed: $0))
                })
            for (index, outcome) in zip(order, outcomes) {
                if let answer = outcome.response {
                    #expect(answer.body == pattern(200_000, seed: index))
                    missing.remove(index)
                } else {
                    #expect(outcome.failure?.fate == .refused)
                }
            }
            #expect(missing.count < order.count, "every round gets something through")
        }
        #expect(missing.isEmpty)
        #expect(rig.events.connections == 1)
    }

    @Test func `a slow reader gets all of a long answer and costs one window of memory`()
        async throws
    {
        let slow = Self.limits { $0.streamWindowBytes = 65_535 }
        let rig = try Rig(clientLimits: slow) { server, requests in
            server.respond(
                requests.map {
                    ($0.token, Response(status: 200, body: pattern(3_000_000, seed: 3)))
                })
        }
        defer { rig.stop() }
        #expect(await rig.post([]).response?.body == pattern(3_000_000, seed: 3))
    }

    @Test func `a reader that stops reading is dropped after a while`() async throws {
        let rig = try Rig(
            serverLimits: Self.limits { $0.writeStallMilliseconds = 200 }, plain: true
        ) { server, requests in
            server.respond(
                requests.map {
                    ($0.token, Response(status: 200, body: pattern(8_000_000, seed: 3)))
                })
        }
        defer { rig.stop() }
        let raw = RawPeer(port: rig.server.port)
        // Windows as large as they go, then nothing is read.
        let window: [UInt8] = [0x7f, 0xff, 0xff, 0xff]
        raw.write(
            RawPeer.preface + RawPeer.frame(4, [0, 4] + window)
                + RawPeer.frame(8, [0x7f, 0xff, 0, 0])
                + RawPeer.frame(1, flags: 5, stream: 1, RawPeer.get))
        try await Self.wait { !rig.events.errors.isEmpty }
        #expect(rig.events.errors.first?.code == .timeout)
    }

    @Test func `a streaming reader that is too slow is cut off and reported`() async throws {
        let limits = Self.limits { $0.streamingBacklogBytes = 100_000 }
        let rig = try Rig(
            serverLimits: limits, clientLimits: Self.limits { $0.streamWindowBytes = 65_535 }
        ) { server, requests in
            for request in requests {
                server.beginStreaming(request.token)
                for _ in 0..<4 {
                    server.append([(request.token, pattern(60_000, seed: 1), end: false)])
                }
            }
        }
        defer { rig.stop() }
        let failure = await rig.post([]).failure
        #expect(failure?.error.code == .streamReset)
        try await Self.wait { rig.events.streamsEnded == 1 }
        #expect(rig.events.streamsEnded == 1)
    }

    @Test func `a paused server reads nothing until it goes on`() async throws {
        let seen = Mutex(0)
        let rig = try Rig { server, requests in
            seen.withLock { $0 += requests.count }
            Rig.echo(server, requests)
        }
        defer { rig.stop() }
        #expect(await rig.post([1]).response?.status == 200)
        rig.server.setPaused(true)
        try await Task.sleep(for: .milliseconds(50))
        async let second = rig.post([2])
        try await Task.sleep(for: .milliseconds(200))
        #expect(seen.withLock { $0 } == 1)
        rig.server.setPaused(false)
        #expect(await second.response?.body == [2])
    }

    @Test func `a request without an answer ends with its deadline`() async throws {
        let rig = try Rig { _, _ in }
        defer { rig.stop() }
        let failure = await rig.post([1], deadlineMilliseconds: 200).failure
        #expect(failure?.error.code == .timeout)
        #expect(failure?.fate == .unknown)
    }

    @Test func `a client's queue is bounded`() async throws {
        let rig = try Rig(clientLimits: Self.limits { $0.queuedRequests = 10 }) { _, _ in }
        defer { rig.stop() }
        let outcomes = await rig.send(
            (0..<11).map { _ in OutgoingRequest(method: .get, path: "/") })
        #expect(outcomes.allSatisfy { $0.failure?.error.code == .queueFull })
        #expect(outcomes.allSatisfy { $0.failure?.fate == .notSent })
    }

    @Test func `one connection too many is closed at once`() async throws {
        let rig = try Rig(serverLimits: Self.limits { $0.connections = 1 }, plain: true)
        defer { rig.stop() }
        #expect(await rig.post([1]).response?.status == 200)
        let raw = RawPeer(port: rig.server.port)
        raw.write(RawPeer.preface)
        #expect(raw.frames().isEmpty)
        try await Self.wait { !rig.events.errors.isEmpty }
        #expect(rig.events.errors.first?.code == .queueFull)
        #expect(await rig.post([2]).response?.status == 200)
    }

    @Test func `a plain-text listener stays on loopback`() throws {
        let loop = try EventLoop(name: "plain")
        defer { loop.stop() }
        for address in ["0.0.0.0", "::", "10.0.0.1", "192.168.1.1"] {
            #expect {
                try HTTP2Server(loop: loop, address: address, port: 0, tls: nil) { _ in }
            } throws: {
                ($0 as? TransportError)?.code == .notLoopback
            }
        }
    }

    @Test func `a port in use is an error that names it`() throws {
        let rig = try Rig(plain: true)
        defer { rig.stop() }
        #expect {
            try HTTP2Server(
                loop: rig.serverLoop, address: "127.0.0.1", port: rig.server.port, tls: nil
            ) { _ in }
        } throws: {
            ($0 as? TransportError)?.code == .cannotListen
        }
    }
}
