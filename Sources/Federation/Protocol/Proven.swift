// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The answer to one question. Source: peer.proto.
public struct Proven: Hashable, Sendable {
    /// The stored value; empty when the key is absent.
    public var value: [UInt8]
    /// Proof of presence, or of absence where value is empty, at proof_height.
    public var proof: [UInt8]
    /// ibc.core.channel.v2.Acknowledgement, where the subject is one and the callee still knows it.
    public var acknowledgement: [UInt8]

    public init(
        value: [UInt8] = [],
        proof: [UInt8] = [],
        acknowledgement: [UInt8] = []
    ) {
        self.value = value
        self.proof = proof
        self.acknowledgement = acknowledgement
    }
}

extension Proven: ProtobufMessage {
    public init() {
        self.init(value: [])
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: value = try reader.bytes(field)
        case 2: proof = try reader.bytes(field)
        case 3: acknowledgement = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, value)
        writer.bytes(2, proof)
        writer.bytes(3, acknowledgement)
    }
}
