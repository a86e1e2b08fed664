// SPDX-License-Identifier: Apache-2.0

/// Two votes of one validator for different blocks in one round.
public struct DuplicateVoteEvidence: Hashable, Sendable {
    public var voteA: Vote?
    public var voteB: Vote?
    public var totalVotingPower: Int64
    public var validatorPower: Int64
    public var timestamp: Timestamp

    /// Both votes keep the basic rules and stand in the order of their block ids. The signatures
    /// are for the chain to check.
    public func validate() throws(BlockError) {
        guard let voteA else { throw .missing("vote_a") }
        guard let voteB else { throw .missing("vote_b") }
        try voteA.validate()
        try voteB.validate()
        let first = voteA.blockID.hash + voteA.blockID.parts.encoded
        let second = voteB.blockID.hash + voteB.blockID.parts.encoded
        guard first.lexicographicallyPrecedes(second) else { throw .evidenceOrder }
    }
}

/// A header that the chain never made, signed by enough validators to fool a light client.
public struct LightClientAttackEvidence: Hashable, Sendable {
    public var conflictingBlock: LightBlock?
    public var commonHeight: Int64
    public var byzantineValidators: [Validator]
    public var totalVotingPower: Int64
    public var timestamp: Timestamp

    public func validate() throws(BlockError) {
        guard let block = conflictingBlock, let header = block.signedHeader?.header else {
            throw .missing("conflicting block")
        }
        for validator in byzantineValidators { _ = try validator.publicKey.key() }
        try block.validate(chainID: header.chainID)
        guard totalVotingPower > 0 else { throw .evidencePower(totalVotingPower) }
        guard commonHeight > 0, commonHeight <= header.height else {
            throw .evidenceHeight(common: commonHeight, conflicting: header.height)
        }
    }
}

/// One piece of evidence, as a block carries it and `broadcast_evidence` takes it.
public struct Evidence: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case duplicateVote(DuplicateVoteEvidence)
        case lightClientAttack(LightClientAttackEvidence)
    }

    public var kind: Kind?

    public init(_ kind: Kind?) { self.kind = kind }

    public func validate() throws(BlockError) {
        switch kind {
        case .duplicateVote(let evidence): try evidence.validate()
        case .lightClientAttack(let evidence): try evidence.validate()
        case nil: throw .missing("evidence")
        }
    }

    /// The leaf of evidence_hash: the inner message; a set is written without its total power.
    var hashedBytes: [UInt8] {
        switch kind {
        case .duplicateVote(let evidence): return evidence.encoded
        case .lightClientAttack(var evidence):
            evidence.conflictingBlock?.validators?.totalVotingPower = 0
            return evidence.encoded
        case nil: return []
        }
    }
}

/// All evidence of one block.
public struct EvidenceList: Hashable, Sendable {
    public var evidence: [Evidence]

    /// Most pieces in one block; CometBFT's default parameters allow far fewer bytes than this
    /// needs.
    public static let maxCount = 1_000

    public init(_ evidence: [Evidence]) { self.evidence = evidence }
}

extension DuplicateVoteEvidence: ProtobufMessage {
    public init() {
        voteA = nil
        voteB = nil
        totalVotingPower = 0
        validatorPower = 0
        timestamp = .goZero
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &voteA)
        case 2: try reader.merge(field, into: &voteB)
        case 3: totalVotingPower = try reader.int64(field)
        case 4: validatorPower = try reader.int64(field)
        case 5: timestamp = try reader.timestamp(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, voteA)
        writer.message(2, voteB)
        writer.int64(3, totalVotingPower)
        writer.int64(4, validatorPower)
        writer.message(5, timestamp)
    }
}

extension LightClientAttackEvidence: ProtobufMessage {
    public init() {
        conflictingBlock = nil
        commonHeight = 0
        byzantineValidators = []
        totalVotingPower = 0
        timestamp = .goZero
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &conflictingBlock)
        case 2: commonHeight = try reader.int64(field)
        case 3:
            try reader.append(
                field, to: &byzantineValidators, limit: ValidatorSet.maxMembers,
                "byzantine validators")
        case 4: totalVotingPower = try reader.int64(field)
        case 5: timestamp = try reader.timestamp(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, conflictingBlock)
        writer.int64(2, commonHeight)
        writer.messages(3, byzantineValidators)
        writer.int64(4, totalVotingPower)
        writer.message(5, timestamp)
    }
}

extension Evidence: ProtobufMessage {
    public init() { kind = nil }

    /// A repeated oneof member replaces the earlier one.
    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1:
            var evidence = DuplicateVoteEvidence()
            try reader.merge(field, into: &evidence)
            kind = .duplicateVote(evidence)
        case 2:
            var evidence = LightClientAttackEvidence()
            try reader.merge(field, into: &evidence)
            kind = .lightClientAttack(evidence)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        switch kind {
        case .duplicateVote(let evidence): writer.message(1, evidence)
        case .lightClientAttack(let evidence): writer.message(2, evidence)
        case nil: break
        }
    }
}

extension EvidenceList: ProtobufMessage {
    public init() { evidence = [] }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        guard field.number == 1 else { return try reader.skip(field) }
        try reader.append(field, to: &evidence, limit: EvidenceList.maxCount, "evidence")
    }

    public func write(to writer: inout ProtobufWriter) { writer.messages(1, evidence) }
}
