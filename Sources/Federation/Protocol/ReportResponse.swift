// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// How a report was taken, and the header that was asked for. Source: peer.proto.
public struct ReportResponse: Hashable, Sendable {
    /// Of the misbehaviour; accepted where none was reported.
    public var outcome: DeliveryOutcome
    /// Stable code; empty when accepted.
    public var code: String
    public var detail: String
    public var retryAfterMilliseconds: UInt32
    /// The wanted header, last, after those that lead to it; empty: it is not held any more.
    public var wanted: ClientUpdate

    public init(
        outcome: DeliveryOutcome = .unspecified, code: String = "", detail: String = "",
        retryAfterMilliseconds: UInt32 = 0, wanted: ClientUpdate = ClientUpdate()
    ) {
        self.outcome = outcome
        self.code = code
        self.detail = detail
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.wanted = wanted
    }
}

extension ReportResponse: ProtobufMessage {
    public init() { self.init(outcome: .unspecified) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: outcome = DeliveryOutcome(rawValue: try reader.int32(field)) ?? .unspecified
        case 2: code = try reader.string(field)
        case 3: detail = try reader.string(field)
        case 4: retryAfterMilliseconds = try reader.uint32(field)
        case 5: try reader.merge(field, into: &wanted)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.int32(1, outcome.rawValue)
        writer.string(2, code)
        writer.string(3, detail)
        writer.uint32(4, retryAfterMilliseconds)
        if wanted != ClientUpdate() { writer.message(5, wanted) }
    }
}
