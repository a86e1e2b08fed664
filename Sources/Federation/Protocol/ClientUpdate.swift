// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Headers in order of height; each is verifiable from a trusted height or from the one before.
/// Source: peer.proto.
public struct ClientUpdate: Hashable, Sendable {
    /// Family-specific client messages (CometBFT: ICS-07 Header).
    public var headers: [[UInt8]]

    public init(
        headers: [[UInt8]] = []
    ) {
        self.headers = headers
    }
}

extension ClientUpdate: ProtobufMessage {
    public init() {
        self.init(headers: [])
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.append(field, to: &headers, limit: PeerLimits.headersPerUpdate)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        for value in headers { writer.alwaysBytes(1, value) }
    }
}
