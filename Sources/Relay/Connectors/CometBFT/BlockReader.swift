// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
package import RelayEngine

package import struct RelayEngine.HostedUpdate
package import struct RelayEngine.PacketEvent

/// Reads one block's results: what happened to packets, to hosted clients and to our own
/// transactions. Events are hints; what counts is proven later.
package struct BlockReader: Sendable {
    /// Bech32 address of our signing account.
    package let account: String

    package init(account: String) { self.account = account }

    /// One transaction of ours as the events show it: its hash is not among them.
    package struct OwnTransaction: Hashable, Sendable {
        /// Place in the block.
        package let index: Int
        /// Base64 of its signature.
        package let signature: String
        package let result: TransactionResult
        package let gasUsed: UInt64
        package let createdClient: String
    }

    package struct Reading: Hashable, Sendable {
        package var events: [PacketEvent] = []
        package var clientUpdates: [HostedUpdate] = []
        package var transactions: [OwnTransaction] = []
        /// Packet events that could not be read, by their type: a fault of the node or of ours.
        package var unreadable: [String] = []
    }

    package func read(_ results: RPCBlockResults) -> Reading {
        var reading = Reading()
        for (index, transaction) in (results.txs_results ?? []).enumerated() {
            let events = transaction.events ?? []
            if transaction.code == 0 { collect(events, into: &reading) }
            if let own = ownTransaction(transaction, events, index) {
                reading.transactions.append(own)
            }
        }
        collect(results.finalize_block_events ?? [], into: &reading)
        return reading
    }

    private func collect(_ events: [RPCEvent], into reading: inout Reading) {
        for event in events {
            switch event.type {
            case "update_client", "create_client": collectUpdate(event, into: &reading)
            default:
                guard let kind = BlockReader.kind(event.type),
                    let text = event["encoded_packet_hex"]
                else { continue }
                guard let packetEvent = read(event, kind, text) else {
                    reading.unreadable.append(event.type)
                    continue
                }
                reading.events.append(packetEvent)
            }
        }
    }

    /// IBC v1 events carry the same names without `encoded_packet_hex`: they are no concern of
    /// ours.
    private static func kind(_ type: String) -> PacketEvent.Kind? {
        switch type {
        case "send_packet": .send
        case "recv_packet": .receive
        case "write_acknowledgement": .writeAcknowledgement
        case "acknowledge_packet": .acknowledge
        case "timeout_packet": .timeout
        default: nil
        }
    }

    /// Everything is derived from the encoded packet; the plain attributes must agree with it.
    private func read(_ event: RPCEvent, _ kind: PacketEvent.Kind, _ text: String) -> PacketEvent? {
        guard let bytes = Hex.decode(text), let packet = try? PacketSummary(encoded: bytes),
            event["packet_source_client"] == packet.sourceClient,
            event["packet_dest_client"] == packet.destinationClient,
            event["packet_sequence"] == "\(packet.sequence)"
        else { return nil }
        guard kind == .writeAcknowledgement else { return PacketEvent(kind: kind, packet: packet) }
        guard let hex = event["encoded_acknowledgement_hex"], let bytes = Hex.decode(hex) else {
            return nil
        }
        return PacketEvent(kind: kind, packet: packet, acknowledgement: bytes)
    }

    private func collectUpdate(_ event: RPCEvent, into reading: inout Reading) {
        guard let client = event["client_id"],
            let texts = event["consensus_heights"]
                ?? event["consensus_height"]
        else { return }
        for text in texts.split(separator: ",") {
            if let height = Height(text) {
                reading.clientUpdates.append(HostedUpdate(client: client, height: height))
            }
        }
    }

    private func ownTransaction(
        _ result: RPCTxResult, _ events: [RPCEvent], _ index: Int
    ) -> OwnTransaction? {
        let prefix = "\(account)/"
        let isOurs = events.contains {
            $0.type == "tx" && ($0["acc_seq"]?.hasPrefix(prefix) ?? false)
        }
        guard isOurs,
            let signature = events.lazy.compactMap({ $0.type == "tx" ? $0["signature"] : nil })
                .first
        else { return nil }
        return OwnTransaction(
            index: index, signature: signature, result: result.judgement,
            gasUsed: UInt64(clamping: result.gas_used.value),
            createdClient: result.createdClient)
    }
}

extension RPCTxResult {
    /// How the chain judged it. A node's log can hold raw bytes: they are escaped here.
    var judgement: TransactionResult {
        TransactionResult(codespace: codespace, code: code, log: NodeError.clean(log))
    }

    /// Id of the client that it created; empty: none.
    var createdClient: String {
        (events ?? []).first { $0.type == "create_client" }?["client_id"] ?? ""
    }

    /// Sequences of the packets that it sent.
    var sentPackets: [UInt64] {
        (events ?? []).filter { $0.type == "send_packet" }
            .compactMap { $0["packet_sequence"].flatMap { UInt64($0) } }
    }
}

extension RPCEvent {
    subscript(_ key: String) -> String? {
        attributes.first { $0.key == key }?.value
    }
}
