// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The headers asked for. Source: peer.proto.
public struct FetchHeadersResponse: Hashable, Sendable {
    public var update: ClientUpdate

    public init(
        update: ClientUpdate = ClientUpdate()
    ) {
        self.update = update
    }
}

extension FetchHeadersResponse: ProtobufMessage {
    public init() {
        self.init(update: ClientUpdate())
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &update)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        if update != ClientUpdate() { writer.message(1, update) }
    }
}
