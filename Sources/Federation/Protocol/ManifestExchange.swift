// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Versions of the manifest between two relays, both ways in one shape. Source: peer.proto.
public struct ManifestExchange: Hashable, Sendable {
    /// The version that holds at the sender.
    public var version: UInt64
    /// Its digest, 32 bytes.
    public var digest: [UInt8]
    /// Ascending, as many as fit. In a request: versions after the one that the callee named last.
    /// In the answer: those after the caller's, as differences where the digest in the request is
    /// the callee's own of that version; otherwise the latest version, whole.
    public var versions: [ManifestStep]

    public init(version: UInt64 = 0, digest: [UInt8] = [], versions: [ManifestStep] = []) {
        self.version = version
        self.digest = digest
        self.versions = versions
    }
}

extension ManifestExchange: ProtobufMessage {
    public init() { self.init(version: 0) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: version = try reader.uint64(field)
        case 2: digest = try reader.bytes(field)
        case 3:
            try reader.append(
                field, to: &versions, limit: PeerLimits.manifestsPerCall, "manifest versions")
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint64(1, version)
        writer.bytes(2, digest)
        writer.messages(3, versions)
    }
}
