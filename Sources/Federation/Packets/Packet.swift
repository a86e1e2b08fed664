// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One packet of IBC v2 (ibc.core.channel.v2.Packet).
public struct Packet: Hashable, Sendable {
    /// Counts from 1 for each source client.
    public var sequence: UInt64
    /// The client of the destination chain, on the source chain.
    public var sourceClient: WireText
    /// The client of the source chain, on the destination chain.
    public var destinationClient: WireText
    /// Seconds since 1970. The destination takes the packet only in blocks before this moment.
    public var timeoutSeconds: UInt64
    public var payloads: [Payload]

    public init(
        sequence: UInt64, sourceClient: WireText, destinationClient: WireText,
        timeoutSeconds: UInt64, payloads: [Payload]
    ) {
        self.sequence = sequence
        self.sourceClient = sourceClient
        self.destinationClient = destinationClient
        self.timeoutSeconds = timeoutSeconds
        self.payloads = payloads
    }

    /// Bytes of all payload values together: ibc-go's own limit.
    public static let maxValueBytes = 262_144

    /// Payloads that are decoded at all. Valid packets have one; the format allows more, and the
    /// rest is refused by validation. This number bounds memory.
    public static let maxDecodedPayloads = 1024

    /// Throws the first fault, in the order in which ibc-go looks.
    public func validate() throws(PacketFault) {
        guard payloads.count == 1 else { throw .payloadCount(payloads.count) }
        var total = 0
        for payload in payloads {
            try payload.validate()
            total += payload.value.count
        }
        guard total <= Packet.maxValueBytes else {
            throw .valueTooLarge(got: total, limit: Packet.maxValueBytes)
        }
        do throws(IdentifierFault) {
            try Identifier.check(sourceClient, as: .channel)
        } catch { throw .sourceClient(error) }
        do throws(IdentifierFault) {
            try Identifier.check(destinationClient, as: .channel)
        } catch { throw .destinationClient(error) }
        guard sequence != 0 else { throw .zeroSequence }
        guard timeoutSeconds != 0 else { throw .zeroTimeout }
    }

    /// Whether a block at this time comes too late for the packet.
    public func hasElapsed(at time: Timestamp) -> Bool { time.unixSeconds >= timeoutSeconds }
}

extension Packet: ProtobufMessage {
    public init() {
        self.init(
            sequence: 0, sourceClient: "", destinationClient: "", timeoutSeconds: 0, payloads: [])
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: sequence = try reader.uint64(field)
        case 2: sourceClient = try reader.text(field)
        case 3: destinationClient = try reader.text(field)
        case 4: timeoutSeconds = try reader.uint64(field)
        case 5: try reader.append(field, to: &payloads, limit: Packet.maxDecodedPayloads)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint64(1, sequence)
        writer.text(2, sourceClient)
        writer.text(3, destinationClient)
        writer.uint64(4, timeoutSeconds)
        writer.messages(5, payloads)
    }
}

extension ProtobufReader {
    /// One element of a repeated message field.
    mutating func append<Message: ProtobufMessage>(
        _ field: ProtobufField, to list: inout [Message], limit: Int
    ) throws(WireError) {
        guard list.count < limit else { throw .tooLarge("repeated message", limit: limit) }
        var element = Message()
        try merge(field, into: &element)
        list.append(element)
    }
}
