// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import RelayTransport
import Synchronization
import TestSupport

/// Programs that tests start: issue.sh, curl, h2spec. Bounded by a time, output kept.
enum Program {
    struct Result {
        let status: Int32
        let output: String
    }

    /// Where a program lies: in the usual places, else in PATH.
    static func path(_ name: String) -> String? {
        let places = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders =
            ["/usr/bin", "/usr/sbin", "/bin"] + places.split(separator: ":").map(String.init)
        return folders.map { "\($0)/\(name)" }.first { unsafe access($0, X_OK) == 0 }
    }

    /// Starts a program; standard output and error go to a file.
    static func start(_ arguments: [String], output: String) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(
            &actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var strings = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe strings.indices { unsafe free(strings[index]) }
        }
        var pid = pid_t()
        let result = unsafe posix_spawn(&pid, arguments[0], &actions, nil, &strings, environ)
        guard result == 0 else { throw TransportError(.badAnswer, "cannot start \(arguments[0])") }
        return pid
    }

    /// Ends a program that `start` began. Not by SIGTERM: it inherits our threads' blocked signals.
    static func end(_ pid: pid_t) {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        _ = unsafe waitpid(pid, &status, 0)
    }

    static func run(_ arguments: [String], seconds: Int = 60) throws -> Result {
        let file = "\(Laboratory.folder)/output-\(UInt64.random(in: 0...UInt64.max))"
        let pid = try start(arguments, output: file)
        var status: Int32 = 0
        for _ in 0..<seconds * 50 {
            if unsafe waitpid(pid, &status, WNOHANG) == pid {
                let text = String(decoding: try Corpus.read(file), as: UTF8.self)
                return Result(status: (status >> 8) & 0xff, output: text)
            }
            usleep(20_000)
        }
        kill(pid, SIGKILL)
        _ = unsafe waitpid(pid, &status, 0)
        return Result(status: -1, output: "\(arguments[0]) was still running after \(seconds) s")
    }
}

/// Certificates issued by certs/issue.sh into a temporary folder, once for all suites.
enum Laboratory {
    static let folder: String = {
        let path = "/tmp/cityrelay-test-\(getpid())"
        unsafe mkdir(path, 0o700)
        return path
    }()

    private static let script = "\(Corpus.root)/certs/issue.sh"
    private static let authority = Mutex(false)

    /// One certificate of the laboratory's authority and its pin.
    struct Credentials {
        let files: TLSContext.Files
        let pin: KeyPin
        let divisionCode: String
        let institutionCode: String

        var expected: ExpectedMember {
            ExpectedMember(
                divisionCode: divisionCode, institutionCode: institutionCode, pins: [pin])
        }
    }

    static func issue(
        _ name: String, division: String, institution: String = "GJJ", role: String = "member",
        options: [String] = [], authority other: String? = nil
    ) throws -> Credentials {
        // One lock: openssl ca keeps its list of certificates in a file.
        try authority.withLock { made in
            let place = other ?? "\(folder)/ca"
            if unsafe access("\(place)/ca.key", F_OK) != 0 {
                let result = try Program.run([script, place, "ca"])
                guard result.status == 0 else { throw TransportError(.badAnswer, result.output) }
            }
            made = true
            let result = try Program.run(
                [
                    script, place, role, division, institution, "localhost", "127.0.0.1", "--as",
                    name,
                ]
                    + options)
            guard result.status == 0,
                let word = result.output.split(whereSeparator: \.isWhitespace).last,
                let pin = KeyPin(String(word))
            else { throw TransportError(.badAnswer, result.output) }
            return Credentials(
                files: TLSContext.Files(
                    certificate: "\(place)/\(name).crt", key: "\(place)/\(name).key",
                    authority: "\(place)/ca.crt"),
                pin: pin, divisionCode: division, institutionCode: institution)
        }
    }

    static let hangzhou = Result { try issue("hangzhou", division: "330100") }
    static let beijing = Result { try issue("beijing", division: "110000") }
}

/// A server that echoes bodies, a client of it, each on a loop of its own.
struct Rig {
    let serverLoop: EventLoop
    let clientLoop: EventLoop
    let server: HTTP2Server
    let client: HTTP2Client
    let events: EventLog

