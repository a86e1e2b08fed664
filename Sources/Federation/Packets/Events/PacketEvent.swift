// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What happened to a packet, as IBC v2 emits it.
public enum PacketEvent: Hashable, Sendable {
    case sent(Packet)
    case received(Packet)
    case acknowledgementWritten(Packet, Acknowledgement)
    case acknowledged(Packet)
    case timedOut(Packet)

    public var packet: Packet {
        switch self {
        case .sent(let packet), .received(let packet), .acknowledgementWritten(let packet, _),
            .acknowledged(let packet), .timedOut(let packet):
            packet
        }
    }

    public var type: String {
        switch self {
        case .sent: "send_packet"
        case .received: "recv_packet"
        case .acknowledgementWritten: "write_acknowledgement"
        case .acknowledged: "acknowledge_packet"
        case .timedOut: "timeout_packet"
        }
    }

    public var emitted: EmittedEvent {
        let packet = packet
        var attributes: [EmittedEvent.Attribute] = [
            .init(Key.source, packet.sourceClient.text),
            .init(Key.destination, packet.destinationClient.text),
            .init(Key.sequence, String(packet.sequence)),
            .init(Key.timeout, String(packet.timeoutSeconds)),
            .init(Key.packet, Hex.encode(packet.encoded)),
        ]
        if case .acknowledgementWritten(_, let acknowledgement) = self {
            attributes.append(.init(Key.acknowledgement, Hex.encode(acknowledgement.encoded)))
        }
        return EmittedEvent(type, attributes)
    }

    private enum Key {
        static let source = "packet_source_client"
        static let destination = "packet_dest_client"
        static let sequence = "packet_sequence"
        static let timeout = "packet_timeout_timestamp"
        static let packet = "encoded_packet_hex"
        static let acknowledgement = "encoded_acknowledgement_hex"
    }
}

/// Why an event that claims to be of IBC v2 is not believed even as a hint.
public enum PacketEventError: Error, Hashable, Sendable {
    case badHex(attribute: String)
    case wire(WireError)
    /// The plain attribute and the encoded packet differ.
    case attributeMismatch(key: String, got: String?, encoded: String)
    case missingAcknowledgement
}

extension PacketEvent {
    /// Reads an event. Nil when it is no packet event of IBC v2: events of version 1 have the same
    /// types, but no encoded packet, and those of failed callbacks have renamed types. The encoded
    /// packet counts; plain attributes must agree with it.
    public init?(_ event: EmittedEvent) throws(PacketEventError) {
        guard let encoded = event[Key.packet] else { return nil }
        let make: (Packet) -> PacketEvent
        switch event.type {
        case "send_packet": make = { .sent($0) }
        case "recv_packet": make = { .received($0) }
        case "acknowledge_packet": make = { .acknowledged($0) }
        case "timeout_packet": make = { .timedOut($0) }
        case "write_acknowledgement":
            guard let text = event[Key.acknowledgement] else { throw .missingAcknowledgement }
            let acknowledgement: Acknowledgement = try PacketEvent.decode(
                text, Key.acknowledgement)
            make = { .acknowledgementWritten($0, acknowledgement) }
        default: return nil
        }
        let packet: Packet = try PacketEvent.decode(encoded, Key.packet)
        let plain = [
            (Key.source, packet.sourceClient.text),
            (Key.destination, packet.destinationClient.text),
            (Key.sequence, String(packet.sequence)),
            (Key.timeout, String(packet.timeoutSeconds)),
        ]
        for (key, value) in plain where event[key] != value {
            throw .attributeMismatch(key: key, got: event[key], encoded: value)
        }
        self = make(packet)
    }

    private static func decode<Message: ProtobufMessage>(
        _ text: String, _ attribute: String
    ) throws(PacketEventError) -> Message {
        guard let bytes = Hex.decode(text) else { throw .badHex(attribute: attribute) }
        do throws(WireError) {
            return try Message(reading: bytes)
        } catch { throw .wire(error) }
    }
}
