// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Questions about the callee's chain. Source: peer.proto.
public struct ProveRequest: Hashable, Sendable {
    /// Chain asked about: the callee's own.
    public var chainID: String
    /// Height the caller trusts; the update in the answer starts from it.
    public var trustedHeight: Height
    /// The header of the answer must not be older than this, seconds since 1970 (for timeouts);
    /// zero: any.
    public var notBeforeUnixSeconds: UInt64
    public var questions: [Question]

    public init(
        chainID: String = "",
        trustedHeight: Height = .zero,
        notBeforeUnixSeconds: UInt64 = 0,
        questions: [Question] = []
    ) {
        self.chainID = chainID
        self.trustedHeight = trustedHeight
        self.notBeforeUnixSeconds = notBeforeUnixSeconds
        self.questions = questions
    }
}

extension ProveRequest: ProtobufMessage {
    public init() {
        self.init(chainID: "")
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: chainID = try reader.string(field)
        case 2: try reader.merge(field, into: &trustedHeight)
        case 3: notBeforeUnixSeconds = try reader.uint64(field)
        case 4: try reader.append(field, to: &questions, limit: PeerLimits.itemsPerCall)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, chainID)
        if !trustedHeight.isZero { writer.message(2, trustedHeight) }
        writer.uint64(3, notBeforeUnixSeconds)
        writer.messages(4, questions)
    }
}
