// SPDX-License-Identifier: Apache-2.0

import Glibc
import RelayLaboratory
import RelayTransport
import Synchronization
import TestSupport

// Unsafe: makes and reads folders, looks for nghttpd, and reads a thread's clock.

/// Server CPU of one 1 KiB POST over mutual TLS, ours (which echoes the body) beside nghttpd (which
/// throws it away and checks no client certificate), both driven by our own client in the same run.
func transportBench() {
    do {
        try TransportBench().run()
    } catch {
        print("transport: not measured: \(error)")
    }
}

private struct TransportBench {
    struct Load {
        let connections: Int
        let streams: Int
        var name: String { "\(connections)x\(streams)" }
    }

    static let loads = [Load(connections: 1, streams: 64), Load(connections: 8, streams: 8)]
    static let repeats = 5
    static let requests = 40_000
    static let warmUp = 4_000
    static let body = [UInt8](repeating: 0x61, count: 1_024)

    let folder = "/tmp/cityrelay-bench-\(getpid())"

    func run() throws {
        let certificates = try Certificates(folder)
        let member = try certificates.issue("330100")
        let caller = try certificates.issue("110000")
        let loop = try EventLoop(name: "bench server")
        defer { loop.stop() }
        let box = Mutex<HTTP2Server?>(nil)
        let server = try HTTP2Server(
            loop: loop, address: "127.0.0.1", port: 0,
            tls: TLSContext(files: member.files, authorize: { _ in .accept }),
            handler: { requests in
                let server = box.withLock { $0 }
                server?.respond(
                    requests.map { ($0.token, Response(status: 200, body: $0.body)) })
            })
        box.withLock { $0 = server }
        let yardstick = try Nghttpd(member.files, folder)
        defer { yardstick?.end() }
        for load in TransportBench.loads {
            var ours: [Double] = []
            var theirs: [Double] = []
            for _ in 0..<TransportBench.repeats {
                ours.append(
                    try measure(load, server.port, member, caller) {
                        try loop.performAndWait { threadNanoseconds() }
                    })
                guard let yardstick else { continue }
                theirs.append(
                    try measure(load, yardstick.port, member, caller) { yardstick.nanoseconds() })
            }
            report(load, ours, theirs)
        }
    }

    private func report(_ load: Load, _ ours: [Double], _ theirs: [Double]) {
        func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
        let own = median(ours)
        guard !theirs.isEmpty else {
            print("transport: POST 1 KiB \(load.name): \(text(own)) us/request; no nghttpd here")
            return
        }
        let other = median(theirs)
        print(
            "transport: POST 1 KiB \(load.name), mTLS: \(text(own)) us/request (echo), nghttpd "
                + "\(text(other)) (no echo), ratio \(text(own / other)) (goal 1.05)")
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    /// Microseconds of server CPU a request.
    private func measure(
        _ load: Load, _ port: Int, _ member: Certificates.Credentials,
        _ caller: Certificates.Credentials,
        clock: () throws -> Int
    ) throws -> Double {
        let loop = try EventLoop(name: "bench client")
        defer { loop.stop() }
        let tls = try TLSContext(files: caller.files, authorize: { _ in .accept })
        let clients = (0..<load.connections).map { _ in
            HTTP2Client(
                loop: loop, host: "127.0.0.1", port: port, tls: tls, expected: member.expected,
                random: { 0 })
        }
        try drive(loop, clients, load.streams, TransportBench.warmUp)
        let before = try clock()
        try drive(loop, clients, load.streams, TransportBench.requests)
        return Double(try clock() - before) / 1_000 / Double(TransportBench.requests)
    }

    /// Keeps `streams` requests open on each client until `count` were answered.
    private func drive(
        _ loop: EventLoop, _ clients: [HTTP2Client], _ streams: Int, _ count: Int
    ) throws {
        let race = Race(count)
        for client in clients {
            for _ in 0..<streams where race.start() {
                race.send(client, TransportBench.body)
            }
        }
        try race.wait()
    }
}

/// Counts requests down and wakes the main thread at the end.
private final class Race: Sendable {
    private let left: Mutex<(toSend: Int, toAnswer: Int, error: RequestFailure?)>

    init(_ count: Int) { left = Mutex((count, count, nil)) }

    func start() -> Bool {
        left.withLock { state in
            state.toSend -= 1
            return state.toSend >= 0
        }
    }

    func send(_ client: HTTP2Client, _ body: [UInt8]) {
        client.send(
            [OutgoingRequest(method: .post, path: "/", body: body)], deadlineMilliseconds: 60_000
        ) { outcomes in
            self.left.withLock { state in
                if case .failed(let failure) = outcomes[0] { state.error = failure }
                state.toAnswer -= 1
            }
            if self.start() { self.send(client, body) }
        }
    }

    func wait() throws {
        while true {
            let state = left.withLock { $0 }
            if let failure = state.error { throw failure.error }
            if state.toAnswer == 0 { return }
            usleep(2_000)
        }
    }
}

/// The yardstick: one worker, the same certificate, a two-byte page.
private struct Nghttpd {
    let port = Int.random(in: 20_000..<30_000)
    private let pid: pid_t

    /// Nil when it is not installed.
    init?(_ files: TLSContext.Files, _ folder: String) throws {
        let places = ["/usr/sbin/nghttpd", "/usr/bin/nghttpd"]
        let found = places.first { unsafe access($0, X_OK) == 0 }
        guard let program = found else { return nil }
        unsafe mkdir("\(folder)/pages", 0o700)
        pid = try Program.start(
            [
                "/bin/sh", "-c",
                "printf ok > \(folder)/pages/index.html; exec \(program) -n1 -a 127.0.0.1 "
                    + "-d \(folder)/pages \(port) \(files.key) \(files.certificate)",
            ], output: "\(folder)/nghttpd")
        usleep(500_000)
    }

    /// On-CPU time of all its threads, from the scheduler.
    func nanoseconds() -> Int {
        guard let tasks = unsafe opendir("/proc/\(pid)/task") else { return 0 }
        defer { unsafe closedir(tasks) }
        var sum = 0
        while let entry = unsafe readdir(tasks) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard Int(name) != nil,
                let text = try? Corpus.read("/proc/\(pid)/task/\(name)/schedstat")
            else { continue }
            sum += Int(String(decoding: text.prefix { $0 != 0x20 }, as: UTF8.self)) ?? 0
        }
        return sum
    }

    func end() {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        _ = unsafe waitpid(pid, &status, 0)
    }
}
