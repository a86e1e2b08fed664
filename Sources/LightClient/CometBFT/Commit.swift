// SPDX-License-Identifier: Apache-2.0

/// The precommits of one round, one entry a validator in the order of the set: claimed, not
/// verified.
public struct Commit: Hashable, Sendable {
    public var height: Int64
    public var round: Int32
    public var blockID: BlockID
    public var signatures: [CommitSig]

    public init(height: Int64, round: Int32, blockID: BlockID, signatures: [CommitSig]) {
        self.height = height
        self.round = round
        self.blockID = blockID
        self.signatures = signatures
    }

    /// Spec: §1.3. Entries are judged at height 0 too.
    public func validate() throws(BlockError) {
        try blockID.validate()
        for (index, signature) in signatures.enumerated() { try signature.validate(index: index) }
        guard height >= 0 else { throw .heightNotPositive(height) }
        guard round >= 0 else { throw .negativeRound(round) }
        guard height >= 1 else { return }
        guard !blockID.isZero else { throw .commitForNothing }
        guard !signatures.isEmpty else { throw .noSignatures }
    }

    /// What the next header's last_commit_hash must be. Spec: §1.4.
    public func hash() -> Digest {
        BinaryMerkle.root(
            signatures.map { entry in
                var kept = entry
                kept.rawFlag = Int32(UInt8(truncatingIfNeeded: entry.rawFlag))
                return kept.encoded
            })
    }

    /// The bytes that the vote at `index` signs; nil for an absent one.
    public func signBytes(at index: Int, chainID: ChainID) -> [UInt8]? {
        let entry = signatures[index]
        switch entry.flag {
        case .commit: return voteTemplate(chainID: chainID).bytes(at: entry.timestamp)
        case .forNil: return nilVoteTemplate(chainID: chainID).bytes(at: entry.timestamp)
        case .absent, nil: return nil
        }
    }

    /// Sign bytes of the votes for the block, but for their times.
    func voteTemplate(chainID: ChainID) -> VoteSignBytes {
        VoteSignBytes(
            type: Vote.precommit, height: height, round: round, blockID: blockID, chainID: chainID)
    }

    /// Sign bytes of the votes for nil, but for their times.
    func nilVoteTemplate(chainID: ChainID) -> VoteSignBytes {
        VoteSignBytes(
            type: Vote.precommit, height: height, round: round, blockID: .zero, chainID: chainID)
    }
}

extension Commit: ProtobufMessage {
    public init() { self.init(height: 0, round: 0, blockID: .zero, signatures: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: height = try reader.int64(field)
        case 2: round = try reader.int32(field)
        case 3: try reader.merge(field, into: &blockID)
        case 4:
            try reader.append(
                field, to: &signatures, limit: ValidatorSet.maxMembers, "commit signatures")
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.int64(1, height)
        writer.int32(2, round)
        writer.message(3, blockID)
        writer.messages(4, signatures)
    }
}
