// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient
import RelayStore
package import RelayTransport

/// A test that plays one city's relay by hand: calls of the peer protocol with a certificate of its
/// choice.
package struct PeerWire {
    package let loop: EventLoop
    private let http: HTTP2Client
    private let grpc: GRPCClient

    package init(
        to relay: PeerHarness.Relay, as credentials: Laboratory.Credentials,
        limits: TransportLimits = TransportLimits(), port: Int? = nil
    ) throws {
        loop = try EventLoop(name: "wire")
        http = HTTP2Client(
            loop: loop, host: "127.0.0.1", port: port ?? relay.port,
            tls: try TLSContext(files: credentials.files, authorize: { _ in .accept }),
            expected: relay.credentials.expected, limits: limits, random: { 0.5 })
        grpc = GRPCClient(http: http, messageBytes: PeerLimits.messageBytes)
    }

    package func stop() { loop.stop() }

    /// One call, its outcome as it came.
    package func call(_ method: String, _ message: [UInt8]) async -> GRPCOutcome {
        let request = GRPCRequest(method: PeerLimits.service + method, message: message)
        return await withCheckedContinuation { continuation in
            grpc.call([request], deadlineMilliseconds: 20_000) {
                continuation.resume(returning: $0[0])
            }
        }
    }

    /// A delivery's answer. Throws when there was none.
    package func deliver(_ request: DeliverRequest) async throws -> DeliverResponse {
        let outcome = await call("Deliver", request.encoded)
        guard case .message(let bytes, _) = outcome else {
            throw LaboratoryCity.Trouble("Deliver: \(outcome)")
        }
        return try DeliverResponse(reading: bytes)
    }
}

extension GRPCOutcome {
    package var status: GRPCStatus? { if case .status(let status) = self { status } else { nil } }
    package var message: [UInt8]? { if case .message(let bytes, _) = self { bytes } else { nil } }
    package var failure: RequestFailure? {
        if case .failed(let failure) = self { failure } else { nil }
    }
}
