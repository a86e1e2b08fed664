// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What `EvidenceRecord.evidence` holds: the two client messages that contradict each other, and
/// headers that lead to the heights which they build on. Nothing here is trusted by itself.
public struct EvidenceBody: Hashable, Sendable {
    /// Family-specific client message; empty where it is no longer known (a trust anchor).
    public var first: [UInt8]
    public var second: [UInt8]
    /// Client messages, ascending by height, for whoever does not trust those heights.
    public var support: [[UInt8]]

    public init(first: [UInt8], second: [UInt8], support: [[UInt8]] = []) {
        self.first = first
        self.second = second
        self.support = support
    }

    /// Whether somebody else can verify it.
    public var isComplete: Bool { !first.isEmpty && !second.isEmpty }
}

extension EvidenceBody: ProtobufMessage {
    public init() { self.init(first: [], second: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: first = try reader.bytes(field)
        case 2: second = try reader.bytes(field)
        case 3: try reader.append(field, to: &support, limit: Families.maxSupport)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.alwaysBytes(1, first)
        writer.alwaysBytes(2, second)
        for message in support { writer.alwaysBytes(3, message) }
    }
}
