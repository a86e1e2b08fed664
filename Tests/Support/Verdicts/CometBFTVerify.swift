// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Judges the lines of verdicts/cometbft/verify.jsonl and verify-optional.jsonl: commits and
/// headers against sets and trusted headers.
public struct CometBFTVerify {
    /// One for a whole file, as in a relay: what it remembers must change no verdict.
    private var signatures = SignatureVerifier()

    public init() {}

    public mutating func judge(_ json: JSON) throws -> Judgement {
        let line = try VerdictLine(json)
        do {
            try verify(line)
        } catch let failure as VerdictLine.Failure {
            throw failure
        } catch {
            return refused(line, error)
        }
        return line.judge([:])
    }

    /// A refusal agrees with a refusal, but "bisect" must not be taken for "reject".
    private func refused(_ line: VerdictLine, _ error: any Error) -> Judgement {
        if !line.isAccepted, line.kind == "Verify" || line.kind == "VerifyNonAdjacent" {
            var isBisect = false
            if case VerificationError.notEnoughTrust? = error as? VerificationError {
                isBisect = true
            }
            if isBisect != (line.reason == "not_enough_trust") {
                return .disagreed("refused by \(error); reference: \(line.reason)")
            }
        }
        return line.judge(
            nil, refusal: line.isOptional ? CometBFTDecisions.reason(error) : "\(error)")
    }

    private mutating func verify(_ line: VerdictLine) throws {
        switch line.kind {
        case "ValidateTrustLevel":
            guard try threshold(line).passesReferenceTest else { throw Refusal.trustLevel }
        case "VerifyBackwards":
            let older = try Header(reading: try line.bytes("untrusted_header"))
            try older.validate()
            let newer = try Header(reading: try line.bytes("trusted_header"))
            try newer.validate()
            _ = try Verifier.verifyBackwards(older, trusted: newer)
        case "Verify", "VerifyAdjacent", "VerifyNonAdjacent": try verifyHeader(line)
        default: try verifyCommit(line)
        }
    }

    private enum Refusal: Error { case trustLevel }

    private func threshold(_ line: VerdictLine) throws -> TrustThreshold {
        TrustThreshold(
            numerator: try line.uint64("trust_num"), denominator: try line.uint64("trust_den"))
    }

    private func validators(_ line: VerdictLine, _ name: String) throws -> CheckedValidatorSet {
        try ValidatorSet(reading: try line.bytes(name)).checked()
    }

    private mutating func verifyCommit(_ line: VerdictLine) throws {
        let set = try validators(line, "validator_set")
        let commit = try Commit(reading: try line.bytes("commit"))
        try commit.validate()
        let chainID = ChainID(try line.text("chain_id"))
        let scope: CommitScope =
            line.kind.hasSuffix("AllSignatures") ? .allSignatures : .untilEnough
        switch line.kind {
        case "VerifyCommitLightTrusting", "VerifyCommitLightTrustingAllSignatures":
            try commit.verifyTrusting(
                chainID: chainID, trusted: set, threshold: try threshold(line), scope: scope,
                signatures: &signatures)
        case "VerifyCommit", "VerifyCommitLight", "VerifyCommitLightAllSignatures":
            let blockID = try BlockID(reading: try line.bytes("block_id"))
            try blockID.validate()
            let height = try line.int64("height")
            if line.kind == "VerifyCommit" {
                try commit.verify(
                    chainID: chainID, blockID: blockID, height: height, validators: set,
                    signatures: &signatures)
            } else {
                try commit.verifyLight(
                    chainID: chainID, blockID: blockID, height: height, validators: set,
                    scope: scope, signatures: &signatures)
            }
        default: throw VerdictLine.Failure.missing("kind \(line.kind)")
        }
    }

    private mutating func verifyHeader(_ line: VerdictLine) throws {
        let trustedHeader = try Header(reading: try line.bytes("trusted_header"))
        try trustedHeader.validate()
        let trustedSet = try validators(line, "trusted_vals")
        let untrusted = try SignedHeader(reading: try line.bytes("untrusted"))
        try untrusted.header?.validate()
        try untrusted.commit?.validate()
        let set = try validators(line, "untrusted_vals")
        let verifier = Verifier(
            TrustOptions(
                trustThreshold: try threshold(line),
                trustingPeriodNanoseconds: try line.int64("trusting_period_ns"),
                clockDriftNanoseconds: try line.int64("max_clock_drift_ns")))
        let trusted = TrustedState(unchecked: trustedHeader)
        let now = try line.time("now")
        let isNext = untrusted.header?.height == trusted.height + 1
        if line.kind == "VerifyAdjacent" || (line.kind == "Verify" && isNext) {
            _ = try verifier.verifyAdjacent(
                untrusted, validators: set, trusted: trusted, now: now, signatures: &signatures)
        } else {
            _ = try verifier.verifyNonAdjacent(
                untrusted, validators: set, trusted: trusted,
                uncheckedTrustedValidators: trustedSet, now: now, signatures: &signatures)
        }
    }
}
