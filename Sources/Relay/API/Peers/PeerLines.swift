// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayTransport

/// The connections to one peer's relay, one an address. Touched on the loop's thread alone.
final class PeerLines {
    private struct Line {
        let endpoint: Endpoint
        let http: HTTP2Client
        let grpc: GRPCClient
    }

    private let loop: EventLoop
    private let tls: TLSContext
    private let limits: TransportLimits
    private let onEvent: @Sendable (TransportEvent) -> Void
    private var lines: [Line] = []
    private var preferred = 0

    init(
        loop: EventLoop, tls: TLSContext, limits: TransportLimits,
        onEvent: @escaping @Sendable (TransportEvent) -> Void
    ) {
        self.loop = loop
        self.tls = tls
        self.limits = limits
        self.onEvent = onEvent
    }

    /// The caller for the address in use; nil: the members' list names none.
    var current: GRPCClient? { lines.isEmpty ? nil : lines[preferred % lines.count].grpc }

    /// The next address is tried from now on.
    func turn() { if !lines.isEmpty { preferred = (preferred + 1) % lines.count } }

    /// Addresses and keys are these from now on. Calls under way go on while the key that they are
    /// answered with stays pinned; those to an address that is gone get `grace` milliseconds.
    func set(_ peer: PeerChain, grace: Int) {
        let expected = ExpectedMember(
            divisionCode: peer.member.division.description,
            institutionCode: peer.member.institution.description,
            pins: peer.keyPins.compactMap { KeyPin(bytes: $0.bytes) })
        var old = lines
        lines = peer.endpoints.map { endpoint in
            if let place = old.firstIndex(where: { $0.endpoint == endpoint }) {
                let line = old.remove(at: place)
                line.http.expect(expected)
                return line
            }
            let http = HTTP2Client(
                loop: loop, host: endpoint.host, port: Int(endpoint.port), tls: tls,
                expected: expected, limits: limits, onEvent: onEvent,
                random: { Double.random(in: 0..<1) })
            return Line(
                endpoint: endpoint, http: http,
                grpc: GRPCClient(http: http, messageBytes: PeerLimits.messageBytes))
        }
        for line in old {
            line.http.expect(expected)
            line.http.drain()
            loop.schedule(afterMilliseconds: grace) { line.http.close() }
        }
    }

    /// New calls go over new connections, which show our certificate as it is now.
    func renew() {
        for line in lines { line.http.drain() }
    }

    func close() {
        for line in lines { line.http.close() }
    }
}
