// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// Every packet of the recording: what two real chains made of it.
@Suite struct RecordingPacketTests {
    static func packets() throws -> [JSON] {
        try RecordedChains.lines(try RecordedChains.folder(), "packets")
    }

    private func packet(_ line: JSON) throws -> Packet {
        let bytes = try #require(line["packet_hex"]?.hex)
        let packet = try Packet(reading: bytes)
        #expect(packet.encoded == bytes)
        return packet
    }

    @Test func `keys and commitments are the chains' own`() throws {
        let lines = try RecordingPacketTests.packets()
        #expect(!lines.isEmpty)
        for line in lines {
            let packet = try packet(line)
            #expect(packet.sequence == line["sequence"]?.uint64)
            #expect(packet.sourceClient.text == line["source_client"]?.string)
            #expect(packet.destinationClient.text == line["destination_client"]?.string)
            #expect(packet.timeoutSeconds == line["timeout_timestamp"]?.uint64)
            #expect(packet.commitment.bytes == line["commitment_hex"]?.hex)
            #expect(packet.commitmentKey == line["commitment_key_hex"]?.hex)
            #expect(packet.receiptKey == line["receipt_key_hex"]?.hex)
            #expect(packet.acknowledgementKey == line["ack_key_hex"]?.hex)
            try packet.validate()
        }
    }

    @Test func `acknowledgements commit to what the chains stored`() throws {
        var acknowledged = 0
        for line in try RecordingPacketTests.packets() {
            guard let bytes = line["acknowledgement_hex"]?.hex, !bytes.isEmpty else { continue }
            let acknowledgement = try Acknowledgement(reading: bytes)
            #expect(acknowledgement.encoded == bytes)
            #expect(acknowledgement.commitment.bytes == line["ack_commitment_hex"]?.hex)
            try acknowledgement.validate()
            acknowledged += 1
            guard let end = line["end"]?.string, end != "open" else { continue }
            #expect(acknowledgement.isSuccess == (end != "refused"))
        }
        #expect(acknowledged > 0)
    }

    @Test func `the events of every block lead to the packets, and back`() throws {
        var sent: Set<[UInt8]> = []
        var seen = 0
        for event in try RecordingPacketTests.events.get() {
            guard let packetEvent = try PacketEvent(event) else { continue }
            seen += 1
            if case .sent(let packet) = packetEvent { sent.insert(packet.encoded) }
            expectSame(packetEvent.emitted, event)
        }
        let recorded = Set(try RecordingPacketTests.packets().compactMap { $0["packet_hex"]?.hex })
        #expect(seen > recorded.count)
        #expect(recorded.isSubset(of: sent))
    }

    @Test func `client events read from the blocks are written the same`() throws {
        var seen = 0
        for event in try RecordingPacketTests.events.get() {
            guard let clientEvent = ClientEvent(event) else { continue }
            seen += 1
            expectSame(clientEvent.emitted, event)
        }
        #expect(seen > 0)
    }

    /// The same type, and the same attributes but for the SDK's additions.
    private func expectSame(_ ours: EmittedEvent, _ recorded: EmittedEvent) {
        #expect(ours.type == recorded.type)
        #expect(ours.attributes == recorded.attributes.filter { $0.key.isOwn })
    }

    /// The events of all blocks, read once for all tests.
    private static let events = Result { () throws -> [EmittedEvent] in
        var events: [JSON] = []
        for chain in try RecordedChains.chains() {
            for line in try RecordedChains.lines(chain, "block_results") {
                let result = line["response"]?["result"]
                events += result?["finalize_block_events"]?.array ?? []
                for transaction in result?["txs_results"]?.array ?? [] {
                    events += transaction["events"]?.array ?? []
                }
            }
        }
        return events.map { emitted($0) }
    }

    private static func emitted(_ json: JSON) -> EmittedEvent {
        EmittedEvent(
            json["type"]?.string ?? "",
            (json["attributes"]?.array ?? []).map {
                .init($0["key"]?.string ?? "", $0["value"]?.string ?? "")
            })
    }
}

extension String {
    /// Whether the attribute is the handler's, not the SDK's addition.
    fileprivate var isOwn: Bool { self != "msg_index" && self != "mode" }
}
