// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A relayer delivers an acknowledgement.
public struct MsgAcknowledgement: Hashable, Sendable {
    public var packet: Packet
    public var acknowledgement: Acknowledgement
    /// MerkleProof of the acknowledgement's commitment at `proofHeight`.
    public var proofAcked: [UInt8]
    public var proofHeight: Height
    public var signer: WireText

    public init(
        packet: Packet, acknowledgement: Acknowledgement, proofAcked: [UInt8], proofHeight: Height,
        signer: WireText
    ) {
        self.packet = packet
        self.acknowledgement = acknowledgement
        self.proofAcked = proofAcked
        self.proofHeight = proofHeight
        self.signer = signer
    }
}

extension MsgAcknowledgement: ChainMessage {
    public static let typeURL = "/ibc.core.channel.v2.MsgAcknowledgement"

    public func validate(prefix: String) throws(PacketFault) {
        guard !proofAcked.isEmpty else { throw .emptyProof }
        try acknowledgement.validate()
        try check(signer: signer, prefix: prefix)
        try packet.validate()
    }
}

extension MsgAcknowledgement: ProtobufMessage {
    public init() {
        self.init(
            packet: Packet(), acknowledgement: Acknowledgement(), proofAcked: [],
            proofHeight: .zero, signer: "")
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &packet)
        case 2: try reader.merge(field, into: &acknowledgement)
        case 3: proofAcked = try reader.bytes(field)
        case 4: try reader.merge(field, into: &proofHeight)
        case 5: signer = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, packet)
        writer.message(2, acknowledgement)
        writer.bytes(3, proofAcked)
        writer.message(4, proofHeight)
        writer.text(5, signer)
    }
}
