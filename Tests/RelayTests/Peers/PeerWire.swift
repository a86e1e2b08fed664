// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import RelayTransport

/// A test that plays one city's relay by hand: calls of the peer protocol with a certificate of its
/// choice.
struct PeerWire {
    let loop: EventLoop
    private let http: HTTP2Client
    private let grpc: GRPCClient

    init(
        to relay: PeerHarness.Relay, as credentials: Laboratory.Credentials,
        limits: TransportLimits = TransportLimits()
    ) throws {
        loop = try EventLoop(name: "wire")
        http = HTTP2Client(
            loop: loop, host: "127.0.0.1", port: relay.port,
            tls: try TLSContext(files: credentials.files, authorize: { _ in .accept }),
            expected: relay.credentials.expected, limits: limits, random: { 0.5 })
        grpc = GRPCClient(http: http, messageBytes: PeerLimits.messageBytes)
    }

    func stop() { loop.stop() }

    /// One call, its outcome as it came.
    func call(_ method: String, _ message: [UInt8]) async -> GRPCOutcome {
        let request = GRPCRequest(method: PeerLimits.service + method, message: message)
        return await withCheckedContinuation { continuation in
            grpc.call([request], deadlineMilliseconds: 20_000) {
                continuation.resume(returning: $0[0])
            }
        }
    }

    /// A delivery's answer. Throws when there was none.
    func deliver(_ request: DeliverRequest) async throws -> DeliverResponse {
        let outcome = await call("Deliver", request.encoded)
        guard case .message(let bytes, _) = outcome else {
            throw LaboratoryCity.Trouble("Deliver: \(outcome)")
        }
        return try DeliverResponse(reading: bytes)
    }
}

extension GRPCOutcome {
    var status: GRPCStatus? { if case .status(let status) = self { status } else { nil } }
    var message: [UInt8]? { if case .message(let bytes, _) = self { bytes } else { nil } }
    var failure: RequestFailure? { if case .failed(let failure) = self { failure } else { nil } }
}

/// What Beijing's relay would deliver, made by hand from Beijing's chain.
struct HandMadeDelivery {
    let city: LaboratoryCity
    /// Height of Beijing's chain that Hangzhou's relay trusts.
    let trusted: Height

    /// Hangzhou's relay as it stands: the newest height of Beijing's chain that it trusts.
    init(_ harness: PeerHarness) throws {
        city = harness.beijing.city
        let headers = try harness.hangzhou.journal().headers(chainID: city.chainID)
        guard let newest = headers.map(\.height).max() else {
            throw LaboratoryCity.Trouble("no header of \(city.chainID) is trusted")
        }
        trusted = newest
    }

    /// The packets with proofs under the header of `height`, and that header.
    func request(_ packets: [Packet], under height: UInt64, header: [UInt8]? = nil) throws
        -> DeliverRequest
    {
        DeliverRequest(
            chainID: city.chainID,
            update: ClientUpdate(
                headers: [try header ?? city.header(at: height, trusted: trusted.height)]),
            proofHeight: Height(revision: 1, height: height),
            packets: try packets.map {
                PacketWithProof(
                    packet: $0.encoded, proof: try city.proof($0.commitmentKey, under: height))
            })
    }
}
