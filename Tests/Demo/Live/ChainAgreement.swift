// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import TestSupport

/// Whether a source chain says of its packets what the relay's store says: no commitment is left,
/// and the application recorded the same end.
struct ChainAgreement {
    let world: World
    let city: City

    func check(_ packets: [Tracked], links: Links) throws -> [String] {
        let node = try world.node(city)
        var problems: [String] = []
        for packet in packets {
            let suffix = "\(packet.id.client)/\(packet.id.sequence)"
            let key = "outcome/\(suffix)"
            let values = try ["providentfund", "licence"].compactMap {
                try node.value(store: $0, key: Array(key.utf8))
            }.filter { !$0.isEmpty }
            guard let value = values.first, let outcome = try? JSON.parse(value) else {
                problems.append("\(city.name): the chain has no outcome of \(packet.id)")
                continue
            }
            let wanted: String =
                switch packet.expected {
                case .acknowledged: "acknowledged"
                case .refused: "refused"
                case .timedOut: "timed_out"
                }
            if outcome["result"]?.string != wanted {
                problems.append(
                    "\(city.name): the chain says \(outcome["result"]?.string ?? "nothing") of "
                        + "\(packet.id), expected \(wanted)")
            }
            if try isCommitted(packet, node) {
                problems.append("\(city.name): the commitment of \(packet.id) is still there")
            }
        }
        return problems
    }

    private func isCommitted(_ packet: Tracked, _ node: NodeClient) throws -> Bool {
        let key = PacketKey.commitment(WireText(packet.id.client), packet.id.sequence)
        return try node.value(store: "ibc", key: key).map { !$0.isEmpty } ?? false
    }
}
