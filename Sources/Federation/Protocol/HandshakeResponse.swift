// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What the callee says of itself. Source: peer.proto.
public struct HandshakeResponse: Hashable, Sendable {
    public var protocolVersion: UInt32
    public var topologyVersion: UInt64
    public var topologyDigest: [UInt8]
    public var chainID: String
    public var clockUnixNanoseconds: Int64
    public var clientID: String
    public var trustedHeight: Height
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

extension HandshakeResponse: ProtobufMessage {
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
