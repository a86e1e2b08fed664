// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One outcome an acknowledgement, in the order of the request. Source: peer.proto.
public struct AcknowledgeResponse: Hashable, Sendable {
    /// One entry for each acknowledgement of the request, in its order.
    public var outcomes: [PacketOutcome]
    public var trustedHeight: Height

    public init(
        outcomes: [PacketOutcome] = [],
        trustedHeight: Height = .zero
    ) {
        self.outcomes = outcomes
        self.trustedHeight = trustedHeight
    }
}

extension AcknowledgeResponse: ProtobufMessage {
    public init() {
        self.init(outcomes: [])
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.append(field, to: &outcomes, limit: PeerLimits.itemsPerCall)
        case 2: try reader.merge(field, into: &trustedHeight)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.messages(1, outcomes)
        if !trustedHeight.isZero { writer.message(2, trustedHeight) }
    }
}
