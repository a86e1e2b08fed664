// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What became of one packet or acknowledgement. Source: peer.proto.
public struct PacketOutcome: Hashable, Sendable {
    /// Client and sequence name the packet on its source chain.
    public var sourceClient: String
    public var sequence: UInt64
    public var outcome: DeliveryOutcome
    /// Stable error code, empty when accepted.
    public var code: String
    /// One sentence for people: what is known and what to do next.
    public var detail: String
    public var retryAfterMilliseconds: UInt32

    public init(
        sourceClient: String = "",
        sequence: UInt64 = 0,
        outcome: DeliveryOutcome = .unspecified,
        code: String = "",
        detail: String = "",
        retryAfterMilliseconds: UInt32 = 0
    ) {
        self.sourceClient = sourceClient
        self.sequence = sequence
        self.outcome = outcome
        self.code = code
        self.detail = detail
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }
}

extension PacketOutcome: ProtobufMessage {
    public init() {
        self.init(sourceClient: "")
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: sourceClient = try reader.string(field)
        case 2: sequence = try reader.uint64(field)
        case 3: outcome = DeliveryOutcome(rawValue: try reader.int32(field)) ?? .unspecified
        case 4: code = try reader.string(field)
        case 5: detail = try reader.string(field)
        case 6: retryAfterMilliseconds = try reader.uint32(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, sourceClient)
        writer.uint64(2, sequence)
        writer.int32(3, outcome.rawValue)
        writer.string(4, code)
        writer.string(5, detail)
        writer.uint32(6, retryAfterMilliseconds)
    }
}
