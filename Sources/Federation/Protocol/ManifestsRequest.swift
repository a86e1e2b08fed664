// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Asks for later versions of the manifest than the caller has, and may offer some. Source:
/// peer.proto.
public struct ManifestsRequest: Hashable, Sendable {
    /// The version that holds at the sender.
    public var version: UInt64
    /// Its digest, 32 bytes.
    public var digest: [UInt8]
    /// Versions after the one that the callee named last, ascending. Verified as any other.
    public var offered: [ManifestStep]

    public init(version: UInt64 = 0, digest: [UInt8] = [], offered: [ManifestStep] = []) {
        self.version = version
        self.digest = digest
        self.offered = offered
    }
}

extension ManifestsRequest: ProtobufMessage {
    public init() { self.init(version: 0) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: version = try reader.uint64(field)
        case 2: digest = try reader.bytes(field)
        case 3:
            try reader.append(
                field, to: &offered, limit: PeerLimits.manifestsPerCall, "manifest versions")
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint64(1, version)
        writer.bytes(2, digest)
        writer.messages(3, offered)
    }
}
