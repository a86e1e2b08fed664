// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What does the callee's chain hold for this client and sequence? Source: peer.proto.
public struct Question: Hashable, Sendable {
    public var subject: ProofSubject
    /// Client on the callee's chain.
    public var clientID: String
    public var sequence: UInt64

    public init(
        subject: ProofSubject = .unspecified,
        clientID: String = "",
        sequence: UInt64 = 0
    ) {
        self.subject = subject
        self.clientID = clientID
        self.sequence = sequence
    }
}

extension Question: ProtobufMessage {
    public init() {
        self.init(subject: .unspecified)
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: subject = ProofSubject(rawValue: try reader.int32(field)) ?? .unspecified
        case 2: clientID = try reader.string(field)
        case 3: sequence = try reader.uint64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.int32(1, subject.rawValue)
        writer.string(2, clientID)
        writer.uint64(3, sequence)
    }
}
