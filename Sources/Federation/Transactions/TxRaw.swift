// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A transaction as it travels: its parts as the bytes that were signed
/// (cosmos.tx.v1beta1.TxRaw).
public struct TxRaw: Hashable, Sendable {
    public var bodyBytes: [UInt8]
    public var authInfoBytes: [UInt8]
    /// One per signer, in their order.
    public var signatures: [[UInt8]]

    public init(bodyBytes: [UInt8], authInfoBytes: [UInt8], signatures: [[UInt8]]) {
        self.bodyBytes = bodyBytes
        self.authInfoBytes = authInfoBytes
        self.signatures = signatures
    }
}

extension TxRaw: ProtobufMessage {
    public init() { self.init(bodyBytes: [], authInfoBytes: [], signatures: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: bodyBytes = try reader.bytes(field)
        case 2: authInfoBytes = try reader.bytes(field)
        case 3: try reader.append(field, to: &signatures, limit: TxLimits.maxSigners)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, bodyBytes)
        writer.bytes(2, authInfoBytes)
        for element in signatures { writer.alwaysBytes(3, element) }
    }
}
