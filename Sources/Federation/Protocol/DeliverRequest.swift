// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Packets that the caller's chain committed. Source: peer.proto.
public struct DeliverRequest: Hashable, Sendable {
    /// Chain that committed the packets: the caller's own.
    public var chainID: String
    public var update: ClientUpdate
    /// Height of the header whose root the proofs lead to.
    public var proofHeight: Height
    public var packets: [PacketWithProof]

    public init(
        chainID: String = "",
        update: ClientUpdate = ClientUpdate(),
        proofHeight: Height = .zero,
        packets: [PacketWithProof] = []
    ) {
        self.chainID = chainID
        self.update = update
        self.proofHeight = proofHeight
        self.packets = packets
    }
}

extension DeliverRequest: ProtobufMessage {
    public init() {
        self.init(chainID: "")
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: chainID = try reader.string(field)
        case 2: try reader.merge(field, into: &update)
        case 3: try reader.merge(field, into: &proofHeight)
        case 4: try reader.append(field, to: &packets, limit: PeerLimits.itemsPerCall)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, chainID)
        if update != ClientUpdate() { writer.message(2, update) }
        if !proofHeight.isZero { writer.message(3, proofHeight) }
        writer.messages(4, packets)
    }
}
