// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What the caller says of itself. Source: peer.proto.
public struct HandshakeRequest: Hashable, Sendable {
    /// Version of this protocol: 1. A peer that does not speak it answers FAILED_PRECONDITION.
    public var protocolVersion: UInt32
    /// Version number of the topology the sender runs with.
    public var topologyVersion: UInt64
    /// SHA-256 of the canonical form of that topology, 32 bytes.
    public var topologyDigest: [UInt8]
    /// Chain id of the sender's own chain.
    public var chainID: String
    /// The sender's clock, nanoseconds since 1970-01-01T00:00:00Z.
    public var clockUnixNanoseconds: Int64
    /// The light client of the receiver's chain that the sender's chain hosts; empty: none yet.
    public var clientID: String
    /// Highest height of the receiver's chain that the sender trusts and that its chain's client
    /// stores.
    public var trustedHeight: Height
    /// Name and version of the sender's software, for people.
    public var software: String

    public init(
        protocolVersion: UInt32 = 0,
        topologyVersion: UInt64 = 0,
        topologyDigest: [UInt8] = [],
        chainID: String = "",
        clockUnixNanoseconds: Int64 = 0,
        clientID: String = "",
        trustedHeight: Height = .zero,
        software: String = ""
    ) {
        self.protocolVersion = protocolVersion
        self.topologyVersion = topologyVersion
        self.topologyDigest = topologyDigest
        self.chainID = chainID
        self.clockUnixNanoseconds = clockUnixNanoseconds
        self.clientID = clientID
        self.trustedHeight = trustedHeight
        self.software = software
    }
}

extension HandshakeRequest: ProtobufMessage {
    public init() {
        self.init(protocolVersion: 0)
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: protocolVersion = try reader.uint32(field)
        case 2: topologyVersion = try reader.uint64(field)
        case 3: topologyDigest = try reader.bytes(field)
        case 4: chainID = try reader.string(field)
        case 5: clockUnixNanoseconds = try reader.int64(field)
        case 6: clientID = try reader.string(field)
        case 7: try reader.merge(field, into: &trustedHeight)
        case 8: software = try reader.string(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint32(1, protocolVersion)
        writer.uint64(2, topologyVersion)
        writer.bytes(3, topologyDigest)
        writer.string(4, chainID)
        writer.int64(5, clockUnixNanoseconds)
        writer.string(6, clientID)
        if !trustedHeight.isZero { writer.message(7, trustedHeight) }
        writer.string(8, software)
    }
}
