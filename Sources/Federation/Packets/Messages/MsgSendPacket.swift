// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// An application sends a packet.
public struct MsgSendPacket: Hashable, Sendable {
    public var sourceClient: WireText
    /// Seconds since 1970.
    public var timeoutSeconds: UInt64
    public var payloads: [Payload]
    public var signer: WireText

    public init(
        sourceClient: WireText, timeoutSeconds: UInt64, payloads: [Payload], signer: WireText
    ) {
        self.sourceClient = sourceClient
        self.timeoutSeconds = timeoutSeconds
        self.payloads = payloads
        self.signer = signer
    }
}

extension MsgSendPacket: ChainMessage {
    public static let typeURL = "/ibc.core.channel.v2.MsgSendPacket"

    /// Does not look at the size: that fails in the block only.
    public func validate(prefix: String) throws(PacketFault) {
        try check(client: sourceClient)
        guard timeoutSeconds != 0 else { throw .zeroTimeout }
        guard payloads.count == 1 else { throw .payloadCount(payloads.count) }
        try payloads[0].validate()
        try check(signer: signer, prefix: prefix)
    }
}

extension MsgSendPacket: ProtobufMessage {
    public init() { self.init(sourceClient: "", timeoutSeconds: 0, payloads: [], signer: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: sourceClient = try reader.text(field)
        case 2: timeoutSeconds = try reader.uint64(field)
        case 3: try reader.append(field, to: &payloads, limit: Packet.maxDecodedPayloads)
        case 4: signer = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, sourceClient)
        writer.uint64(2, timeoutSeconds)
        writer.messages(3, payloads)
        writer.text(4, signer)
    }
}
