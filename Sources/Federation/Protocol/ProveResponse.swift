// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Answers in the order of the questions, or a wish to wait. Source: peer.proto.
public struct ProveResponse: Hashable, Sendable {
    public var update: ClientUpdate
    public var proofHeight: Height
    public var answers: [Proven]
    /// Set, with all else empty, when the chain has not reached not_before_unix_seconds yet.
    public var retryAfterMilliseconds: UInt32

    public init(
        update: ClientUpdate = ClientUpdate(),
        proofHeight: Height = .zero,
        answers: [Proven] = [],
        retryAfterMilliseconds: UInt32 = 0
    ) {
        self.update = update
        self.proofHeight = proofHeight
        self.answers = answers
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }
}

extension ProveResponse: ProtobufMessage {
    public init() {
        self.init(update: ClientUpdate())
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &update)
        case 2: try reader.merge(field, into: &proofHeight)
        case 3: try reader.append(field, to: &answers, limit: PeerLimits.itemsPerCall)
        case 4: retryAfterMilliseconds = try reader.uint32(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        if update != ClientUpdate() { writer.message(1, update) }
        if !proofHeight.isZero { writer.message(2, proofHeight) }
        writer.messages(3, answers)
        writer.uint32(4, retryAfterMilliseconds)
    }
}
