// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a member tells another of third chains. Source: peer.proto.
public struct ReportRequest: Hashable, Sendable {
    /// The caller's own chain.
    public var chainID: String
    /// Newest verified headers that the caller holds and has not told yet.
    public var held: [HeldHeader]
    /// Nil: none.
    public var misbehaviour: ReportedMisbehaviour?
    /// A header that the callee said it holds; nil: none is asked for.
    public var wanted: HeldHeader?

    public init(
        chainID: String = "", held: [HeldHeader] = [], misbehaviour: ReportedMisbehaviour? = nil,
        wanted: HeldHeader? = nil
    ) {
        self.chainID = chainID
        self.held = held
        self.misbehaviour = misbehaviour
        self.wanted = wanted
    }
}

extension ReportRequest: ProtobufMessage {
    public init() { self.init(chainID: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: chainID = try reader.string(field)
        case 2: try reader.append(field, to: &held, limit: PeerLimits.itemsPerCall)
        case 3: try reader.merge(field, into: &misbehaviour)
        case 4: try reader.merge(field, into: &wanted)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, chainID)
        writer.messages(2, held)
        writer.message(3, misbehaviour)
        writer.message(4, wanted)
    }
}
