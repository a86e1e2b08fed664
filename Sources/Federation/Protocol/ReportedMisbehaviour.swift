// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Evidence against a chain, to be verified by whoever gets it. Source: peer.proto.
public struct ReportedMisbehaviour: Hashable, Sendable {
    /// Family of the chain's light client, for example "cometbft".
    public var family: String
    public var chainID: String
    /// The family's message (CometBFT: ICS-07 Misbehaviour).
    public var misbehaviour: [UInt8]
    /// Headers that lead to the heights which the accused ones build on.
    public var support: ClientUpdate

    public init(
        family: String = "", chainID: String = "", misbehaviour: [UInt8] = [],
        support: ClientUpdate = ClientUpdate()
    ) {
        self.family = family
        self.chainID = chainID
        self.misbehaviour = misbehaviour
        self.support = support
    }
}

extension ReportedMisbehaviour: ProtobufMessage {
    public init() { self.init(family: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: family = try reader.string(field)
        case 2: chainID = try reader.string(field)
        case 3: misbehaviour = try reader.bytes(field)
        case 4: try reader.merge(field, into: &support)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, family)
        writer.string(2, chainID)
        writer.bytes(3, misbehaviour)
        if support != ClientUpdate() { writer.message(4, support) }
    }
}
