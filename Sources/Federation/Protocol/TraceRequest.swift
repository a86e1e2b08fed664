// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Asks for the callee's part of one packet's timeline, or how the callee's chain stands.
/// Source: peer.proto.
public struct TraceRequest: Hashable, Sendable {
    /// The callee's own chain.
    public var chainID: String
    /// Whether the packet arrived at the callee's chain; false: it was sent there.
    public var isIncoming: Bool
    /// The client on the callee's chain that it came in or left by.
    public var clientID: String
    public var sequence: UInt64
    /// Asks how the chain stands instead of about a packet.
    public var asksChain: Bool

    public init(
        chainID: String = "", isIncoming: Bool = false, clientID: String = "", sequence: UInt64 = 0,
        asksChain: Bool = false
    ) {
        self.chainID = chainID
        self.isIncoming = isIncoming
        self.clientID = clientID
        self.sequence = sequence
        self.asksChain = asksChain
    }
}

extension TraceRequest: ProtobufMessage {
    public init() {
        self.init(chainID: "")
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: chainID = try reader.string(field)
        case 2: isIncoming = try reader.bool(field)
        case 3: clientID = try reader.string(field)
        case 4: sequence = try reader.uint64(field)
        case 5: asksChain = try reader.bool(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, chainID)
        writer.bool(2, isIncoming)
        writer.string(3, clientID)
        writer.uint64(4, sequence)
        writer.bool(5, asksChain)
    }
}
