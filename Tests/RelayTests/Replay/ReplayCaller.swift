// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayAPI
import RelayLaboratory
import RelayTransport
import Synchronization

/// Calls one side's relay over mutual TLS with the other member's certificate.
final class ReplayCaller {
    enum Failure: Error { case noAnswer(String) }

    private let loop: EventLoop
    private let connection: HTTP2Client
    private let client: GRPCClient

    init(_ caller: ReplaySide, to callee: ReplaySide) throws {
        loop = try EventLoop(name: "caller")
        let tls = try TLSContext(files: caller.credentials.files) { _ in .accept }
        connection = HTTP2Client(
            loop: loop, host: "127.0.0.1", port: callee.daemon.port, tls: tls,
            expected: callee.credentials.expected, random: { 0.5 })
        client = GRPCClient(http: connection, messageBytes: PeerLimits.messageBytes)
    }

    func close() {
        connection.close()
        loop.stop()
    }

    func deliver(_ request: DeliverRequest) throws -> DeliverResponse {
        try DeliverResponse(reading: call("Deliver", request.encoded))
    }

    func acknowledge(_ request: AcknowledgeRequest) throws -> AcknowledgeResponse {
        try AcknowledgeResponse(reading: call("Acknowledge", request.encoded))
    }

    /// Asks again for a while where the relay is busy with the other member's own calls.
    private func call(_ method: String, _ message: [UInt8]) throws -> [UInt8] {
        var last = "no answer"
        for _ in 0..<50 {
            switch exchange(GRPCRequest(method: PeerLimits.service + method, message: message)) {
            case .message(let bytes, _): return bytes
            case .status(let status): last = "\(status.code): \(status.message)"
            case .failed(let failure): last = failure.error.description
            case nil: break
            }
            usleep(20_000)
        }
        throw Failure.noAnswer("\(method): \(last)")
    }

    private func exchange(_ request: GRPCRequest) -> GRPCOutcome? {
        let answer = ReplayAnswer()
        client.call([request], deadlineMilliseconds: 10_000) { outcomes in
            answer.value.withLock { $0 = outcomes }
        }
        while true {
            if let outcomes = answer.value.withLock({ $0 }) { return outcomes.first }
            usleep(100)
        }
    }
}

private final class ReplayAnswer: Sendable {
    let value = Mutex<[GRPCOutcome]?>(nil)
}
