// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One signer (cosmos.tx.v1beta1.SignerInfo).
public struct SignerInfo: Hashable, Sendable {
    public var publicKey: ProtobufAny?
    public var modeInfo: ModeInfo?
    /// The account's sequence; 0 is omitted.
    public var sequence: UInt64

    public init(publicKey: ProtobufAny?, modeInfo: ModeInfo?, sequence: UInt64) {
        self.publicKey = publicKey
        self.modeInfo = modeInfo
        self.sequence = sequence
    }
}

extension SignerInfo: ProtobufMessage {
    public init() { self.init(publicKey: nil, modeInfo: nil, sequence: 0) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &publicKey)
        case 2: try reader.merge(field, into: &modeInfo)
        case 3: sequence = try reader.uint64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, publicKey)
        writer.message(2, modeInfo)
        writer.uint64(3, sequence)
    }
}
