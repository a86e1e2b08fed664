// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One verified header that a member holds of a chain, by its hash. Source: peer.proto.
public struct HeldHeader: Hashable, Sendable {
    public var chainID: String
    public var height: Height
    /// The family's header hash, 32 bytes.
    public var hash: [UInt8]

    public init(chainID: String = "", height: Height = .zero, hash: [UInt8] = []) {
        self.chainID = chainID
        self.height = height
        self.hash = hash
    }
}

extension HeldHeader: ProtobufMessage {
    public init() { self.init(chainID: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: chainID = try reader.string(field)
        case 2: try reader.merge(field, into: &height)
        case 3: hash = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, chainID)
        if !height.isZero { writer.message(2, height) }
        writer.bytes(3, hash)
    }
}
