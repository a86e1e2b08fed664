// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A relayer delivers a packet.
public struct MsgRecvPacket: Hashable, Sendable {
    public var packet: Packet
    /// MerkleProof of the packet's commitment at `proofHeight`.
    public var proofCommitment: [UInt8]
    public var proofHeight: Height
    public var signer: WireText

    public init(packet: Packet, proofCommitment: [UInt8], proofHeight: Height, signer: WireText) {
        self.packet = packet
        self.proofCommitment = proofCommitment
        self.proofHeight = proofHeight
        self.signer = signer
    }
}

extension MsgRecvPacket: ChainMessage {
    public static let typeURL = "/ibc.core.channel.v2.MsgRecvPacket"

    public func validate(prefix: String) throws(PacketFault) {
        guard !proofCommitment.isEmpty else { throw .emptyProof }
        try check(signer: signer, prefix: prefix)
        try packet.validate()
    }
}

extension MsgRecvPacket: ProtobufMessage {
    public init() {
        self.init(packet: Packet(), proofCommitment: [], proofHeight: .zero, signer: "")
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &packet)
        case 2: proofCommitment = try reader.bytes(field)
        case 3: try reader.merge(field, into: &proofHeight)
        case 4: signer = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, packet)
        writer.bytes(2, proofCommitment)
        writer.message(3, proofHeight)
        writer.text(4, signer)
    }
}
