// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a city answers to a request for a disclosure: everything that the asker needs to verify it
/// alone, or the reason why nothing is disclosed. Source: peer.proto.
public struct DiscloseResponse: Hashable, Sendable {
    /// Why nothing is disclosed: a `CounterCode`. Empty where something is.
    public var code: String
    /// One sentence for people; names no person and no value.
    public var detail: String
    public var retryAfterMilliseconds: UInt32
    /// The record's blind index, 32 bytes: its key on the chain is `record/` and these.
    public var index: [UInt8]
    /// Leaves of the record's field tree; zero where the record is absent.
    public var leafCount: UInt32
    public var leaves: [ShownLeaf]
    /// The record's state as the chain holds it; empty where the chain proves that it is absent.
    public var state: [UInt8]
    /// Proof of the state, or of its absence, under the header of `proofHeight`.
    public var proof: [UInt8]
    public var proofHeight: Height
    /// From the height that the caller trusts to `proofHeight`.
    public var update: ClientUpdate
    /// The header of the chain's trust anchor, then those that lead to `proofHeight`: for whoever
    /// verifies the evidence later.
    public var lineage: ClientUpdate
    /// The grant under which it is disclosed.
    public var grant: String
    /// The access log's entry of this answer, signed by the callee; of a refusal too.
    public var entry: [UInt8]
    /// C2SP tlog-proof of the entry: its place, the path to the root and the signed checkpoint.
    public var logProof: [UInt8]

    public init(
        code: String = "", detail: String = "", retryAfterMilliseconds: UInt32 = 0,
        index: [UInt8] = [], leafCount: UInt32 = 0, leaves: [ShownLeaf] = [],
        state: [UInt8] = [], proof: [UInt8] = [], proofHeight: Height = .zero,
        update: ClientUpdate = ClientUpdate(), lineage: ClientUpdate = ClientUpdate(),
        grant: String = "", entry: [UInt8] = [], logProof: [UInt8] = []
    ) {
        self.code = code
        self.detail = detail
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.index = index
        self.leafCount = leafCount
        self.leaves = leaves
        self.state = state
        self.proof = proof
        self.proofHeight = proofHeight
        self.update = update
        self.lineage = lineage
        self.grant = grant
        self.entry = entry
        self.logProof = logProof
    }
}

extension DiscloseResponse: ProtobufMessage {
    public init() { self.init(code: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: code = try reader.string(field)
        case 2: detail = try reader.string(field)
        case 3: retryAfterMilliseconds = try reader.uint32(field)
        case 4: index = try reader.bytes(field)
        case 5: leafCount = try reader.uint32(field)
        case 6:
            try reader.append(
                field, to: &leaves, limit: PolicyQuestion.maxItems, "disclosed leaves")
        case 7: state = try reader.bytes(field)
        case 8: proof = try reader.bytes(field)
        case 9: try reader.merge(field, into: &proofHeight)
        case 10: try reader.merge(field, into: &update)
        case 11: try reader.merge(field, into: &lineage)
        case 12: grant = try reader.string(field)
        case 13: entry = try reader.bytes(field)
        case 14: logProof = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, code)
        writer.string(2, detail)
        writer.uint32(3, retryAfterMilliseconds)
        writer.bytes(4, index)
        writer.uint32(5, leafCount)
        writer.messages(6, leaves)
        writer.bytes(7, state)
        writer.bytes(8, proof)
        writer.message(9, proofHeight)
        writer.message(10, update)
        writer.message(11, lineage)
        writer.string(12, grant)
        writer.bytes(13, entry)
        writer.bytes(14, logProof)
    }
}
