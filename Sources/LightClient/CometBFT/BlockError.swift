// SPDX-License-Identifier: Apache-2.0

/// Which basic rule a block part breaks: what CometBFT calls ValidateBasic, before any trust.
public enum BlockError: Error, Hashable, Sendable {
    /// Version of the block protocol; 11 is required.
    case blockVersion(UInt64)
    case chainIDTooLong(Int)
    case chainIDMismatch(got: ChainID, expected: ChainID)
    /// The number behind the chain id's last hyphen does not fit 64 bits.
    case revisionTooLarge(ChainID)
    case heightNotPositive(Int64)
    case negativeRound(Int32)
    /// A hash, address, key or signature has a length that its field does not allow.
    case length(field: String, got: Int)
    case missing(String)
    case unknownVoteFlag(UInt8, index: Int)
    /// An absent vote carries an address, a time or a signature.
    case absentVoteNotEmpty(index: Int)
    case commitForNothing
    case noSignatures
    case commitHeight(got: Int64, header: Int64)
    /// The commit is for another block than the header beside it.
    case commitBlock(got: [UInt8], header: Digest)
    case noValidators
    case negativePower(Int64, index: Int)
    case totalPowerTooLarge
    /// The address is not the one that the key gives.
    case addressNotDerived(got: [UInt8], expected: [UInt8])
    case proposerNotMember([UInt8])
    case unsupportedKey
    /// The set beside a header is not the one that the header names.
    case validatorsMismatch(got: Digest, header: [UInt8])
    /// A header without validators_hash has no hash: nothing can be signed or linked.
    case noHeaderHash
    case voteType(Int32)
    /// A block id must be empty or complete.
    case blockIDIncomplete
    case voteExtension
    case evidenceOrder
    case evidenceHeight(common: Int64, conflicting: Int64)
    case evidencePower(Int64)

    /// Stable name of the case.
    public var code: String {
        switch self {
        case .blockVersion: "header/block-version"
        case .chainIDTooLong: "header/chain-id-too-long"
        case .chainIDMismatch: "header/chain-id-mismatch"
        case .revisionTooLarge: "header/revision-too-large"
        case .heightNotPositive: "header/height-not-positive"
        case .negativeRound: "commit/negative-round"
        case .length: "header/length"
        case .missing: "header/missing-part"
        case .unknownVoteFlag: "commit/unknown-vote-flag"
        case .absentVoteNotEmpty: "commit/absent-vote-not-empty"
        case .commitForNothing: "commit/for-nothing"
        case .noSignatures: "commit/no-signatures"
        case .commitHeight: "commit/height-mismatch"
        case .commitBlock: "commit/block-mismatch"
        case .noValidators: "validators/none"
        case .negativePower: "validators/negative-power"
        case .totalPowerTooLarge: "validators/total-power-too-large"
        case .addressNotDerived: "validators/address-not-derived"
        case .proposerNotMember: "validators/proposer-not-member"
        case .unsupportedKey: "validators/unsupported-key"
        case .validatorsMismatch: "header/validators-mismatch"
        case .noHeaderHash: "header/no-hash"
        case .voteType: "vote/type"
        case .blockIDIncomplete: "vote/block-id-incomplete"
        case .voteExtension: "vote/extension"
        case .evidenceOrder: "evidence/order"
        case .evidenceHeight: "evidence/height"
        case .evidencePower: "evidence/power"
        }
    }
}
