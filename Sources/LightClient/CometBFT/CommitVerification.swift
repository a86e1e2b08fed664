// SPDX-License-Identifier: Apache-2.0

/// How much of a commit must be looked at.
public enum CommitScope: Hashable, Sendable {
    /// Stop as soon as enough power has signed. Later entries are not looked at.
    case untilEnough
    /// Every entry that counts.
    case allSignatures
}

/// Which signatures of a commit carry enough power of a set. Spec: §1.6.
///
/// The order of the work is a security rule. First power is counted in the order of the entries,
/// which costs nothing and finds double votes and strangers; only when it suffices are the
/// signatures of exactly the counted entries verified, as one list.
extension Commit {
    /// More than two thirds of the set that made this block signed it; entries that are not for the
    /// block are verified too (CometBFT's VerifyCommit).
    public func verify(
        chainID: ChainID, blockID: BlockID, height: Int64, validators: CheckedValidatorSet,
        signatures verifier: inout SignatureVerifier
    ) throws(VerificationError) {
        try checkBelongs(to: blockID, height: height, validators: validators)
        var count = Count(self, chainID, validators, toExceed: Commit.twoThirds(validators))
        for (index, entry) in signatures.enumerated() where entry.flag != .absent {
            try count.checkAddress(index)
            try count.take(index, validators.members[index], power: entry.flag == .commit)
        }
        guard count.isEnough else { throw .notEnoughPower(count.tally) }
        try count.verifySignatures(&verifier)
    }

    /// More than two thirds of the set that made this block signed it (VerifyCommitLight).
    public func verifyLight(
        chainID: ChainID, blockID: BlockID, height: Int64, validators: CheckedValidatorSet,
        scope: CommitScope = .untilEnough, signatures verifier: inout SignatureVerifier
    ) throws(VerificationError) {
        try checkBelongs(to: blockID, height: height, validators: validators)
        var count = Count(self, chainID, validators, toExceed: Commit.twoThirds(validators))
        for (index, entry) in signatures.enumerated() where entry.flag == .commit {
            try count.checkAddress(index)
            try count.take(index, validators.members[index], power: true)
            if scope == .untilEnough && count.isEnough { break }
        }
        guard count.isEnough else { throw .notEnoughPower(count.tally) }
        try count.verifySignatures(&verifier)
    }

    /// More than `threshold` of a trusted set, which need not be the set that made this block,
    /// signed it; members are found by address (VerifyCommitLightTrusting).
    public func verifyTrusting(
        chainID: ChainID, trusted: CheckedValidatorSet, threshold: TrustThreshold,
        scope: CommitScope = .untilEnough, signatures verifier: inout SignatureVerifier
    ) throws(VerificationError) {
        let toExceed = try threshold.powerToExceed(of: trusted.totalPower)
        var count = Count(self, chainID, trusted, toExceed: toExceed)
        let places = trusted.indexByAddress
        var seen: [Int: Int] = [:]
        for (index, entry) in signatures.enumerated() where entry.flag == .commit {
            guard let place = places[entry.validatorAddress] else { continue }
            if let first = seen[place] {
                throw .doubleVote(address: entry.validatorAddress, first: first, second: index)
            }
            seen[place] = index
            try count.take(index, trusted.members[place], power: true)
            if scope == .untilEnough && count.isEnough { break }
        }
        guard count.isEnough else { throw .notEnoughTrust(count.tally) }
        try count.verifySignatures(&verifier)
    }

    /// The power of a set that must be exceeded: floor(total x 2 / 3). A checked total is below
    /// 2^60.
    static func twoThirds(_ validators: CheckedValidatorSet) -> Int64 {
        validators.totalPower * 2 / 3
    }

    private func checkBelongs(
        to blockID: BlockID, height: Int64, validators: CheckedValidatorSet
    ) throws(VerificationError) {
        guard signatures.count == validators.members.count else {
            throw .signatureCount(got: signatures.count, validators: validators.members.count)
        }
        guard self.height == height else {
            throw .commitHeight(got: self.height, expected: height)
        }
        guard self.blockID == blockID else { throw .commitBlock }
    }
}

/// Counts power entry by entry and gathers the signatures that must hold.
private struct Count {
    let commit: Commit
    let validators: CheckedValidatorSet
    let toExceed: Int64
    private let forBlock: VoteSignBytes
    private let forNil: VoteSignBytes
    private var signed: Int64 = 0
    private var claims: [SignedClaim] = []
    private var indices: [Int] = []

    init(
        _ commit: Commit, _ chainID: ChainID, _ validators: CheckedValidatorSet, toExceed: Int64
    ) {
        self.commit = commit
        self.validators = validators
        self.toExceed = toExceed
        forBlock = commit.voteTemplate(chainID: chainID)
        forNil = commit.nilVoteTemplate(chainID: chainID)
        claims.reserveCapacity(commit.signatures.count)
    }

    var isEnough: Bool { signed > toExceed }

    var tally: VotingPowerTally {
        VotingPowerTally(signed: signed, toExceed: toExceed, total: validators.totalPower)
    }

    /// The entry must name the validator at its place: otherwise its vote could be booked on
    /// another (CSA-2026-001).
    func checkAddress(_ index: Int) throws(VerificationError) {
        let got = commit.signatures[index].validatorAddress
        let expected = validators.members[index].address
        guard got == expected else {
            throw .addressMismatch(index: index, got: got, expected: expected)
        }
    }

    mutating func take(
        _ index: Int, _ member: CheckedValidatorSet.Member, power: Bool
    ) throws(VerificationError) {
        let entry = commit.signatures[index]
        // Both algorithms sign with 64 bytes; anything else needs no arithmetic.
        guard entry.signature.count == CommitSig.maxSignatureByteCount else {
            throw .wrongSignature(index: index, address: member.address)
        }
        let template = entry.flag == .commit ? forBlock : forNil
        claims.append(
            SignedClaim(
                key: member.key, message: template.bytes(at: entry.timestamp),
                signature: entry.signature))
        indices.append(index)
        // Each member is taken at most once, or once a place: the sum stays below the checked
        // total.
        if power { signed += member.power }
    }

    /// Throws for the first entry whose signature is bad.
    func verifySignatures(_ verifier: inout SignatureVerifier) throws(VerificationError) {
        let verdicts = verifier.areValid(claims)
        for (position, isValid) in verdicts.enumerated() where !isValid {
            let index = indices[position]
            throw .wrongSignature(
                index: index, address: commit.signatures[index].validatorAddress)
        }
    }
}
