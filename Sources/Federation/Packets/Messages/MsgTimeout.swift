// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A relayer proves that a packet was not received before its deadline.
public struct MsgTimeout: Hashable, Sendable {
    public var packet: Packet
    /// MerkleProof that the receipt is absent at `proofHeight`.
    public var proofUnreceived: [UInt8]
    public var proofHeight: Height
    /// Field 5: ibc-go leaves 4 out.
    public var signer: WireText

    public init(packet: Packet, proofUnreceived: [UInt8], proofHeight: Height, signer: WireText) {
        self.packet = packet
        self.proofUnreceived = proofUnreceived
        self.proofHeight = proofHeight
        self.signer = signer
    }
}

extension MsgTimeout: ChainMessage {
    public static let typeURL = "/ibc.core.channel.v2.MsgTimeout"

    public func validate(prefix: String) throws(PacketFault) {
        guard !proofUnreceived.isEmpty else { throw .emptyProof }
        try check(signer: signer, prefix: prefix)
        try packet.validate()
    }
}

extension MsgTimeout: ProtobufMessage {
    public init() {
        self.init(packet: Packet(), proofUnreceived: [], proofHeight: .zero, signer: "")
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &packet)
        case 2: proofUnreceived = try reader.bytes(field)
        case 3: try reader.merge(field, into: &proofHeight)
        case 5: signer = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, packet)
        writer.bytes(2, proofUnreceived)
        writer.message(3, proofHeight)
        writer.text(5, signer)
    }
}
