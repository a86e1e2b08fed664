// SPDX-License-Identifier: Apache-2.0

import RelayLaboratory
import RelayTransport
import Synchronization
import TestSupport

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
