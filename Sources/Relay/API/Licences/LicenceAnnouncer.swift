// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import RelayTransport

/// Tells every linked city's chain which institution our record office speaks for and the key to
/// seal to it. Looks from time to time: a city that was linked since, or did not hear, is told.
final class LicenceAnnouncer: Sendable {
    private let office: LicenceOffice
    private let ports: PortSubmission
    private let loop: EventLoop
    private let clients: @Sendable () -> [String]
    private let now: @Sendable () -> Timestamp
    private let milliseconds: Int

    init(
        loop: EventLoop, office: LicenceOffice, ports: PortSubmission, milliseconds: Int,
        clients: @escaping @Sendable () -> [String], now: @escaping @Sendable () -> Timestamp
    ) {
        self.loop = loop
        self.office = office
        self.ports = ports
        self.milliseconds = milliseconds
        self.clients = clients
        self.now = now
    }

    func start() { _ = loop.post { [self] in look() } }

    private func look() {
        for client in clients() { look(client) }
        loop.schedule(afterMilliseconds: milliseconds) { [weak self] in self?.look() }
    }

    private func look(_ client: String) {
        let key = Array("announced/\(client)".utf8)
        ports.read(store: LicencePacket.port, keys: [key]) { [self] answer in
            guard case .success(let announced) = answer else { return }
            office.card { [self] card in
                // Told once, and again when the office has another key.
                guard case .success(let packet) = card,
                    case .office(let told)? = try? LicencePacket(reading: packet),
                    announced.values.first != told.sealingKey
                else { return }
                let port = WireText(LicencePacket.port)
                // What does not come about is tried at the next look.
                ports.send(
                    [
                        Payload(
                            sourcePort: port, destinationPort: port,
                            version: WireText(LicencePacket.version),
                            encoding: WireText(LicencePacket.encoding), value: packet)
                    ], client: client,
                    timeoutSeconds: now().unixSeconds + LicenceService.packetSeconds
                ) { _ in }
            }
        }
    }
}
