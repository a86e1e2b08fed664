// SPDX-License-Identifier: Apache-2.0

import Glibc
import RelayTransport
import Synchronization
import TestSupport

// Unsafe: starts nghttpd by posix_spawn and reads a thread's clock.

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
        unsafe mkdir(folder, 0o700)
        let member = try issue("330100")
        let caller = try issue("110000")
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
        _ load: Load, _ port: Int, _ member: Credentials, _ caller: Credentials,
        clock: () throws -> UInt64
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

    // MARK: Certificates

    struct Credentials {
        let files: TLSContext.Files
        let expected: ExpectedMember
    }

    private func issue(_ division: String) throws -> Credentials {
        let script = "\(Corpus.root)/certs/issue.sh"
        if unsafe access("\(folder)/ca.key", F_OK) != 0 { _ = try output([script, folder, "ca"]) }
        let text = try output(
            [script, folder, "member", division, "GJJ", "localhost", "127.0.0.1", "--as", division])
        guard let word = text.split(whereSeparator: \.isWhitespace).last,
            let pin = KeyPin(String(word))
        else { throw TransportError(.badCredentials, text) }
        return Credentials(
            files: TLSContext.Files(
                certificate: "\(folder)/\(division).crt", key: "\(folder)/\(division).key",
                authority: "\(folder)/ca.crt"),
            expected: ExpectedMember(divisionCode: division, institutionCode: "GJJ", pins: [pin]))
    }

    private func output(_ arguments: [String]) throws -> String {
        let file = "\(folder)/output"
        let pid = try spawn(arguments, file)
        var status: Int32 = 0
        _ = unsafe waitpid(pid, &status, 0)
        return String(decoding: try Corpus.read(file), as: UTF8.self)
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
        pid = try spawn(
            [
                "/bin/sh", "-c",
                "printf ok > \(folder)/pages/index.html; exec \(program) -n1 -a 127.0.0.1 "
                    + "-d \(folder)/pages \(port) \(files.key) \(files.certificate)",
            ], "\(folder)/nghttpd")
        usleep(500_000)
    }

    /// On-CPU time of all its threads, from the scheduler.
    func nanoseconds() -> UInt64 {
        guard let tasks = unsafe opendir("/proc/\(pid)/task") else { return 0 }
        defer { unsafe closedir(tasks) }
        var sum: UInt64 = 0
        while let entry = unsafe readdir(tasks) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard Int(name) != nil,
                let text = try? Corpus.read("/proc/\(pid)/task/\(name)/schedstat")
            else { continue }
            sum += UInt64(String(decoding: text.prefix { $0 != 0x20 }, as: UTF8.self)) ?? 0
        }
        return sum
    }

    func end() {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        _ = unsafe waitpid(pid, &status, 0)
    }
}

/// CPU time of the thread that asks.
private func threadNanoseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

private func spawn(_ arguments: [String], _ output: String) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(
        &actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var strings = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer {
        for index in unsafe strings.indices { unsafe free(strings[index]) }
    }
    var pid = pid_t()
    guard unsafe posix_spawn(&pid, arguments[0], &actions, nil, &strings, environ) == 0 else {
        throw TransportError(.badCredentials, "cannot start \(arguments[0])")
    }
    return pid
}
