// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The other end of a client, as a chain stores it.
public struct CounterpartyInfo: Hashable, Sendable {
    public var merklePrefix: [[UInt8]]
    public var clientID: WireText

    public init(merklePrefix: [[UInt8]], clientID: WireText) {
        self.merklePrefix = merklePrefix
        self.clientID = clientID
    }
}

extension CounterpartyInfo: ProtobufMessage {
    public init() { self.init(merklePrefix: [], clientID: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.append(field, to: &merklePrefix, limit: MerklePrefix.maxElements)
        case 2: clientID = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        for element in merklePrefix { writer.alwaysBytes(1, element) }
        writer.text(2, clientID)
    }
}