    /// Events of server and client, as they came.
    final class EventLog: Sendable {
        private let list = Mutex<[TransportEvent]>([])

        func add(_ event: TransportEvent) { list.withLock { $0.append(event) } }

        var errors: [TransportError] {
            list.withLock { all in
                all.compactMap { if case .disconnected(_, let error) = $0 { error } else { nil } }
            }
        }

        var streamsEnded: Int {
            list.withLock { all in
                all.count { if case .streamEnded = $0 { true } else { false } }
            }
        }

        var connections: Int {
            list.withLock { all in
                all.count { if case .connected = $0 { true } else { false } }
            }
        }
    }

    init(
        serverLimits: TransportLimits = TransportLimits(),
        clientLimits: TransportLimits = TransportLimits(),
        serverCredentials: Laboratory.Credentials? = nil,
        clientCredentials: Laboratory.Credentials? = nil,
        expected: ExpectedMember? = nil,
        plain: Bool = false,
        handler: (@Sendable (HTTP2Server, [IncomingRequest]) -> Void)? = nil,
        authorize: @escaping @Sendable (PeerIdentity) -> PeerVerdict = { _ in .accept }
    ) throws {
        let hangzhou = try serverCredentials ?? Laboratory.hangzhou.get()
        let beijing = try clientCredentials ?? Laboratory.beijing.get()
        serverLoop = try EventLoop(name: "server")
        clientLoop = try EventLoop(name: "client")
        let log = EventLog()
        events = log
        let box = ServerBox()
        let answer = handler ?? Rig.echo
        server = try HTTP2Server(
            loop: serverLoop, address: "127.0.0.1", port: 0,
            tls: plain ? nil : try TLSContext(files: hangzhou.files, authorize: authorize),
            limits: serverLimits, onEvent: { log.add($0) },
            handler: { requests in
                if let server = box.server { answer(server, requests) }
            })
        box.server = server
        client = HTTP2Client(
            loop: clientLoop, host: "127.0.0.1", port: server.port,
            tls: plain
                ? nil : try TLSContext(files: beijing.files, authorize: { _ in .accept }),
            expected: plain ? nil : expected ?? hangzhou.expected, limits: clientLimits,
            random: { 0.5 })
    }

    static let echo: @Sendable (HTTP2Server, [IncomingRequest]) -> Void = { server, requests in
        server.respond(
            requests.map { request in
                (
                    request.token,
                    Response(
                        status: 200, headers: [HTTPHeader("x-path", request.path)],
                        body: request.body)
                )
            })
    }

    /// The handler needs the server that it is given to.
    final class ServerBox: Sendable {
        private let held = Mutex<HTTP2Server?>(nil)

        var server: HTTP2Server? {
            get { held.withLock { $0 } }
            set { held.withLock { $0 = newValue } }
        }
    }

    func send(
        _ requests: [OutgoingRequest], deadlineMilliseconds: Int = 20_000
    ) async -> [RequestOutcome] {
        await withCheckedContinuation { continuation in
            client.send(requests, deadlineMilliseconds: deadlineMilliseconds) {
                continuation.resume(returning: $0)
            }
        }
    }

    func post(
        _ body: [UInt8], path: String = "/echo", deadlineMilliseconds: Int = 20_000
    ) async -> RequestOutcome {
        let outcomes = await send(
            [OutgoingRequest(method: .post, path: path, body: body)],
            deadlineMilliseconds: deadlineMilliseconds)
        return outcomes[0]
    }

    func stop() {
        clientLoop.stop()
        serverLoop.stop()
    }
}

extension RequestOutcome {
    var response: ReceivedResponse? { if case .response(let answer) = self { answer } else { nil } }
    var failure: RequestFailure? { if case .failed(let failure) = self { failure } else { nil } }
}

/// Bytes that differ at every place, the same for the same seed. Cut from one table, since debug
/// code is slow.
func pattern(_ count: Int, seed: Int) -> [UInt8] {
    let start = (seed % 1_000) * 7
    return Array(table[start..<start + count])
}

private let table: [UInt8] = {
    var state: UInt32 = 2_654_435_761
    return (0..<8_010_000).map { _ in
        state ^= state << 13
        state ^= state >> 17
        state ^= state << 5
        return UInt8(truncatingIfNeeded: state)
    }
}()
