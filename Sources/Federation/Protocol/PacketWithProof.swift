// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A packet and the proof of its commitment. Source: peer.proto.
public struct PacketWithProof: Hashable, Sendable {
    /// ibc.core.channel.v2.Packet, canonical bytes.
    public var packet: [UInt8]
    /// Proof of its commitment at proof_height.
    public var proof: [UInt8]

    public init(
        packet: [UInt8] = [],
        proof: [UInt8] = []
    ) {
        self.packet = packet
        self.proof = proof
    }
}

extension PacketWithProof: ProtobufMessage {
    public init() {
        self.init(packet: [])
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: packet = try reader.bytes(field)
        case 2: proof = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, packet)
        writer.bytes(2, proof)
    }
}
