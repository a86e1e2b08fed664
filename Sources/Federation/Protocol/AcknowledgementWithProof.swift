// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// An acknowledgement, its packet, and the proof of its commitment. Source: peer.proto.
public struct AcknowledgementWithProof: Hashable, Sendable {
    /// The acknowledged packet: ibc.core.channel.v2.Packet.
    public var packet: [UInt8]
    /// ibc.core.channel.v2.Acknowledgement.
    public var acknowledgement: [UInt8]
    /// Proof of the acknowledgement's commitment at proof_height.
    public var proof: [UInt8]

    public init(
        packet: [UInt8] = [],
        acknowledgement: [UInt8] = [],
        proof: [UInt8] = []
    ) {
        self.packet = packet
        self.acknowledgement = acknowledgement
        self.proof = proof
    }
}

extension AcknowledgementWithProof: ProtobufMessage {
    public init() {
        self.init(packet: [])
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: packet = try reader.bytes(field)
        case 2: acknowledgement = try reader.bytes(field)
        case 3: proof = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, packet)
        writer.bytes(2, acknowledgement)
        writer.bytes(3, proof)
    }
}
