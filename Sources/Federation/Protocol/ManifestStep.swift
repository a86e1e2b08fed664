// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One version of the manifest on its way between relays: whole, or as the difference to the one
/// before. Source: peer.proto.
public struct ManifestStep: Hashable, Sendable {
    /// `SignedManifest`; empty where `difference` is given.
    public var signed: [UInt8]
    /// `ManifestDelta`, against the version before.
    public var difference: [UInt8]

    public init(signed: [UInt8] = [], difference: [UInt8] = []) {
        self.signed = signed
        self.difference = difference
    }

    public var byteCount: Int { signed.count + difference.count }
}

extension ManifestStep: ProtobufMessage {
    public init() { self.init(signed: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: signed = try reader.bytes(field)
        case 2: difference = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, signed)
        writer.bytes(2, difference)
    }
}
