// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

@Suite struct PacketEventTests {
    static let events: [PacketEvent] = [
        .sent(PacketSample.p1), .received(PacketSample.p1), .acknowledged(PacketSample.p1),
        .timedOut(PacketSample.p1),
        .acknowledgementWritten(PacketSample.p1, Acknowledgement([[1, 2]])),
    ]

    @Test(arguments: events)
    func `an event read from what was emitted is the same`(event: PacketEvent) throws {
        #expect(try PacketEvent(event.emitted) == event)
        var indexed = event.emitted
        indexed.attributes.append(.init("msg_index", "3"))
        #expect(try PacketEvent(indexed) == event)
        #expect(try PacketEvent(event.emitted.renamedAsCallbackError) == nil)
    }

    @Test func `a version 1 event of the same type is not ours`() throws {
        let event = EmittedEvent(
            "send_packet",
            [.init("packet_src_channel", "channel-0"), .init("packet_data_hex", "00")])
        #expect(try PacketEvent(event) == nil)
    }

    @Test(arguments: [
        "packet_source_client", "packet_dest_client", "packet_sequence", "packet_timeout_timestamp",
    ])
    func `a plain attribute that differs from the encoded packet is refused`(key: String) {
        var event = PacketEvent.sent(PacketSample.p1).emitted
        for index in event.attributes.indices where event.attributes[index].key == key {
            event.attributes[index].value = "7"
        }
        #expect(throws: PacketEventError.self) { try PacketEvent(event) }
        event.attributes.removeAll { $0.key == key }
        #expect(throws: PacketEventError.self) { try PacketEvent(event) }
    }

    @Test func `bad hex, bad bytes and a missing acknowledgement are refused`() {
        var event = PacketEvent.acknowledgementWritten(PacketSample.p1, Acknowledgement([[1]]))
            .emitted
        event.attributes.removeLast()
        #expect(throws: PacketEventError.missingAcknowledgement) { try PacketEvent(event) }
        for text in ["0", "zz", "0a"] {
            var event = PacketEvent.sent(PacketSample.p1).emitted
            event.attributes[4].value = text
            #expect(throws: PacketEventError.self) { try PacketEvent(event) }
        }
    }

    static let clientEvents: [ClientEvent] = [
        .created(
            client: "07-tendermint-0", type: "07-tendermint", height: Height(revision: 1, height: 3)
        ),
        .updated(
            client: "07-tendermint-0", type: "07-tendermint", height: Height(revision: 1, height: 4)
        ),
        .updated(client: "07-tendermint-0", type: "07-tendermint", height: nil),
        .upgraded(
            client: "07-tendermint-0", type: "07-tendermint", height: Height(revision: 2, height: 1)
        ),
        .misbehaviour(client: "07-tendermint-0", type: "07-tendermint"),
        .recovered(client: "07-tendermint-0", type: "07-tendermint"),
    ]

    @Test(arguments: clientEvents)
    func `a client event read from what was emitted is the same`(event: ClientEvent) {
        #expect(ClientEvent(event.emitted) == event)
    }
}
